"""Scanners of others against a running demo, signed in as each role: `make attack`."""
