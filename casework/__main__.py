"""Starts the command `casework`; a gap in the lists that stops it is told in its one sentence, without a traceback."""

import sys

from casework.config import ConfigurationError


def run() -> None:
    """Do what the command line asks for."""
    try:
        from casework.cli import main
    except ConfigurationError as gap:
        sys.exit(f"Error: {gap}")
    main()


if __name__ == "__main__":
    run()
