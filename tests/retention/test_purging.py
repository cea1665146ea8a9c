"""Stories are erased in time: a lead confirms the list, the machine never does, and what is held stays."""

from datetime import date

import pytest

from casework import clock
from casework.audit.verify import verify
from casework.cases.advice import Advice
from casework.cases.sections import Plan
from casework.desk import actions as desk
from casework.errors import Conflict, NotFound, Refused
from casework.intake import advice_actions as advice
from casework.policy.vocabulary import Act, Section
from casework.retention import actions as retention
from casework.retention import purging
from tests.house import both_databases, only_sqlite
from tests.retention.scenes import files, found_in, rows_of
from tests.tampering import refused, stolen

YEARS = 2 * 366 * 86_400 * clock.MICROSECOND
WORDS = "đã ổn"


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 23), 24, date(2024, 11, 23)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
    ],
)
def test_months_are_those_of_the_calendar(day, months, before):
    assert purging.months_before(day, months) == before


@pytest.fixture
def later(house, lan, hoa, binh):
    """Four closed cases of long ago, one of today, one that is open; it is two years later."""
    ids = {name: lan.opens_a_case() for name in ("due", "held", "died", "bare", "open", "new")}
    with stolen(house) as thief:
        [story] = thief.rows("document", case_id=ids["due"], section=Section.STORY)
    assert story
    for name in ("due", "held", "bare"):
        lan.does(desk.close_case, ids[name], outcome="needs_met", words=WORDS)
    binh.does(desk.close_case, ids["died"], outcome="died", words=WORDS, children_after="không có")
    hoa.does(retention.hold_case, ids["held"], "Tòa án cần")
    moment = clock.micros() + YEARS
    with clock.use_clock(lambda: moment):
        for someone in (lan, hoa):
            someone.leaves()
        lan.does(desk.close_case, ids["new"], outcome="needs_met", words=WORDS)
        hoa.does(purging.purge, [ids["bare"]], months=24)
        yield ids


def test_only_what_is_due_and_not_held_is_on_the_list(later, hoa):
    assert [story.id for story in hoa.does(purging.list_due, months=24)] == [later["due"]]
    assert hoa.does(purging.list_due, months=36) == ()
    assert hoa.does(purging.list_due, months=24)[0].closed_on < clock.today()


@both_databases
def test_the_story_goes_and_the_rest_stays(later, house, lan, hoa):
    before = rows_of(house, later["due"])
    assert hoa.does(purging.purge, [later["due"]], months=24) == 1
    with pytest.raises(NotFound):
        lan.does(desk.read_section, later["due"], Section.STORY)
    assert lan.does(desk.read_section, later["due"], Section.IDENTITY)
    [plan] = lan.does(desk.read_section, later["due"], Section.PLAN)
    assert isinstance(plan.data, Plan)
    after = rows_of(house, later["due"])
    gone = {row["section"] for row in before["document"]} - {row["section"] for row in after["document"]}
    assert gone == {Section.STORY}
    assert hoa.does(purging.list_due, months=24) == ()
    with house.crypto() as crypto:
        assert verify(crypto).holds


def test_a_list_that_has_changed_is_not_purged(later, hoa):
    for ids in ([], [later["held"]], [later["due"], later["open"]], [later["died"]]):
        with pytest.raises(Conflict):
            hoa.does(purging.purge, ids, months=24)


@only_sqlite
def test_no_story_goes_while_a_line_of_the_log_does_not_hold(later, house, hoa):
    """A hold may be what was taken away: its line no longer says which case it changed."""
    before = rows_of(house, later["due"])
    with stolen(house) as thief:
        assert thief.change("audit_line", {"head": later["held"], "act": Act.CASE_HOLD}, head=None, head_mac=None)
    refused(lambda: hoa.does(purging.purge, [later["due"]], months=24))
    assert rows_of(house, later["due"]) == before


def test_a_counsellor_confirms_no_list(later, lan):
    for doing in (lambda: lan.does(purging.list_due, months=24), lambda: lan.does(purging.purge, [], months=24)):
        with pytest.raises(Refused):
            doing()


@only_sqlite
def test_no_byte_of_a_purged_story_is_left(later, house, hoa):
    with stolen(house) as thief:
        [story] = thief.rows("document", case_id=later["due"], section=Section.STORY)
    assert found_in([story["body"]], files(house)) == [story["body"]]
    hoa.does(purging.purge, [later["due"]], months=24)
    assert found_in([story["body"], story["commit_tag"]], files(house)) == []


def test_advice_that_nobody_has_written_on_for_so_long_is_erased_whole(house, lan, hoa):
    told = Advice(clock.today().isoformat(), "GOI_DIEN", ("rights",), "no", WORDS)
    old, fresh = (lan.does(advice.record_advice, told) for _ in range(2))
    moment = clock.micros() + YEARS
    with clock.use_clock(lambda: moment):
        for someone in (lan, hoa):
            someone.leaves()
        lan.does(advice.change_advice, fresh, told, base=1)
        assert [(due.id, due.code) for due in hoa.does(purging.list_due, months=24)] == [(old, "")]
        assert hoa.does(purging.purge, [old], months=24) == 1
        assert [contact.id for contact in hoa.does(advice.list_advice)] == [fresh]
    with stolen(house) as thief:
        assert thief.rows("document", case_id=old) == thief.rows("envelope", case_id=old) == []
        assert thief.rows("case_file", id=old) == []
    with house.crypto() as crypto:
        assert verify(crypto).holds
