"""Integrity: MACs on rows, heads that say what is newest, and the rows that are bound to one."""
