"""An act that breaks off at any of its statements leaves every row as it was (ASVS 2.3.3, 16.5.3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event

from casework.cases.sections import GroundEntry, Story
from casework.desk import actions as desk
from casework.intake import actions as intake
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.retention import actions as retention
from casework.staffing import actions as staffing
from tests.faults.numbers import times
from tests.house import House, only_sqlite
from tests.laws.test_routes import standing
from tests.referrals.scenes import ASKED, ground, referred
from tests.retention.scenes import asked
from tests.stories import dao

pytestmark = only_sqlite


class BrokenOff(Exception):
    """The machine stops working right here."""


@contextmanager
def breaking_off(house: House, at: int) -> Iterator[list[int]]:
    """Let the nth statement from now on fail; the list counts the statements."""
    seen, engine = [0], house.gate.database.engine

    def count(*_: object) -> None:
        seen[0] += 1
        if seen[0] == at:
            raise BrokenOff

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", count)


def opening(house: House) -> Callable[[], object]:
    lan = house["lan"]
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    return partial(house.gate.perform, lan.person, intake.open_case, draft, dao())


def writing(house: House) -> Callable[[], object]:
    one = referred(house).goes("open", "accept")
    return partial(house.gate.perform, one.lan.person, desk.write_section, one.case_id, Story(words="mới"), base=1)


def recording(house: House) -> Callable[[], object]:
    case_id = house["lan"].opens_a_case(dao(grounds=()))
    entry = GroundEntry(kind="consent", receiver="police", consent="granted", form="spoken")
    return partial(house.gate.perform, house["lan"].person, ground_actions.record_ground, case_id, entry)


def sending_on(house: House) -> Callable[[], object]:
    case_id = house["lan"].opens_a_case(dao(grounds=()))
    ground_id = ground(house, case_id)
    return partial(house.gate.perform, house["lan"].person, sending.send, case_id, ground_id, ASKED)


def receiving_it(house: House) -> Callable[[], object]:
    one = referred(house).goes("open")
    return partial(house.gate.perform, one.to.person, receiving_actions.accept, *one.at)


def withdrawing(house: House) -> Callable[[], object]:
    one = referred(house).goes("open", "accept")
    return partial(house.gate.perform, one.lan.person, sending.withdraw, *one.at)


def erasing(house: House) -> Callable[[], object]:
    case_id = house["lan"].opens_a_case()
    asked(house["lan"], case_id, house["hoa"])
    return partial(house.gate.perform, house["hoa"].person, retention.erase_case, case_id)


def leaving(house: House) -> Callable[[], object]:
    house["mai"].opens_a_case()
    return partial(house.gate.perform, house["hoa"].person, staffing.leave, house["mai"].id)


ACTS = (opening, writing, recording, sending_on, receiving_it, withdrawing, erasing, leaving)


@pytest.mark.parametrize("prepare", ACTS, ids=lambda item: item.__name__)
def test_an_act_that_breaks_off_changes_no_row(house: House, prepare):
    doing, stride = prepare(house), times("STRIDE", short=9, long=1)
    before = standing(house)
    for at in range(1, 10_000, stride):
        with breaking_off(house, at) as seen:
            try:
                doing()
            except BrokenOff:
                assert standing(house) == before, f"statement {at}"
                continue
        assert seen[0] > 5
        assert standing(house) != before
        return
