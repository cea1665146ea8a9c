"""Every act is a line, every refusal too; without the line nothing is shown and nothing is kept."""

import contextlib
import logging
from typing import cast
from uuid import uuid4

import pytest

from casework.accounts import sign_in_actions
from casework.accounts.sign_in_actions import WrongPassphrase
from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import AlteredRow, BadInput, Busy, Conflict, NotFound, Refused, SignInNeeded, VaultError
from casework.gate import ACTIONS, ActContext, Action, Person, action
from casework.intake import actions as intake
from casework.policy.vocabulary import Act, Role, Section
from casework.staffing import directory
from casework.vault.keys.context import CryptoContext
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.stories import CANARIES
from tests.tampering import stolen

# An index that cannot be written for any later line: the sum overflows, the division has nothing to divide by.
BREAK = {
    "sqlite": "CREATE INDEX broken ON audit_line (abs(CASE WHEN at > {at} THEN -9223372036854775807 - 1 ELSE 0 END))",
    "postgresql": "CREATE INDEX broken ON audit_line ((1 / (CASE WHEN at > {at} THEN 0 ELSE 1 END)))",
}


@contextlib.contextmanager
def a_log_that_takes_no_line(house: House):
    kind = house.gate.database.engine.dialect.name
    with stolen(house) as thief:
        newest = max(row["at"] for row in thief.rows("audit_line"))
        thief.connection.exec_driver_sql(BREAK[kind].format(at=newest))
    yield
    with stolen(house) as thief:
        thief.connection.exec_driver_sql("DROP INDEX broken")


def lines(house: House) -> list[dict]:
    with stolen(house) as thief:
        return sorted(thief.rows("audit_line", commune_id=THANH_SON), key=lambda row: row["n"])


def last(house: House) -> tuple:
    line = lines(house)[-1]
    return line["act"], line["who"], line["about"], line["outcome"]


