"""KEK rotation is interrupted at every step and anywhere between: it is run again, and nothing is lost."""

import random

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from casework.vault.keys import kek
from tests.administration.interrupted_rotation import STEPS
from tests.administration.rotated_house import assert_everything_holds, kek_numbers, reopen, rotate_kek
from tests.house import House, Someone, both_databases, only_sqlite
from tests.processes import run_module


def cut(house: House, moment: str) -> int:
    """Rotate the KEK in another process that dies at a moment; return its exit code."""
    house.gate.database.engine.dispose()
    words = [str(house.config.data), house.config.database_url, moment]
    return run_module("tests.administration.interrupted_rotation", *words).returncode


def survives(house: House, lan: Someone, case_id, moment: str) -> bool:
    """Interrupt a rotation at a moment, run it again, and find everything; tell whether it was interrupted at all."""
    died = cut(house, moment) != 0
    if len(kek.load_all(house.config.kek_file)) > 1:
        assert cut(house, "never") == 0
    assert len(kek_numbers(house)) == 1
    used_kek = reopen(house)
    assert kek_numbers(house) == {used_kek.number}
    assert_everything_holds(house, lan, case_id)
    return died


@pytest.mark.parametrize("step", STEPS)
@only_sqlite
def test_a_power_cut_after_any_step_loses_nothing(house: House, lan: Someone, step: str):
    case_id = lan.opens_a_case()
    assert survives(house, lan, case_id, step)


@both_databases
def test_a_power_cut_inside_the_transaction_loses_nothing(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    assert survives(house, lan, case_id, "25")


def _statements(house: House) -> int:
    """Return how many statements a rotation takes."""
    counted = [0]

    def count(*_args: object) -> None:
        counted[0] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        rotate_kek(house)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return counted[0]


@pytest.mark.prove
def test_fifty_power_cuts_anywhere_lose_nothing(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    last = _statements(house)
    drawn = random.Random(7).sample(range(1, last + 1), min(50, last))
    assert sum(survives(house, lan, case_id, str(moment)) for moment in drawn) >= 40
