"""Killed at any statement of a new key, or at any moment: nothing is unreadable, and nobody who left holds a wrap."""

import random
from collections.abc import Callable
from uuid import UUID

import pytest

from casework.cases import key_rotation
from casework.desk import actions as desk
from casework.gate import Gate
from casework.policy.vocabulary import Section
from casework.staffing import actions as staffing
from tests.cases.dying import killed_at, run_in_child
from tests.cases.keys import agency_id, epochs_of, make_due, settle, wraps_of
from tests.house import House, only_sqlite


def check_consistent(house: House, union: UUID, case_id: UUID) -> None:
    """Check that everything is of one epoch, readable, and that mai, who left, holds nothing."""
    epochs, wraps = epochs_of(house, union), wraps_of(house, union)
    assert len({epoch for epoch, _ in epochs}) == len({epoch for _, epoch in wraps}) == 1
    assert house["mai"].id not in {member for member, _ in wraps}
    for name in ("lan", "hoa"):
        house[name].leaves()
        for section in (Section.STORY, Section.IDENTITY, Section.INCIDENT):
            assert house[name].does(desk.read_section, case_id, section)


def rotate_and_check(
    house: House, union: UUID, case_id: UUID, prepare: Callable[[Gate], None], wait: float = -1.0
) -> bool:
    make_due(house, union, house["hoa"])
    person = house["hoa"].person
    done = run_in_child(house, lambda gate: gate.perform(person, key_rotation.rotate, union), prepare, wait)
    check_consistent(house, union, case_id)
    return done


@pytest.fixture
def begun(house: House) -> tuple[UUID, UUID]:
    union, case_id = agency_id(house, "womens_union"), house["lan"].opens_a_case()
    house["hoa"].does(staffing.leave, house["mai"].id)
    return union, case_id


@only_sqlite
def test_killed_at_some_statements_nothing_is_lost(house: House, begun: tuple[UUID, UUID]):
    for hook in (1, 9, 17, 25):
        rotate_and_check(house, *begun, killed_at(hook))
    assert rotate_and_check(house, *begun, killed_at(100_000))
    settle(house, house["hoa"])


@pytest.mark.prove
def test_killed_at_every_statement_nothing_is_lost(house: House, begun: tuple[UUID, UUID]):
    for hook in range(1, 500):
        if rotate_and_check(house, *begun, killed_at(hook)):
            assert hook > 20
            return
    pytest.fail("it never came to an end")


@pytest.mark.prove
def test_killed_at_fifty_moments_nothing_is_lost(house: House, begun: tuple[UUID, UUID]):
    rng = random.Random(1)
    for _ in range(50):
        rotate_and_check(house, *begun, lambda gate: None, rng.uniform(0, 0.4))
