"""A period is closed once, when it is over, and every case is counted once: what is released never changes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from casework import clock
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, Refused
from casework.gate import Person
from casework.intake import actions as intake
from casework.intake.practice_actions import list_practice, promote_practice
from casework.statistics import actions
from casework.statistics.plan import TOTAL, Cell, plan
from tests.house import both_databases, only_sqlite
from tests.statistics.timeline import Timeline, closes, later, story, truth_of
from tests.tampering import stolen

WOMEN = Cell("sex", "NU")


@both_databases
def test_a_closed_quarter_is_released_rounded_and_adds_up(timeline: Timeline):
    timeline.record(timeline.first, 4)
    timeline.record(timeline.first, 1, sex="NAM")
    seen = timeline.preview(timeline.first)
    assert truth_of(seen)[TOTAL] == 5
    assert (truth_of(seen)[WOMEN], truth_of(seen)[Cell("sex", "NAM")]) == (4, 1)
    release = timeline.close(timeline.first)
    assert (release.number, release.period, release.size, release.withheld) == (1, timeline.first, "S1", ())
    assert abs(release.cells[TOTAL] - 5) <= release.bound == 2
    assert sum(release.tables["sex"].values()) == release.cells[TOTAL]


def test_what_is_released_is_what_was_previewed(timeline: Timeline):
    timeline.record(timeline.first, 7)
    seen = timeline.preview(timeline.first)
    shown = {row.cell: row.published for _, _, rows in seen.tables for row in rows}
    assert timeline.close(timeline.first).cells == shown
    assert timeline.preview(timeline.first).period == timeline.after(1)


@only_sqlite
def test_a_period_that_is_not_over_cannot_be_closed(timeline: Timeline):
    with timeline.on(timeline.first.last) as house:
        seen = house["hoa"].does(actions.preview_period)
        assert (seen.over, seen.tables) == (False, ())
        with pytest.raises(BadInput):
            house["hoa"].does(actions.close_period, seen.period.name, "")


@both_databases
def test_a_period_is_closed_once(timeline: Timeline):
    release = timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        with pytest.raises(Conflict):
            house["hoa"].does(actions.close_period, release.period.name, "")
        with pytest.raises(Conflict):
            house["binh"].does(actions.close_period, "2031-Q1", "")
        assert house["hoa"].does(actions.read_releases) == (release,)


@only_sqlite
def test_counts_that_changed_since_the_preview_are_looked_at_again(timeline: Timeline):
    with timeline.on(timeline.first.next_day) as house:
        seen = house["hoa"].does(actions.preview_period)
    timeline.record(timeline.first, 9)
    with timeline.on(timeline.first.next_day) as house, pytest.raises(Conflict):
        house["hoa"].does(actions.close_period, seen.period.name, seen.mark)


@only_sqlite
def test_periods_follow_one_another_without_a_gap(timeline: Timeline):
    with timeline.on(later(timeline.after(2), 5)) as house:
        closed = [closes(house["hoa"]).period for _ in range(3)]
        assert closed == [timeline.after(number) for number in range(3)]
        assert not house["hoa"].does(actions.preview_period).over


def test_a_case_is_counted_once_and_the_year_goes_on(timeline: Timeline):
    """Five quarters cross the turn of a year: each counts its own cases, the next year with a new key."""
    for number in range(5):
        timeline.record(timeline.after(number), number + 1)
        assert truth_of(timeline.preview(timeline.after(number)))[TOTAL] == number + 1
        timeline.close(timeline.after(number))
    with timeline.on(timeline.after(4).next_day) as house:
        releases = house["thu"].does(actions.read_releases)
    assert [release.number for release in releases] == [1, 2, 3, 4, 5]


def test_a_case_that_is_worked_on_later_is_not_counted_again(timeline: Timeline):
    case_id = timeline.record(timeline.first, 1)[0]
    release = timeline.close(timeline.first)
    with timeline.on(timeline.after(1).first) as house:
        house["lan"].does(desk.close_case, case_id, outcome="", words="xong")
    assert truth_of(timeline.preview(timeline.after(1)))[TOTAL] == 0
    with timeline.on(timeline.after(1).first) as house:
        assert house["thu"].does(actions.read_releases) == (release,)


def test_a_restricted_case_is_counted_when_one_of_its_circle_closes(timeline: Timeline):
    """The lead does not know of it; the deputy, who is in the circle, counts it as a late entry."""
    timeline.record(timeline.first, 1, circle=["mai", "binh"])
    assert truth_of(timeline.preview(timeline.first))[TOTAL] == 0
    timeline.close(timeline.first)
    seen = timeline.preview(timeline.after(1), "binh")
    assert (truth_of(seen)[TOTAL], seen.late) == (1, 1)
    timeline.close(timeline.after(1), "binh")
    assert truth_of(timeline.preview(timeline.after(2), "binh"))[TOTAL] == 0


@only_sqlite
def test_what_another_lead_counted_from_a_sealed_case_stands_in_no_truth(timeline: Timeline):
    """The lead outside the circle closes the year, whose table of ages covers what the deputy inside it counted."""
    begin = next(number for number in range(1, 5) if timeline.after(number).index == 1)
    for number in range(begin):
        timeline.close(timeline.after(number))
    timeline.record(timeline.after(begin), 1, circle=["mai", "binh"], birth_year=1950)
    assert truth_of(timeline.preview(timeline.after(begin), "binh"))[TOTAL] == 1
    timeline.close(timeline.after(begin), "binh")
    for number in range(begin + 1, begin + 3):
        timeline.close(timeline.after(number))
    seen = timeline.preview(timeline.after(begin + 3))
    assert "age" in [table.name for table, _, _ in seen.tables]
    for table, _, rows in seen.tables:
        assert {row.truth for row in rows} == ({None} if table.name == "age" else {0}), table.name


@only_sqlite
def test_a_case_received_after_the_period_waits_for_its_own(timeline: Timeline):
    timeline.record(timeline.after(1), 2)
    with timeline.on(later(timeline.after(1), 3)) as house:
        assert truth_of(house["hoa"].does(actions.preview_period))[TOTAL] == 0
        closes(house["hoa"])
        assert truth_of(house["hoa"].does(actions.preview_period))[TOTAL] == 2


@only_sqlite
def test_a_practice_case_that_becomes_true_after_its_quarter_was_closed_changes_no_release(timeline: Timeline):
    """It was received when it was written, so it is a late entry of the next quarter, once; a practice case is none."""
    with timeline.on(timeline.first.last) as house:
        practised, kept = [house["lan"].opens_a_case(replace(story(), practice=True)) for _ in range(2)]
    timeline.record(timeline.first, 3)
    released = timeline.close(timeline.first)
    with timeline.on(timeline.after(1).first) as house:
        house["lan"].does(promote_practice, practised)
        assert house["thu"].does(actions.read_releases) == (released,)
    seen = timeline.preview(timeline.after(1))
    assert (truth_of(seen)[TOTAL], seen.late) == (1, 1)
    timeline.close(timeline.after(1))
    assert truth_of(timeline.preview(timeline.after(2)))[TOTAL] == 0
    with timeline.on(timeline.after(2).next_day) as house:
        assert house["thu"].does(actions.read_releases)[0] == released
        assert [case.id for case in house["lan"].does(list_practice)] == [kept]


@only_sqlite
def test_midnight_in_the_commune_parts_two_quarters_not_midnight_in_greenwich(timeline: Timeline):
    midnight = datetime.combine(timeline.first.next_day, time(0), clock.LOCAL)
    for moment in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=6, minutes=59)):
        with timeline.at(moment) as house:
            house["lan"].opens_a_case(story())
    assert truth_of(timeline.preview(timeline.first))[TOTAL] == 1
    timeline.close(timeline.first)
    assert truth_of(timeline.preview(timeline.after(1)))[TOTAL] == 2


@only_sqlite
def test_drafts_are_not_counted(timeline: Timeline):
    with timeline.on(timeline.first.last) as house:
        house["lan"].does(intake.start_draft, {1: {"danger": "no"}})
    assert truth_of(timeline.preview(timeline.first))[TOTAL] == 0


def test_the_commune_beside_ours_is_left_alone(timeline: Timeline):
    timeline.record(timeline.first, 3)
    timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        seen = house["lien"].does(actions.preview_period)
        assert truth_of(seen)[TOTAL] == 0
        assert house["lien"].does(actions.read_releases) == ()
        assert closes(house["lien"]).number == 1
        assert len(house["thu"].does(actions.read_releases)) == 1


@only_sqlite
@pytest.mark.parametrize("username", ["lan", "cuong", "tam", "chinh", "thu", "quang", "son"])
def test_nobody_but_the_lead_and_her_deputy_closes_or_previews(timeline: Timeline, username: str):
    with timeline.on(timeline.first.next_day) as house:
        with pytest.raises(Refused):
            house[username].does(actions.preview_period)
        with pytest.raises(Refused):
            house[username].does(actions.close_period, timeline.first.name, "")


@only_sqlite
def test_a_yearly_table_comes_out_at_the_end_of_the_year_and_covers_it(timeline: Timeline):
    ends = next(number for number in range(4) if timeline.after(number).ends_year)
    for number in range(ends):
        timeline.close(timeline.after(number))
    timeline.record(timeline.after(ends), 2, birth_year=1950)
    seen = timeline.preview(timeline.after(ends))
    spans = {table.name: span.name for table, span, _ in seen.tables}
    assert spans["age"] == str(timeline.after(ends).year)
    # Where it covers earlier periods too, no truth is shown beside it.
    assert truth_of(seen)[Cell("age", "GE60")] == (None if ends else 2)
    assert set(timeline.close(timeline.after(ends)).tables) == {table.name for table in plan().tables.values()}


@only_sqlite
def test_the_size_of_a_year_follows_what_the_whole_year_before_published(timeline: Timeline):
    """The year of the founding may be a part of one: the size that was entered holds until a whole year is known."""
    walked = 0
    while timeline.after(walked).year < timeline.first.year + 2:
        release = timeline.close(timeline.after(walked))
        if timeline.after(walked).year == timeline.first.year + 1 or timeline.first.index > 1:
            assert release.size == "S1"
        walked += 1
    with timeline.on(later(timeline.after(walked), 200)) as house:
        seen = house["hoa"].does(actions.preview_period)
        assert seen.period.name == f"{timeline.first.year + 2}-H1"
        assert [table.name for table, _, _ in seen.tables] == ["total"]
        assert closes(house["hoa"]).size == "S0"


@only_sqlite
def test_a_release_says_the_day_and_not_the_moment(timeline: Timeline):
    timeline.close(timeline.first)
    with stolen(timeline.house) as thief:
        [row] = thief.rows("release")
    assert clock.local(row["released"]) == datetime.combine(timeline.first.next_day, time(0), clock.LOCAL)


@both_databases
def test_two_who_close_at_once_release_once(timeline: Timeline):
    timeline.record(timeline.first, 4)
    with timeline.on(timeline.first.next_day) as house:
        people = [house[username].person for username in ("hoa", "binh")]
        seen = house["hoa"].does(actions.preview_period)

        def close(person: Person) -> str:
            try:
                house.gate.perform(person, actions.close_period, seen.period.name, seen.mark)
            except Conflict:
                return "too late"
            return "closed"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(close, people)) == ["closed", "too late"]
        assert len(house["thu"].does(actions.read_releases)) == 1
