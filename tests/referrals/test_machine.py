"""Any order of steps: after each, exactly those who should hold an envelope hold it, and read what they should."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.house import House, only_sqlite
from tests.referrals import ground_machine
from tests.referrals.machine import Referring, houses

pytestmark = only_sqlite


def tell(house: House, *, stories: int, steps: int, machine: type[RuleBasedStateMachine] = Referring) -> None:
    houses[:] = ground_machine.houses[:] = [house]
    calm = list(HealthCheck)
    chosen = settings(max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=calm)
    run_state_machine_as_test(machine, settings=chosen)


def test_after_every_step_exactly_those_read_who_should(house):
    tell(house, stories=10, steps=9)


@pytest.mark.prove
def test_after_every_step_of_long_stories_too(house):
    tell(house, stories=60, steps=40)


def test_no_order_of_grounds_leaves_an_envelope_without_a_live_ground(house):
    tell(house, stories=10, steps=12, machine=ground_machine.Granting)


@pytest.mark.prove
def test_no_long_order_of_grounds_leaves_one_either(house):
    tell(house, stories=80, steps=40, machine=ground_machine.Granting)