def test_reading_is_a_line(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    for doing, given in (
        (desk.read_case, (case_id,)),
        (desk.read_section, (case_id, Section.STORY)),
        (desk.read_history, (case_id, Section.STORY)),
        (desk.show_name, (case_id,)),
        (desk.add_note, (case_id, "x")),
    ):
        before = len(lines(house))
        house.gate.perform(lan.person, cast("Action[..., object]", doing), *given)
        assert len(lines(house)) == before + 1
        assert last(house) == (doing.act, lan.id, case_id, "ok")


@both_databases
def test_lists_and_searches_are_one_line_with_a_count(house: House, lan: Someone):
    lan.opens_a_case()
    lan.does(desk.search, "nguyen thi dao")
    assert last(house)[:3] == ("case.search", lan.id, None)
    assert '"reason":"1 hits"' in lines(house)[-1]["body"]
    assert "dao" not in lines(house)[-1]["body"]


def test_a_refusal_by_role_is_a_line(house: House, chinh: Someone):
    with pytest.raises(Refused):
        chinh.does(desk.add_note, uuid4(), "x")
    assert last(house) == ("note.add", chinh.id, None, "denied")


def test_asking_for_an_empty_form_that_is_not_for_me_is_a_line(house: House, chinh: Someone):
    with pytest.raises(Refused):
        house.gate.ask(chinh.person, Act.NOTE_ADD)
    assert last(house) == ("note.add", chinh.id, None, "denied")
    before = len(lines(house))
    house.gate.ask(chinh.person, Act.CASE_LIST)
    assert len(lines(house)) == before


def test_a_denied_reading_is_a_line_that_says_about_what(house: House, lan: Someone, mai: Someone):
    case_id = lan.opens_a_case()
    for doing in (desk.read_case, desk.show_name):
        with pytest.raises(NotFound):
            house.gate.perform(mai.person, cast("Action[..., object]", doing), case_id)
        assert last(house) == (doing.act, mai.id, case_id, "denied")
    with pytest.raises(NotFound):
        mai.does(desk.read_section, case_id, Section.STORY)
    assert last(house) == ("section.read", mai.id, case_id, "denied")


def test_a_seal_that_does_not_hold_is_a_line_that_says_about_what(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        thief.change("case_file", {"id": case_id}, mac=bytes(36))
    with pytest.raises(VaultError):
        lan.does(desk.read_case, case_id)
    assert last(house) == ("case.read", lan.id, case_id, "failed")


@both_databases
def test_where_the_log_does_not_hold_nothing_is_answered_but_that(house: House, lan: Someone, mai: Someone, caplog):
    case_id, people = lan.opens_a_case(), (lan.person, mai.person)
    with stolen(house) as thief:
        last_line = max(row["n"] for row in thief.rows("audit_line", commune_id=THANH_SON))
        thief.change("audit_line", {"n": last_line, "commune_id": THANH_SON}, mac=bytes(36))
        thief.change("case_file", {"id": case_id}, mac=bytes(36))
    with pytest.raises(AlteredRow):
        house.gate.perform(people[0], desk.read_case, case_id)
    with pytest.raises(VaultError):
        house.gate.perform(people[1], desk.read_case, case_id)
    told = [record.getMessage() for record in caplog.records if record.name == "casework.gate"]
    assert [line.partition(" ")[0] for line in told] == ["fault=AlteredRow", "fault=VaultError", "fault=VaultError"]
    assert f"about={case_id} who={lan.id} commune={THANH_SON}" in told[0]


def test_a_failed_sign_in_is_a_line(house: House):
    with pytest.raises(WrongPassphrase):
        house.gate.perform(house.stranger(), sign_in_actions.sign_in, None, before=None)
    assert last(house) == ("account.sign_in", None, None, "failed")


def test_a_mistake_in_what_was_typed_is_no_line(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    before = len(lines(house))
    with pytest.raises(BadInput):
        lan.does(desk.add_note, case_id, "  ")
    with pytest.raises(Conflict):
        lan.does(desk.write_section, case_id, Story(words="x"), base=7)
    assert len(lines(house)) == before


@both_databases
def test_without_a_line_nothing_is_shown_and_nothing_is_kept(house: House, lan: Someone, caplog):
    case_id, cookie = lan.opens_a_case(), lan.cookie
    with stolen(house) as thief:
        tables = ("document", "envelope", "head", "case_file", "session", "audit_line")
        before = {name: thief.rows(name) for name in tables}
    caplog.set_level(logging.DEBUG)
    with a_log_that_takes_no_line(house):
        for doing in (
            lambda: lan.does(desk.list_cases),
            lambda: lan.does(desk.search, "nguyen thi dao"),
            lambda: lan.does(desk.read_case, case_id),
            lambda: lan.does(desk.read_section, case_id, Section.STORY),
            lambda: lan.does(desk.write_section, case_id, Story(words="mới"), base=1),
            lambda: lan.does(desk.add_note, case_id, "ghi"),
            lambda: lan.does(desk.close_case, case_id, outcome="", words="x"),
            lambda: lan.does(intake.start_draft, {1: {"who": "anh ta"}}, circle=[house["hoa"].id]),
            lan.sign_in,
        ):
            with pytest.raises(Busy) as caught:
                doing()
            assert not any(canary in repr(caught.value) for canary in CANARIES.values())
    assert lan.cookie == cookie
    with stolen(house) as thief:
        assert {name: thief.rows(name) for name in tables} == before
    assert not any(canary in caplog.text for canary in CANARIES.values())
    assert lan.does(desk.read_case, case_id).line.id == case_id


@both_databases
def test_without_a_line_even_a_refusal_is_no_answer(house: House, lan: Someone, mai: Someone, cuong: Someone):
    case_id = lan.opens_a_case()
    people = mai.person, cuong.person
    with a_log_that_takes_no_line(house):
        with pytest.raises(Busy):
            house.gate.perform(people[0], desk.read_case, case_id)
        with pytest.raises(Busy):
            house.gate.perform(people[1], desk.add_note, case_id, "x")


@only_sqlite
def test_somebody_who_is_no_member_is_sent_to_sign_in(house: House):
    with pytest.raises(SignInNeeded):
        _ = house.stranger().member_id
    assert Person(house["lan"].person.actor, THANH_SON).member_id == house["lan"].id


@only_sqlite
def test_an_act_with_a_second_act_writes_two_lines_in_one_commit(house: House, lan: Someone, mai: Someone):
    draft = lan.does(intake.start_draft, {}, circle=[mai.id])
    acts = [(line["act"], line["about"]) for line in lines(house)]
    assert ("draft.start", draft) in acts
    assert acts[-1][0] == "circle.make"
    assert acts[-1][1] != draft


@only_sqlite
def test_an_act_within_a_second_act_writes_its_line_too(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    before = len(lines(house))
    lan.does(intake.open_draft, draft)
    assert [line["act"] for line in lines(house)[before:]] == ["draft.open", "intake.begin", "address.list"]


@only_sqlite
def test_a_second_act_needs_a_permit_of_its_own(house: House, chinh: Someone):
    def also_note(context: ActContext) -> None:
        context.also(desk.add_note, uuid4(), "x")

    before = len(lines(house))
    with pytest.raises(Refused):
        chinh.does(Action(Act.CASE_LIST, also_note))
    assert [line["outcome"] for line in lines(house)[before:]][-1] == "denied"


@only_sqlite
def test_nobody_who_is_not_signed_in_acts_as_a_member(house: House):
    def who_am_i(context: ActContext) -> object:
        return context.me

    with pytest.raises(Refused):
        house.gate.perform(house.stranger(), Action(Act.ADDRESS_LIST, who_am_i))
    with pytest.raises(Refused):
        house.gate.perform(house.stranger(Role.SYSTEM), directory.list_people)


def test_an_act_has_one_function_alone():
    declared = dict(ACTIONS)
    with pytest.raises(ValueError, match="two functions"):
        action(Act.CASE_READ)(lambda context: None)
    assert declared == ACTIONS


@only_sqlite
def test_an_error_of_the_program_keeps_nothing(house: House, lan: Someone):
    def stumble(context: ActContext) -> None:
        intake.start_draft.do(context, {1: {"who": "x"}})
        raise ZeroDivisionError

    assert lan.cookie
    before = len(lines(house))
    with pytest.raises(ZeroDivisionError):
        lan.does(Action(Act.DRAFT_START, stumble))
    assert len(lines(house)) - before <= 1
    with stolen(house) as thief:
        assert thief.rows("case_file") == []
    assert CryptoContext.__dataclass_params__.frozen  # type: ignore[attr-defined]
