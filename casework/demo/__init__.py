"""A commune that does not exist, built by the same acts as a real one, to look at the product."""
