"""Any order of steps: after each, those who are named hold the envelopes of a notice, and nobody else does."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.house import House, only_sqlite
from tests.notices.machine import Telling, houses

pytestmark = only_sqlite


def tell(house: House, *, stories: int, steps: int) -> None:
    houses[:] = [house]
    calm = list(HealthCheck)
    chosen = settings(max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=calm)
    run_state_machine_as_test(Telling, settings=chosen)


def test_after_every_step_a_notice_is_held_by_who_is_named_and_never_by_kin(house):
    tell(house, stories=10, steps=12)


@pytest.mark.prove
def test_after_every_step_of_long_stories_of_notices_too(house):
    tell(house, stories=60, steps=40)
