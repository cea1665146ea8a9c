"""Starts the command `casework`; an incomplete list that stops it is printed as one sentence, without a traceback."""

import sys

from casework.config import ConfigurationError


def run() -> None:
    try:
        from casework.cli import main
    except ConfigurationError as error:
        sys.exit(f"Error: {error}")
    main()


if __name__ == "__main__":
    run()
