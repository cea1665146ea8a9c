"""The mark beside the database that something in it did not hold."""

import logging
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from casework.audit import verify
from casework.audit.fault_mark import FaultMark
from casework.desk import actions as desk
from tests.house import House, Someone, only_sqlite
from tests.people import THANH_SON
from tests.tampering import Row, stolen


def test_each_commune_has_a_mark_of_its_own(tmp_path: Path):
    mark, one, other = FaultMark(tmp_path / "faults"), uuid4(), uuid4()
    assert not mark.is_set(one)
    for commune_id in (one, other, one):
        mark.set(commune_id)
    assert (tmp_path / "faults").read_text(encoding="ascii").split() == [one.hex, other.hex]
    mark.clear(one)
    assert (mark.is_set(one), mark.is_set(other)) == (False, True)
    mark.clear(other)
    assert not (tmp_path / "faults").exists()


@pytest.mark.parametrize("spoils", [lambda path: path.write_bytes(b"\xff"), Path.mkdir])
def test_a_mark_that_is_no_file_of_ours_rings_for_everybody(tmp_path: Path, spoils: Callable[[Path], object]):
    spoils(tmp_path / "faults")
    assert FaultMark(tmp_path / "faults").is_set(THANH_SON)


def test_a_disk_that_cannot_be_written_stops_nothing_and_is_in_the_log(tmp_path: Path, caplog):
    with caplog.at_level(logging.ERROR):
        FaultMark(tmp_path / "gone" / "faults").set(THANH_SON)
    assert "the mark of a fault could not be written" in caplog.text


@only_sqlite
@pytest.mark.parametrize("values", [None, {"mac": None}, {"body": 7}, {"prev": b"x"}, {"outcome": "x"}])
def test_of_the_newest_lines_none_may_be_changed_or_gone(house: House, lan: Someone, values: Row | None):
    lan.opens_a_case()
    lan.does(desk.list_cases)
    with house.crypto() as crypto:
        assert verify.newest_lines_hold(crypto)
        before = verify.verify(crypto).lines
    with stolen(house) as thief:
        thief.connection.exec_driver_sql("PRAGMA writable_schema = ON")
        thief.connection.exec_driver_sql("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
        thief.connection.exec_driver_sql("PRAGMA writable_schema = RESET")
        where: dict[str, UUID | int] = {"commune_id": THANH_SON, "n": before - 1}
        assert thief.delete("audit_line", **where) if values is None else thief.change("audit_line", where, **values)
    with house.crypto() as crypto:
        assert not verify.newest_lines_hold(crypto)
        assert verify.verify(crypto).broken == before - 1
