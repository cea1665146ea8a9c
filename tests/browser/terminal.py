"""A person at the console: a real terminal, one line typed for each question, nothing typed before it is asked."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator

from tests.source import ROOT
from tests.typist import groups_of_text

_ASKED = b": "
_ASKED_FROM_PAPER = "trên giấy: ".encode()
_PIECE = 4096


def typed(words: list[str], lines: list[str]) -> tuple[int, str]:
    """Run a command of ours in a terminal and answer its questions in order; return its status and all it showed.

    What is asked from the paper is answered from what was printed.
    """
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "casework", *words]
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as run:
        os.close(theirs)
        shown, waiting, confirmed = b"", list(lines), 0
        for piece in _pieces(ours):
            shown += piece
            if shown.endswith(_ASKED_FROM_PAPER):
                groups = list(groups_of_text(shown.decode(errors="replace").replace("\r\n", "\n")))
                os.write(ours, groups[confirmed].encode() + b"\n")
                confirmed += 1
            elif shown.endswith(_ASKED) and waiting:
                os.write(ours, waiting.pop(0).encode() + b"\n")
        status = run.wait(timeout=60)
    os.close(ours)
    return status, shown.decode(errors="replace")


def _pieces(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, _PIECE)
        except OSError:
            return
        if not piece:
            return
        yield piece
