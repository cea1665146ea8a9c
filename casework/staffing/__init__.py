"""The people of agencies: who holds keys, locking, leaving, moving, and new agencies."""
