"""The process is killed at any moment of a write: what was acknowledged is there, nothing is there by half."""

import random
import sqlite3
import time
from pathlib import Path

from tests.faults.numbers import times
from tests.faults.writer import acknowledged, log_holds, lost, writing
from tests.house import House, only_sqlite

pytestmark = only_sqlite


def test_nothing_acknowledged_is_lost_by_kill_9(house: House, tmp_path: Path):
    journal, dice = tmp_path / "acknowledged", random.Random()
    reader = house["hoa"]
    reader.sign_in()
    for _ in range(times("KILLS", short=5, long=200)):
        # Nobody else holds the database open: the next to open it must put the write-ahead log in order.
        house.gate.database.engine.dispose()
        seen = journal.stat().st_size if journal.exists() else 0
        with writing(house.config.database_url, tmp_path, journal):
            time.sleep(dice.uniform(0, 0.15))
        with sqlite3.connect(tmp_path / "casework.sqlite3") as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        raw.close()
        assert log_holds(house)
        assert lost(reader, acknowledged(journal, since=seen)) == []
    assert lost(reader, acknowledged(journal)) == []
