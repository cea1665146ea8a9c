"""Maintenance of an installation: backup, restore, upgrade, checkpoints, verification and periodic jobs."""
