"""Need-to-know by key: everything that seals, opens, signs and checks; the only place that imports cryptography."""
