"""A fictional commune, built by the same acts as a real one, to try the product."""
