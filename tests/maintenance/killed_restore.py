"""Restores a backup in a process that dies at a step.

Run as `python -m tests.maintenance.killed_restore DATA FILE SEED STEP`.
"""

import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

from casework import config
from casework.maintenance import restore
from casework.maintenance.restore import RestoreOrder


def _die_at(step_of_death: str, step: str) -> None:
    if step == step_of_death:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    data, file, seed, step_of_death = sys.argv[1:]
    order = RestoreOrder(Path(file), bytes.fromhex(seed))
    settings = config.load(Path(data))
    restore.restore(settings, order, hook=lambda step: _die_at(step_of_death, step), announced=lambda _: nullcontext())
