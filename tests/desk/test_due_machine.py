"""Any order of closing, opening again, handing over, sealing, leaving and time: nothing that is due is ever lost."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.desk.due_machine import Due, scenes
from tests.house import House, only_sqlite

pytestmark = only_sqlite


def tell(house: House, app: Flask, *, stories: int, steps: int) -> None:
    scenes[:] = [(house, app)]
    calm = list(HealthCheck)
    chosen = settings(max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=calm)
    run_state_machine_as_test(Due, settings=chosen)


def test_after_every_step_whatever_is_due_is_in_exactly_one_list(house, app):
    tell(house, app, stories=8, steps=9)


@pytest.mark.prove
def test_after_every_step_of_long_stories_too(house, app):
    tell(house, app, stories=60, steps=40)
