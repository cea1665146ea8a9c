"""Confidential case management for gender-based violence in a commune."""

__version__ = "0.9.0"
