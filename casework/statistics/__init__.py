"""Counts that say what happened and not to whom."""
