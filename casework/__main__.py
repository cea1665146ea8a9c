"""Lets `python -m casework` do what the command `casework` does."""

from casework.cli import main

main()
