"""Keys: which is derived from which, how each is made, wrapped, unwrapped, rotated and recovered."""
