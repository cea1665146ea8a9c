"""A newer program in a process of its own: `python -m tests.maintenance.newer_program MIGRATIONS MOMENT COMMAND ...`.

It has a column more in envelopes and in heads than this one. MOMENT is the step of an upgrade at which it dies, a
number for the statement of the database before which it does, "!step" for a step that fails, or "never".
COMMAND is one of `casework`, or `read DATA URL CASE` to open a case as a counsellor does.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import Boolean, String, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import mapped_column

from casework.vault.models import Envelope, Head

# Before anything else reads which columns there are.
Envelope.given = mapped_column(String(20))
Head.closed = mapped_column(Boolean, nullable=True)
Envelope.__layout__ = Head.__layout__ = 2

from casework import schema  # noqa: E402
from casework.errors import VaultError  # noqa: E402


def _dies_at(moment: str) -> None:
    from casework.administration import maintenance_commands

    print_steps = maintenance_commands._print_steps

    def progress(steps: Sequence[str]) -> Callable[[str], None]:
        def on_step(step: str) -> None:
            if moment == step:
                os.kill(os.getpid(), signal.SIGKILL)
            if moment == f"!{step}":
                raise VaultError("giữa chừng")
            print_steps(steps)(step)

        return on_step

    maintenance_commands._print_steps = progress


def _dies_before(statement: int) -> None:
    remaining = [statement]

    def count(*_: object) -> None:
        remaining[0] -= 1
        if remaining[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)


def _read(data: str, url: str, case: str) -> None:
    from casework.desk import actions as desk
    from casework.policy.vocabulary import Section
    from tests.house import opened

    with opened(url, Path(data)) as house:
        for section in (Section.STORY, Section.IDENTITY):
            assert house["lan"].does(desk.read_section, UUID(case), section)


if __name__ == "__main__":
    migrations, when, *words = sys.argv[1:]
    schema.resource = lambda _: Path(migrations)  # type: ignore[assignment, attr-defined]
    if when.isdigit():
        _dies_before(int(when))
    else:
        _dies_at(when)
    if words[0] == "read":
        _read(*words[1:])
    else:
        from casework.cli import main

        main(words)
