"""Keeping the book: backups, the way back from one, checkpoints, and the work that comes round by the clock."""
