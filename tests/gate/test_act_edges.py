"""Edges of acts that no page leads to: the gate and the rows behind it hold on their own."""

import threading

import pytest

from casework.cases import case_codes, writing
from casework.cases.case_search import SearchQuery, parse_query
from casework.cases.sections import Facts, GroundEntry, Identity, Incident, Label
from casework.codelists import codelist
from casework.db import Database
from casework.desk import actions as desk
from casework.errors import BadInput, Busy, Refused, VaultError
from casework.gate import ActContext, Action, Gate
from casework.intake import actions as intake
from casework.policy.vocabulary import Act, Section
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import DONG_HAI, KEK, THANH_SON
from tests.stories import dao
from tests.tampering import stolen


def test_what_is_counted_is_written_by_nobody_s_hand(lan: Someone, hoa: Someone):
    case_id = lan.opens_a_case()
    for someone in (lan, hoa):
        with pytest.raises(Refused):
            someone.does(desk.write_section, case_id, Facts(sex="NAM"), base=1)


@only_sqlite
def test_a_ground_for_an_agency_that_the_commune_does_not_have_is_not_kept(house: House, luu: Someone):
    with stolen(house) as thief:
        police = thief.rows("agency", commune_id=DONG_HAI, kind="police")[0]["id"]
        for name, column in (("wrap", "agency_id"), ("agency_epoch", "agency_id"), ("agency", "id"), ("head", "id")):
            thief.delete(name, **{column: police})
    draft = luu.does(intake.start_draft, {1: {}})
    told = dao(grounds=(GroundEntry(kind="danger", receiver="police"),))
    with pytest.raises(BadInput):
        luu.does(intake.open_case, draft, told)
    assert [draft.id for draft in luu.does(desk.list_cases).drafts] == [draft]


@only_sqlite
def test_a_code_that_is_taken_is_drawn_again(lan: Someone, mai: Someone, monkeypatch):
    drawn = iter(["sen-lúa-42", "sen-lúa-42", "sen-lúa-43"])
    monkeypatch.setattr(case_codes, "random_code", lambda: next(drawn))
    first, second = lan.opens_a_case(), mai.opens_a_case()
    assert lan.does(desk.read_case, first).line.code == "sen-lúa-42"
    assert mai.does(desk.read_case, second).line.code == "sen-lúa-43"


def test_a_section_written_by_a_newer_program_is_refused():
    with pytest.raises(VaultError):
        Label.from_json({"code": "x", "colour": "blue"})
    assert Label.from_json({"code": "x"}).nickname == ""


@pytest.mark.parametrize(
    ("query", "digits"),
    [("0987 612 345", "0987612345"), ("+84 987 612 345", "0987612345"), ("0084987612345", "0987612345"), ("84", "84")],
)
def test_a_number_is_sought_as_it_is_dialled_at_home(query, digits):
    assert parse_query(query).digits == digits
    assert repr(SearchQuery(("dao",), ("dao",), "0987")) == "<sealed SearchQuery>"


@only_sqlite
def test_a_number_is_found_in_any_writing_but_not_by_three_digits(lan: Someone):
    case_id = lan.opens_a_case()
    for query in ("0987612345", "+84 987.612.345", "612345"):
        assert [case.id for case in lan.does(desk.search, query)] == [case_id], query
    assert lan.does(desk.search, "987") == ()


@only_sqlite
def test_facts_follow_what_is_corrected_and_nothing_else(lan: Someone):
    case_id = lan.opens_a_case()
    lan.does(desk.write_section, case_id, Identity(name="Đào", birth_year=1940, sex="NU"), base=1)
    lan.does(desk.write_section, case_id, Incident(acts=("A",)), base=1)
    lan.does(desk.write_section, case_id, Incident(acts=("A",), place="home"), base=2)
    (facts,) = lan.does(desk.read_section, case_id, Section.FACTS)
    assert facts.data.to_json()["age_band"] == "GE60"
    assert facts.data.to_json()["types"] == [codelist("dv_act").get("A").text("type")]
    assert facts.revision == 3


@only_sqlite
def test_a_draft_of_no_pages_is_discarded_too(lan: Someone):
    draft = lan.does(intake.start_draft, {})
    lan.does(intake.discard_draft, draft)
    assert lan.does(desk.list_cases).drafts == ()


@both_databases
def test_a_book_that_is_locked_too_long_says_so(house: House, lan: Someone, monkeypatch):
    """Somebody holds the write lock; another waits as long as the settings say and is told to try again."""
    person, held, done = lan.person, threading.Event(), threading.Event()
    monkeypatch.setattr("casework.engine.PATIENCE_SECONDS", 0.2)
    impatient = Gate(Database(house.config.database_url), KEK)

    def hold() -> None:
        with house.gate.database.transaction(None, THANH_SON):
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(60)
        with pytest.raises(Busy):
            impatient.perform(person, desk.list_cases)
    finally:
        done.set()
        holder.join()
        impatient.database.engine.dispose()
    assert lan.does(desk.list_cases).cases == ()


@only_sqlite
def test_whoever_may_write_no_section_is_offered_none(house: House, lan: Someone):
    def offered(context: ActContext) -> frozenset[Section]:
        return writing.writable(context)

    assert house["thu"].does(Action(Act.HOME_READ, offered)) == frozenset()
    assert Section.STORY in lan.does(Action(Act.CASE_LIST, offered))


@only_sqlite
def test_a_fault_is_a_fault_where_no_evidence_is_kept_outside_the_database(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        thief.change("case_file", {"id": case_id}, opened=1)
    bare = Gate(Database(house.config.database_url), KEK)
    with pytest.raises(VaultError):
        bare.perform(lan.person, desk.read_case, case_id)
    bare.database.engine.dispose()


@both_databases
def test_what_is_left_for_the_end_of_an_act_knows_its_line_and_stops_it_when_it_fails(house: House, hoa: Someone):
    """As the removal of a commune does: after everything is written, in the same transaction."""
    seen: list[tuple[int, int]] = []

    def succeeds(context: ActContext) -> None:
        context.at_end = lambda before, end: seen.append((before[0], end[0]))

    def fails(context: ActContext) -> None:
        def refuse(*_ends: object) -> None:
            raise BadInput("the end of an act that fails")

        context.at_end = refuse

    before = len(lines_of(house))
    hoa.does(Action(Act.POLICY_READ, succeeds))
    assert seen == [(before, before + 1)]
    with pytest.raises(BadInput):
        hoa.does(Action(Act.POLICY_READ, fails))
    assert [line["outcome"] for line in lines_of(house)[before:]] == ["ok"]


def lines_of(house: House) -> list[dict[str, object]]:
    with stolen(house) as thief:
        return sorted(thief.rows("audit_line", commune_id=THANH_SON), key=lambda line: line["n"])
