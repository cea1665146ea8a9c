"""Passing a case on: only from a live ground, only the agreed sections, and back again at once."""
