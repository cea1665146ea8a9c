"""Runs a command of the console in a process that dies at its Nth moment, as in a power cut.

Run as `python -m tests.administration.killed_command MOMENT PAPERS LINES WORDS...`: a moment is each statement of the
database, each file that is opened to be written, renamed or removed, and each line that is read. With moment 0 nothing
dies, and the number of moments is the last line of the output. LINES is what is typed, with "|" between two lines.
"""

import io
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from casework.cli import main
from tests.typist import Typist

_TOUCHING = frozenset({"os.rename", "os.remove", "os.link", "os.mkdir", "os.chmod"})


class Moments:
    """Counts the moments of a command, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.count, self._last = 0, last

    def passes(self, *_anything: object) -> None:
        """Count one moment."""
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audits(self, name: str, given: tuple[object, ...]) -> None:
        """Count what touches a file; reading one changes nothing."""
        writes = name == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or name in _TOUCHING:
            self.passes()


class CountedTypist(Typist):
    """A typist whose every line is a moment."""

    moments: Moments

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Count the moment before a line, then give it."""
        self.moments.passes()
        return super().readinto(buffer)


def run(moment: int, papers: str, lines: str, *words: str) -> None:
    """Run the command with its papers in a file."""
    moments = Moments(moment)
    typist = CountedTypist(lines.split("|") if lines else [], Path(papers) if papers else None, lambda: "")
    typist.moments = moments
    sys.stdin = io.TextIOWrapper(io.BufferedReader(typist), encoding="utf-8")
    sys.addaudithook(moments.audits)
    event.listen(Engine, "before_cursor_execute", moments.passes)
    main([*words, *(("--papers", papers) if papers else ())], standalone_mode=False)
    sys.stdout.write(f"\n{moments.count}\n")


if __name__ == "__main__":
    run(int(sys.argv[1]), *sys.argv[2:])
