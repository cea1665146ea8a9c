"""The write-ahead log is torn, zeroed or changed by the disk: the database stands at some earlier act, whole."""

import random
import shutil
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.faults.numbers import times
from tests.faults.writer import log_holds
from tests.house import House, Someone, only_sqlite, opened

pytestmark = only_sqlite
NOTES = 12
DATABASE = "casework.sqlite3"


@pytest.fixture
def crashed(house: House, lan: Someone, tmp_path: Path) -> tuple[Path, UUID]:
    """A copy of a database that is being written, with all its notes in the write-ahead log."""
    case_id = lan.opens_a_case()
    house.gate.database.engine.dispose()
    for number in range(NOTES):
        lan.does(desk.add_note, case_id, f"ghi {number}")
    place = tmp_path / "crashed"
    place.mkdir()
    for name in (DATABASE, f"{DATABASE}-wal"):
        shutil.copyfile(tmp_path / name, place / name)
    return place, case_id


def _tear(wal: Path, dice: random.Random) -> str:
    """Do to the end of a write-ahead log what disks do to what was not flushed."""
    raw = bytearray(wal.read_bytes())
    at = dice.randrange(len(raw))
    how = dice.choice(("cut", "zero", "flip", "noise", "hole"))
    if how == "cut":
        del raw[at:]
    elif how == "zero":
        raw[at:] = bytes(len(raw) - at)
    elif how == "flip":
        raw[at] ^= 1 << dice.randrange(8)
    else:
        end = len(raw) if how == "noise" else min(len(raw), at + 4096)
        raw[at:end] = dice.randbytes(end - at) if how == "noise" else bytes(end - at)
    wal.write_bytes(raw)
    return f"{how} at {at}"


def test_a_torn_log_leaves_an_earlier_book_and_never_half_an_act(crashed: tuple[Path, UUID], tmp_path: Path):
    dice, (place, case_id), stood = random.Random(), crashed, set()
    for number in range(times("TORN_WALS", short=3, long=150)):
        torn = tmp_path / f"torn-{number}"
        shutil.copytree(place, torn)
        what = _tear(torn / f"{DATABASE}-wal", dice)
        with sqlite3.connect(torn / DATABASE) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",), what
        raw.close()
        with opened(f"sqlite:///{torn / DATABASE}", torn) as house:
            assert log_holds(house), what
            notes = house["hoa"].does(desk.read_section, case_id, Section.COUNSELLING, may_be_missing=True)
            kept = [str(note.data.to_json()["words"]) for note in notes if note.revision]
            assert kept == [f"ghi {n}" for n in range(len(kept))], what
            stood.add(len(kept))
        shutil.rmtree(torn)
    assert stood <= set(range(NOTES + 1))
