"""Nothing sealed of an erased case is left in any file: not in the database, not in its write-ahead log."""

from casework.desk import actions as desk
from casework.retention import actions as retention
from casework.secure_delete import truncate_wal
from tests.house import both_databases, only_sqlite
from tests.referrals.scenes import referred
from tests.retention.scenes import asked, files, found_in, rows_of, sealed_in


@only_sqlite
def test_no_sealed_byte_of_an_erased_case_is_left_in_any_file(house, lan, hoa):
    case_id = referred(house).goes("open", "accept").case_id
    for number in range(12):
        lan.does(desk.add_note, case_id, f"Đã gọi lần {number}. " + "Chị ấy kể dài. " * 40 * number)
    kept = lan.opens_a_case()
    asked(lan, case_id, hoa)
    doomed, other = sealed_in(rows_of(house, case_id)), sealed_in(rows_of(house, kept))
    # What is longer than a page of the file is found by its beginning.
    doomed = [part[:200] for part in doomed]
    assert len(found_in(doomed, files(house))) == len(doomed)
    hoa.does(retention.erase_case, case_id)
    left = files(house)
    assert found_in(doomed, left) == []
    assert found_in(other, left) == other
    assert left["casework.sqlite3-wal"] == b""


@only_sqlite
def test_a_reader_who_does_not_end_delays_only_the_cutting_of_the_log(house, lan, hoa, caplog, monkeypatch):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    doomed = sealed_in(rows_of(house, case_id))
    assert lan.cookie
    monkeypatch.setattr("casework.secure_delete.PATIENCE_MILLISECONDS", 50)
    with house.gate.database.read_only() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM document").all()
        hoa.does(retention.erase_case, case_id)
        assert "somebody is still reading" in caplog.text
    assert truncate_wal(house.gate.database.engine)
    assert found_in(doomed, files(house)) == []


@both_databases
def test_on_both_databases_the_log_can_be_cut(house):
    assert truncate_wal(house.gate.database.engine)
