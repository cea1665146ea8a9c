"""Nothing sealed of an erased case is left in any file: not in the database, not in its write-ahead log."""

import pytest

from casework.accounts import own_account_actions, sign_in_actions
from casework.desk import actions as desk
from casework.engine import PATIENCE_SECONDS
from casework.retention import actions as retention
from casework.secure_delete import truncate_wal
from casework.vault.keys.sessions import token_from
from tests.house import both_databases, only_sqlite
from tests.referrals.scenes import referred
from tests.retention.scenes import asked, files, found_in, rows_of, sealed_in
from tests.tampering import stolen


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
def test_no_envelope_that_was_taken_away_is_left_in_any_file(house):
    sent = referred(house).goes("open", "accept")
    before = sealed_in(rows_of(house, sent.case_id))
    sent.goes("withdraw")
    kept = sealed_in(rows_of(house, sent.case_id))
    taken_away = [part for part in before if part not in kept]
    assert taken_away
    assert found_in(taken_away, files(house)) == []
    assert found_in(kept, files(house)) == kept


@only_sqlite
@pytest.mark.parametrize("ending", ["sign_out", "cover", "prove again"])
def test_no_sealed_key_of_a_session_that_has_ended_or_locked_is_left_in_any_file(house, lan, ending):
    token = token_from(lan.cookie)
    assert token
    with stolen(house) as thief:
        [blob] = [row["blob"] for row in thief.rows("session", member_id=lan.id)]
    if ending == "sign_out":
        lan.does(sign_in_actions.sign_out, token.sid)
    elif ending == "cover":
        lan.does(own_account_actions.cover, "2580", token=token)
    else:
        lan.proves()
    assert found_in([blob], files(house)) == []


@only_sqlite
def test_a_reader_who_does_not_end_delays_only_the_cutting_of_the_log(house, lan, hoa, caplog, monkeypatch):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    doomed = sealed_in(rows_of(house, case_id))
    assert lan.cookie
    monkeypatch.setattr("casework.secure_delete.PATIENCE", 50)
    with house.gate.database.read_only() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM document").all()
        hoa.does(retention.erase_case, case_id)
        assert "somebody is still reading" in caplog.text
    assert truncate_wal(house.gate.database.engine)
    assert found_in(doomed, files(house)) == []


@only_sqlite
@pytest.mark.parametrize("patiently", [True, False])
def test_a_connection_that_has_cut_the_log_waits_for_writers_as_long_as_any_other(house, patiently):
    engine = house.gate.database.engine
    engine.dispose()
    assert truncate_wal(engine, patiently=patiently)
    with house.gate.database.read_only() as session:
        waits = session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert waits == PATIENCE_SECONDS * 1000


@both_databases
def test_on_both_databases_the_log_can_be_cut(house):
    assert truncate_wal(house.gate.database.engine)
