"""Who may do what, as a table that a lawyer can read."""
