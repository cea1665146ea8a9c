"""A database, or a part of it, is put back under a program that runs: nothing is opened, written or struck out."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from casework.accounts import own_account_actions
from casework.app import create_app
from casework.audit import verify
from casework.cases.sections import SafetyPlan
from casework.desk import actions as desk
from casework.errors import CaseworkError, LogRolledBack, OutdatedHead
from casework.gate import Gate, open_gate
from casework.maintenance import startup
from casework.policy.vocabulary import Section
from casework.staffing import actions as staffing
from casework.vault.keys.enrolment import credentials
from tests.accounts.sign_in import session_token
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import KEK, THANH_SON
from tests.referrals.scenes import Referred, referred
from tests.retention.scenes import CASE_TABLES, OWN, rows_of
from tests.tampering import Row, copied_book, put_book_back, stolen


def without_evidence(house: House) -> Gate:
    """Return a gate that compares nothing outside, as before there was any: what the attack would have gained."""
    return replace(house.gate, evidence=None)


def void_lines(house: House) -> list[int]:
    assert house.gate.evidence is not None
    return [line.body["void"] for line in house.gate.evidence.revocation_log.lines() if "void" in line.body]


def log_length(house: House) -> int:
    with house.crypto() as crypto:
        return verify.verify(crypto).lines


def opens(made: Referred, gate: Gate) -> bool:
    """Tell whether the receiver reads the case."""
    try:
        gate.perform(made.to.person, desk.read_case, made.case_id)
    except CaseworkError:
        return False
    return True


@both_databases
def test_a_whole_database_that_is_put_back_is_refused_and_strikes_no_withdrawal(house: House):
    made = referred(house).goes("open", "accept")
    assert opens(made, house.gate)
    book = copied_book(house)
    made.goes("withdraw")
    put_book_back(house, book)
    length = log_length(house)
    for act in (
        lambda: house.gate.perform(made.to.person, desk.read_case, made.case_id),
        lambda: made.lan.does(desk.add_note, made.case_id, "x"),
        lambda: house["hoa"].sign_in(),
    ):
        with pytest.raises(LogRolledBack):
            act()
    assert (log_length(house), void_lines(house)) == (length, [])
    assert opens(made, without_evidence(house))


@both_databases
def test_after_a_restart_it_is_refused_too(house: House):
    made = referred(house).goes("open", "accept")
    book = copied_book(house)
    made.goes("withdraw")
    put_book_back(house, book)
    with pytest.raises(LogRolledBack):
        startup.make_ready(house.config)
    house.gate = open_gate(house.config, KEK)
    assert not opens(made, house.gate)
    assert void_lines(house) == []
    house.gate.database.engine.dispose()


@only_sqlite
def test_without_the_watermark_the_revocation_log_still_tells_a_rollback_from_a_crash(house: House):
    made = referred(house).goes("open", "accept")
    book = copied_book(house)
    made.lan.does(desk.add_note, made.case_id, "x")
    made.goes("withdraw")
    put_book_back(house, book)
    house.config.watermark_file.unlink()
    house.gate = open_gate(house.config, KEK)
    with pytest.raises(LogRolledBack) as caught:
        made.lan.does(desk.read_case, made.case_id)
    assert caught.value.row == "removals"
    assert void_lines(house) == []


@both_databases
def test_the_lines_of_who_read_a_story_are_missed_by_the_next_act(house: House, lan: Someone, hoa: Someone):
    case_id = lan.opens_a_case()
    for _ in range(4):
        hoa.does(desk.read_section, case_id, Section.STORY)
    with stolen(house) as thief:
        newest = sorted(row["n"] for row in thief.rows("audit_line", commune_id=THANH_SON))[-4:]
        assert sum(thief.delete("audit_line", commune_id=THANH_SON, n=n) for n in newest) == 4
    with pytest.raises(LogRolledBack):
        lan.does(desk.read_case, case_id)
    assert log_length(house) == newest[0] - 1
    assert without_evidence(house).perform(lan.person, desk.read_case, case_id)


def _withdrawn(house: House, made: Referred) -> None:
    made.goes("withdraw")


def _locked(house: House, made: Referred) -> None:
    house["son"].does(staffing.lock, made.to.id)


def _left(house: House, made: Referred) -> None:
    house["son"].does(staffing.leave, made.to.id)


def _new_passphrase(house: House, made: Referred) -> None:
    new = credentials.new_credentials(house.gate.server_keys(THANH_SON), "mot hai ba bon nam sau", made.to.id)
    made.to.does(own_account_actions.change_passphrase, new, token=session_token(made.to))


@both_databases
@pytest.mark.parametrize("takes_away", [_withdrawn, _locked, _left, _new_passphrase])
def test_old_rows_whose_newer_line_no_longer_names_their_head_are_refused(
    house: House, takes_away: Callable[[House, Referred], None]
):
    made = referred(house).goes("open", "accept")
    house.hires("dung")
    person, book = made.to.person, copied_book(house)
    takes_away(house, made)
    made.lan.does(desk.read_case, made.case_id)
    put_book_back(house, book, keeping=("audit_line",))
    last = max(row["n"] for row in book["audit_line"] if row["commune_id"] == THANH_SON)
    with stolen(house) as thief:
        for row in thief.rows("audit_line", commune_id=THANH_SON):
            if row["n"] > last and row["head"] is not None:
                thief.change("audit_line", {"commune_id": THANH_SON, "n": row["n"]}, head=None, head_mac=None)
    made.to.leaves()
    with pytest.raises(OutdatedHead):
        made.to.does(desk.read_case, made.case_id)
    assert without_evidence(house).perform(person, desk.read_case, made.case_id)
    startup.make_ready(house.config)


@both_databases
def test_a_text_is_not_put_back_under_the_running_program_although_its_line_says_nothing_more(house: House, lan, hoa):
    """The attack: who must not know is gone from the case again, and no line of the log names its newer head."""
    case_id = lan.opens_a_case()
    earlier = rows_of(house, case_id)
    lan.does(desk.write_section, case_id, SafetyPlan(somebody="yes", who_must_not_know="ông Chính"), base=1)
    hoa.does(desk.list_cases)
    assert not opens_nothing(lan, case_id)
    put_text_back(house, case_id, earlier)
    assert opens_nothing(lan, case_id)
    assert lan.house.gate.perform(lan.person, desk.list_cases).cases == ()


@both_databases
@pytest.mark.parametrize("further", [0, 3])
def test_a_text_that_was_put_back_while_the_program_was_stopped_is_refused_from_the_start_on(
    house: House, lan: Someone, hoa: Someone, further: int
):
    """The same attack on a program that does not run; its line may be the newest of the log or far back."""
    case_id = lan.opens_a_case()
    earlier = rows_of(house, case_id)
    lan.does(desk.write_section, case_id, SafetyPlan(somebody="yes", who_must_not_know="ông Chính"), base=1)
    for _ in range(further):
        lan.opens_a_case()
    house.gate.database.engine.dispose()
    before = create_app(house.config).extensions["casework.gate"]
    assert not before.evidence.fault_mark.is_set(THANH_SON)
    put_text_back(house, case_id, earlier)
    again = House(create_app(house.config).extensions["casework.gate"], house.config)
    assert again.gate.evidence is not None
    assert again.gate.evidence.fault_mark.is_set(THANH_SON)
    assert opens_nothing(again["lan"], case_id)
    for gate in (before, again.gate):
        gate.database.engine.dispose()


def put_text_back(house: House, case_id: UUID, earlier: dict[str, list[Row]]) -> None:
    """Put back what a case was, and blank the columns of the log that say how new it is."""
    with stolen(house) as thief:
        [before] = earlier["head"]
        for table, column in reversed((OWN | CASE_TABLES).items()):
            thief.delete(table, **{column: case_id})
        for table in (*OWN, "document", "envelope", "ground", "referral", "notice"):
            thief.put(table, *earlier[table])
        for line in thief.rows("audit_line", head=case_id):
            if line["n"] > before["n"]:
                thief.change("audit_line", {"commune_id": THANH_SON, "n": line["n"]}, head=None, head_mac=None)


def opens_nothing(someone: Someone, case_id: UUID) -> bool:
    try:
        someone.does(desk.read_case, case_id)
    except OutdatedHead:
        return True
    return False
