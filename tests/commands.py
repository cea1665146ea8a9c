"""The commands of `casework`, run in this process where the process is not the point."""

import io
import logging
import os
from pathlib import Path

from click.testing import CliRunner, Result

from casework.cli import main
from tests.typist import Typist, printed_in_process


def call(*words: str, typed: str = "", **environment: str) -> Result:
    """Run a command with lines from a pipe; what it sets for a process of its own is as before afterwards.

    Once the lines are used up, each sheet that was printed is confirmed from the paper.
    """
    root, umask = logging.getLogger(), os.umask(0o077)
    handlers, level = root.handlers[:], root.level
    papers = Path(words[words.index("--papers") + 1]) if "--papers" in words else None
    typist = io.BufferedReader(Typist(typed.splitlines(), papers, printed_in_process), buffer_size=4096)
    try:
        return CliRunner(env={"LC_ALL": "C.UTF-8"} | environment).invoke(
            main, list(words), input=typist, catch_exceptions=False
        )
    finally:
        os.umask(umask)
        root.handlers[:] = handlers
        root.setLevel(level)
