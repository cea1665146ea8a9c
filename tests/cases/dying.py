"""Does something in a process of its own that is killed at a statement of the database, or at any moment."""

import os
import signal
import time
from collections.abc import Callable

from sqlalchemy import event

from casework.gate import Gate, open_gate
from tests.house import House
from tests.people import KEK


def run_in_child(
    house: House, doing: Callable[[Gate], object], prepare: Callable[[Gate], None], wait: float = -1.0
) -> bool:
    """Do it in a child, killed after `wait` seconds unless that is negative; tell whether it came to its end."""
    house.gate.database.engine.dispose()
    child = _forked(house, doing, prepare)
    if wait >= 0:
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def _forked(house: House, doing: Callable[[Gate], object], prepare: Callable[[Gate], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        gate = open_gate(house.config, KEK)
        prepare(gate)
        doing(gate)
        os._exit(0)
    finally:
        os._exit(1)


def killed_at(hook: int) -> Callable[[Gate], None]:
    """Prepare a gate that is killed right before its nth statement; the commit counts as one."""

    def prepare(gate: Gate) -> None:
        seen = [0]

        def count(*_: object) -> None:
            seen[0] += 1
            if seen[0] == hook:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(gate.database.engine, "before_cursor_execute", count)
        event.listen(gate.database.engine, "commit", count)

    return prepare
