"""Keys: what hangs from which, how each is made, wrapped, opened, replaced and recovered."""
