"""The commands of `casework`, run in this process where the process is not the point."""

import logging
import os

from click.testing import CliRunner, Result

from casework.cli import main


def call(*words: str, typed: str = "", **environment: str) -> Result:
    """Run a command with lines from a pipe; what it sets for a process of its own is as before afterwards."""
    root, umask = logging.getLogger(), os.umask(0o077)
    handlers, level = root.handlers[:], root.level
    try:
        return CliRunner(env=environment).invoke(main, list(words), input=typed, catch_exceptions=False)
    finally:
        os.umask(umask)
        root.handlers[:] = handlers
        root.setLevel(level)
