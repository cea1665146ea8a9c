"""The power fails: the disk keeps only what was flushed to it. A copy of the image of a disk is such a moment."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.faults.disks import mounted, run
from tests.faults.numbers import times
from tests.faults.writer import acknowledged, log_holds, lost, writing
from tests.house import House, only_sqlite, opened
from tests.required import missing

pytestmark = only_sqlite
_MEGABYTES = 48


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A small empty disk with ext4."""
    image = tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(_MEGABYTES * 1024 * 1024)
    if not run("mkfs.ext4", "-q", "-F", image):
        missing("loop", "there is no mkfs.ext4")
    return image


def test_nothing_acknowledged_is_lost_by_a_power_cut(house: House, disk: Path, tmp_path: Path):
    journal, copy, dice = tmp_path / "acknowledged", tmp_path / "copy", random.Random()
    house.gate.database.engine.dispose()
    left = times("POWER_CUTS", short=2, long=60)
    while left:
        # A writer is good for some cuts; then the disk begins anew, so that it never fills.
        with mounted(disk, tmp_path / "live") as live:
            shutil.copyfile(tmp_path / "casework.sqlite3", live / "casework.sqlite3")
            journal.unlink(missing_ok=True)
            os.sync()
            with writing(f"sqlite:///{live}/casework.sqlite3", live, journal) as writer:
                for _ in range(min(left, 10)):
                    time.sleep(dice.uniform(0.01, 0.2))
                    assert writer.pid
                    os.kill(writer.pid, signal.SIGSTOP)
                    told = acknowledged(journal)
                    shutil.copyfile(disk, copy)
                    os.kill(writer.pid, signal.SIGCONT)
                    _check(copy, tmp_path / "after", told)
                    left -= 1
            # The evidence beside the database goes too: it would call the next one an old one that was put back.
            for file in filter(Path.is_file, live.iterdir()):
                file.unlink()


def _check(copy: Path, place: Path, noted: dict) -> None:
    with (
        mounted(copy, place) as after,
        opened(f"sqlite:///{after}/casework.sqlite3", after) as house,
    ):
        assert log_holds(house)
        assert lost(house["hoa"], noted) == []
        assert noted
