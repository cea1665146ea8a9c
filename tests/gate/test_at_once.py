"""Two people at the same moment: one writes, the other learns it; nothing is lost and nothing is made twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from casework.audit.verify import verify
from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import Conflict, NotFound
from casework.intake import actions as intake
from casework.policy.vocabulary import Section
from tests.house import House, Someone, both_databases
from tests.stories import dao
from tests.tampering import stolen

pytestmark = both_databases

T = TypeVar("T")


def at_once(*doings: Callable[[], T]) -> list[T | Exception]:
    """Do all of it at the same moment, each in a thread of its own, and return what came of each."""
    start = Barrier(len(doings))

    def run(doing: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return doing()
        except Exception as error:  # noqa: BLE001 - the test looks at every outcome
            return error

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def conflicts(outcomes: list) -> int:
    assert [
        outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, Conflict)
    ] == []
    return sum(isinstance(outcome, Conflict) for outcome in outcomes)


def holds(house: House) -> bool:
    with house.crypto() as crypto:
        return verify(crypto).holds


def test_of_two_writers_of_one_section_one_is_told(house: House, lan: Someone, hoa: Someone):
    case_id = lan.opens_a_case()
    people = {"lan viết": lan.person, "hoa viết": hoa.person}
    outcomes = at_once(
        *(
            lambda person=person, words=words: house.gate.perform(
                person, desk.write_section, case_id, Story(words=words), base=1
            )
            for words, person in people.items()
        )
    )
    assert conflicts(outcomes) == 1
    winner = list(people)[outcomes.index("")]
    history = lan.does(desk.read_history, case_id, Section.STORY)
    assert [revision.revision for revision in history] == [2, 1]
    assert history[0].data.to_json() == {"words": winner}
    assert holds(house)


def test_of_many_edits_none_is_lost(house: House, lan: Someone, hoa: Someone):
    """Each thread reads the newest revision and adds a word; what was accepted stands there in the end."""
    case_id = lan.opens_a_case(dao(story=Story(words="đầu")))
    people = [lan.person, hoa.person]

    def write(number: int) -> list[str]:
        accepted = []
        for turn in range(5):
            person, word = people[number % 2], f"w{number}-{turn}"
            (page,) = house.gate.perform(person, desk.read_section, case_id, Section.STORY)
            words = f"{page.data.to_json()['words']} {word}"
            try:
                house.gate.perform(person, desk.write_section, case_id, Story(words=words), base=page.revision)
            except Conflict:
                continue
            accepted.append(word)
        return accepted

    outcomes = at_once(*(lambda number=number: write(number) for number in range(4)))
    accepted = [word for outcome in outcomes if isinstance(outcome, list) for word in outcome]
    assert conflicts(outcomes) == 0
    (page,) = lan.does(desk.read_section, case_id, Section.STORY)
    assert sorted(str(page.data.to_json()["words"]).split()[1:]) == sorted(accepted)
    assert page.revision == 1 + len(accepted)
    assert accepted
    assert holds(house)


def test_notes_written_at_once_are_all_kept(house: House, lan: Someone, hoa: Someone):
    case_id = lan.opens_a_case()
    people = [lan.person, hoa.person]
    outcomes = at_once(
        *(
            lambda number=number: house.gate.perform(people[number % 2], desk.add_note, case_id, f"ghi {number}")
            for number in range(8)
        )
    )
    assert conflicts(outcomes) == 0
    notes = lan.does(desk.read_section, case_id, Section.COUNSELLING)
    assert {str(note.data.to_json()["words"]) for note in notes} == {f"ghi {number}" for number in range(8)}
    assert holds(house)


def test_one_intake_sent_three_times_makes_one_case(house: House, lan: Someone):
    draft, person = lan.does(intake.start_draft, {1: {"danger": "no"}}), lan.person
    outcomes = at_once(*[lambda: house.gate.perform(person, intake.open_case, draft, dao())] * 3)
    assert outcomes == [draft, draft, draft]
    assert [case.id for case in lan.does(desk.list_cases).cases] == [draft]
    with stolen(house) as thief:
        sections = [(row["section"], row["series"]) for row in thief.rows("document", case_id=draft)]
        assert len(sections) == len(set(sections))
        assert len(thief.rows("ground", case_id=draft)) == 1
    assert holds(house)


def test_a_draft_discarded_while_it_is_sent_is_one_or_the_other(house: House, lan: Someone):
    draft, person = lan.does(intake.start_draft, {1: {"danger": "no"}}), lan.person
    opened, discarded = at_once(
        lambda: house.gate.perform(person, intake.open_case, draft, dao()),
        lambda: house.gate.perform(person, intake.discard_draft, draft),
    )
    assert [isinstance(outcome, NotFound) for outcome in (opened, discarded)].count(True) == 1
    assert bool(lan.does(desk.list_cases).cases) == (opened == draft)
    assert holds(house)


def test_two_communes_write_at_once(house: House, lan: Someone, luu: Someone):
    people = [lan.person, luu.person]
    outcomes = at_once(
        *(
            lambda number=number: house.gate.perform(people[number % 2], intake.start_draft, {1: {"n": number}})
            for number in range(6)
        )
    )
    assert conflicts(outcomes) == 0
    assert [len(one.does(desk.list_cases).drafts) for one in (lan, luu)] == [3, 3]
    assert holds(house)
