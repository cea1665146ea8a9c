"""An imported case never changes a number that was released: it is counted by its own day, or not at all."""

from dataclasses import replace
from datetime import timedelta

from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from casework.retention import voiding
from casework.statistics import actions
from casework.statistics.plan import TOTAL
from tests.house import only_sqlite
from tests.ledger_import.conftest import Bringer, sheet_of
from tests.statistics.timeline import Timeline, story, truth_of

pytestmark = only_sqlite


def row(number: int, day) -> str:
    return f"{number};{day.strftime('%d/%m/%Y')};;;;việc thứ {number}"


def story_on_paper(day):
    return replace(story(), on_paper_at=f"{day.isoformat()} 23:10")


def test_a_case_of_a_closed_period_is_counted_nowhere_and_one_of_an_open_period_by_its_day(timeline: Timeline):
    timeline.record(timeline.first, 4)
    released = timeline.close(timeline.first)
    later = timeline.after(1)
    with timeline.on(later.first + timedelta(days=40)) as house:
        hoa = Bringer(house["hoa"])
        old = [row(n, timeline.first.last - timedelta(days=n)) for n in range(1, 6)]
        new = [row(n, later.first + timedelta(days=n)) for n in range(11, 14)]
        ledger_id = hoa.brings(sheet_of(*old, *new))
        look = hoa.looks(ledger_id)
        assert (len(look.to_come), look.uncounted, look.first_open) == (8, 5, later.first)
        hoa.imports(ledger_id)
    assert truth_of(timeline.preview(later))[TOTAL] == 3
    timeline.close(later)
    assert truth_of(timeline.preview(timeline.after(2)))[TOTAL] == 0
    with timeline.on(timeline.after(2).next_day) as house:
        assert house["thu"].does(actions.read_releases)[0] == released


def test_what_is_written_later_in_an_imported_case_does_not_make_it_a_late_entry(timeline: Timeline):
    timeline.close(timeline.first)
    later = timeline.after(1)
    with timeline.on(later.first + timedelta(days=2)) as house:
        hoa = Bringer(house["hoa"])
        hoa.imports(hoa.brings(sheet_of(row(1, timeline.first.last))))
        [line] = house["hoa"].does(desk.list_cases).cases
        [written] = house["hoa"].does(desk.read_section, line.id, Section.IDENTITY)
        house["hoa"].does(desk.write_section, line.id, written.data, base=written.revision)
    assert truth_of(timeline.preview(later))[TOTAL] == 0


def test_who_came_since_is_counted_once_although_their_case_was_merged_into_an_imported_one(timeline: Timeline):
    timeline.close(timeline.first)
    later = timeline.after(1)
    with timeline.on(later.first + timedelta(days=2)) as house:
        hoa = Bringer(house["hoa"])
        hoa.imports(hoa.brings(sheet_of(row(1, timeline.first.last), row(2, timeline.first.last))))
        old, twin = house["hoa"].does(desk.list_cases).cases
        house["hoa"].does(voiding.merge_case, twin.id, old.code, "cùng một chị")
    assert truth_of(timeline.preview(later))[TOTAL] == 0
    with timeline.on(later.first + timedelta(days=3)) as house:
        new = house["hoa"].opens_a_case(story())
        house["hoa"].does(voiding.merge_case, new, old.code, "cùng một chị")
    assert truth_of(timeline.preview(later))[TOTAL] == 1
    timeline.close(later)
    assert truth_of(timeline.preview(timeline.after(2)))[TOTAL] == 0


def test_a_case_typed_in_from_paper_is_counted_by_the_day_of_the_paper_or_not_at_all(timeline: Timeline):
    timeline.close(timeline.first)
    later = timeline.after(1)
    with timeline.on(later.last) as house:
        for day in (timeline.first.last, later.first, later.first + timedelta(days=1)):
            house["hoa"].opens_a_case(story_on_paper(day))
    assert truth_of(timeline.preview(later))[TOTAL] == 2
