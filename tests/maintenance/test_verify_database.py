"""What `casework verify` finds in the rows themselves."""

from uuid import uuid4

import pytest

from casework import unguarded_database
from casework.config import ConfigurationError
from casework.maintenance import startup, verify_database
from tests.house import House, both_databases
from tests.referrals.scenes import Referred, referred
from tests.tampering import stolen


@pytest.fixture
def referral(house: House) -> Referred:
    """A referral that was accepted."""
    return referred(house).goes("open", "accept")


def faults(house: House) -> set[tuple[str, str]]:
    """Return the table of each fault, and the English half of its words."""
    return {
        (fault.table, fault.words.split(" / ")[1])
        for fault in verify_database.find_all_faults(house.config, house.gate)
    }


CHANGED = "row was changed or put back"
NOT_ITS_ROWS = ("head", "rows are gone, planted or put back")


@both_databases
def test_an_untouched_database_has_no_fault(referral):
    assert faults(referral.house) == set()


@both_databases
def test_a_row_that_was_changed_or_planted_is_faults(referral):
    with stolen(referral.house) as thief:
        thief.change("member", {"id": referral.lan.id}, roles="lead")
        thief.change("ground", {"id": referral.ground_id}, until=None)
    assert faults(referral.house) == {("member", CHANGED), ("ground", CHANGED)}


def test_an_old_row_put_back_is_faults(referral):
    with stolen(referral.house) as thief:
        old = thief.rows("referral", id=referral.referral_id)
    referral.goes("withdraw")
    with stolen(referral.house) as thief:
        thief.put_back("referral", ("id",), *old)
    assert faults(referral.house) == {("referral", CHANGED), NOT_ITS_ROWS}


def test_a_body_that_was_changed_or_taken_away_is_faults(referral):
    with stolen(referral.house) as thief:
        first, second, *_ = thief.rows("document", case_id=referral.case_id)
        thief.change("document", {"id": first["id"]}, body=second["body"])
        thief.delete("envelope", document_id=second["id"])
        thief.delete("document", id=second["id"])
    assert faults(referral.house) == {
        ("document", "sealed body is not the listed one"),
        ("document", "newest revision of a section is gone"),
        NOT_ITS_ROWS,
    }


def test_a_document_that_no_head_lists_is_faults(referral):
    with stolen(referral.house) as thief:
        row = thief.rows("document", case_id=referral.case_id)[0]
        thief.put("document", {**row, "id": uuid4(), "revision": 7})
    unlisted = ("document", "revision is not listed by its head")
    assert faults(referral.house) == {("document", CHANGED), unlisted, NOT_ITS_ROWS}


def test_an_envelope_without_document_or_agency_or_shape_is_faults(referral):
    with stolen(referral.house) as thief:
        row = thief.rows("envelope", case_id=referral.case_id)[0]
        thief.put("envelope", {**row, "document_id": uuid4(), "agency_id": uuid4(), "blob": b"x"})
    assert faults(referral.house) == {
        NOT_ITS_ROWS,
        ("envelope", CHANGED),
        ("envelope", "envelope of no document"),
        ("envelope", "envelope of no agency"),
        ("envelope", "envelope is malformed"),
    }


def test_a_case_without_a_holder_and_a_key_that_was_left_are_faults(referral):
    with stolen(referral.house) as thief:
        thief.change("member", {"id": referral.lan.id}, state="left")
    assert faults(referral.house) >= {
        ("case_file", "open case without a holder"),
        ("wrap", "key left with somebody who has left"),
    }


def test_what_is_shared_without_a_live_ground_is_faults(referral):
    with stolen(referral.house) as thief:
        thief.change("ground", {"id": referral.ground_id}, state="withdrawn")
    assert ("referral", "shared without a live ground") in faults(referral.house)


def test_a_head_that_cannot_be_read_hides_nothing(referral):
    with stolen(referral.house) as thief:
        thief.change("head", {"id": referral.case_id}, listing=b"x")
    assert ("document", "revision is not listed by its head") in faults(referral.house)


@both_databases
def test_the_program_works_only_on_tables_that_it_knows(house):
    startup.require_current_schema(house.config.database_url)
    for revision in ("9999", "0000"):
        with unguarded_database.open_for_writing(house.config.database_url) as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        with pytest.raises(ConfigurationError, match="bản chương trình mới hơn"):
            startup.require_current_schema(house.config.database_url)


def test_a_database_that_is_not_there_is_not_made_by_looking(tmp_path):
    with pytest.raises(ConfigurationError, match="Không thấy cơ sở dữ liệu"):
        startup.require_current_schema(f"sqlite:///{tmp_path / 'missing.sqlite3'}")
    assert list(tmp_path.iterdir()) == []
