"""People and keys in any order: after every step each section is read by exactly those who should."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.house import House, only_sqlite
from tests.staffing.state_machine import StaffingMachine, houses

pytestmark = only_sqlite


def run_stories(house: House, *, stories: int, steps: int) -> None:
    place = Path(str(house.config.database_url).removeprefix("sqlite:///"))
    house.gate.database.engine.dispose()
    shutil.copyfile(place, place.with_suffix(".first"))
    houses[:] = [house]
    calm = list(HealthCheck)
    chosen = settings(max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=calm)
    run_state_machine_as_test(StaffingMachine, settings=chosen)


def test_after_every_step_exactly_those_read_who_should(house):
    run_stories(house, stories=6, steps=8)


@pytest.mark.prove
def test_after_every_step_of_long_stories_too(house):
    run_stories(house, stories=60, steps=40)
