"""Rotates the KEK of a copied house in a process of its own, which may die at a chosen moment.

Run as `python -m tests.administration.interrupted_rotation FOLDER URL MOMENT`: a number is the statement of the
database before which it dies, a word is the step after which it does; "never" lets it finish.
"""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from casework.administration import server_key_rotation
from casework.config import Config
from casework.gate import Gate
from casework.vault.keys import kek

STEPS = ("announced", "written", "committed", "dropped")


def die() -> None:
    """End like a power cut: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _dies_after(step: str) -> None:
    real_replace, real_exchange = kek.replace, Gate.exchange

    def replace(path: Path, keys: Any) -> None:
        real_replace(path, keys)
        if step == ("written" if len(keys) > 1 else "dropped"):
            die()

    def exchange(self: Gate, *args: Any) -> None:
        real_exchange(self, *args)
        if step == "committed":
            die()

    kek.replace, Gate.exchange = replace, exchange  # type: ignore[assignment, method-assign]


def _dies_before(statement: int) -> None:
    remaining = [statement]

    def count(*_args: object) -> None:
        remaining[0] -= 1
        if remaining[0] == 0:
            die()

    event.listen(Engine, "before_cursor_execute", count)


def main(folder: str, url: str, moment: str) -> None:
    """Rotate the KEK, dying at the chosen moment."""
    if moment.isdigit():
        _dies_before(int(moment))
    else:
        _dies_after(moment)

    def announced(key: kek.Kek, *, again: bool) -> AbstractContextManager[None]:
        sys.stdout.write(f"{key.number} {again}\n")
        if moment == "announced":
            die()
        return nullcontext()

    data_folder = Path(folder)
    config = Config(data=data_folder, database_url=url, kek_file=data_folder / "kek")
    server_key_rotation.rotate_kek(config, announced=announced)


if __name__ == "__main__":
    main(*sys.argv[1:])
