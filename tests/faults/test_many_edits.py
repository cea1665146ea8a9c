"""Sixteen people edit one page at once, again and again: each edit is kept or its writer is told."""

from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import Busy, Conflict
from casework.policy.vocabulary import Section
from tests.faults.numbers import times
from tests.faults.writer import log_holds
from tests.gate.test_at_once import at_once
from tests.house import House, Someone, both_databases

pytestmark = both_databases

WRITERS = 16


def test_of_all_edits_none_is_lost(house: House, lan: Someone, hoa: Someone):
    case_id, people = lan.opens_a_case(), [lan.person, hoa.person]

    def write(number: int) -> list[str]:
        kept = []
        for turn in range(times("EDITS", short=3, long=200)):
            person, words = people[number % 2], f"{number}-{turn}"
            try:
                (page,) = house.gate.perform(person, desk.read_section, case_id, Section.STORY)
                house.gate.perform(person, desk.write_section, case_id, Story(words=words), base=page.revision)
            except (Conflict, Busy):
                continue
            kept.append(words)
        return kept

    outcomes = at_once(*(lambda number=number: write(number) for number in range(WRITERS)))
    written = [words for outcome in outcomes if isinstance(outcome, list) for words in outcome]
    assert [outcome for outcome in outcomes if not isinstance(outcome, list)] == []
    history = lan.does(desk.read_history, case_id, Section.STORY)
    assert [revision.revision for revision in history] == list(range(len(history), 0, -1))
    assert sorted(str(revision.data.to_json()["words"]) for revision in history[:-1]) == sorted(written)
    assert written
    assert log_holds(house)
