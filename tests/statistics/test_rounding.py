"""Rounding keeps every promise at once: multiples of 3, near the truth, adding up, never falling, always the same."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.statistics.plan import TOTAL, Cell, plan
from casework.statistics.rounding import FAR, NEAR, Ties, round_to_date
from tests.statistics.simulated import commune
from tests.statistics.test_plan import FACTS

TABLES = [plan().tables[name] for name in ("total", "form", "sex", "age")]
SEX = [plan().tables[name] for name in ("total", "sex")]
KEYS = st.binary(min_size=32, max_size=32)


def rounded(cases, key, before=None):
    return round_to_date(TABLES, plan().tally(cases), before or {}, Ties(key))


def adds_up(cells) -> bool:
    groups = [group for table in TABLES for group in table.groups]
    return all(sum(cells[cell] for cell in group.cells) == cells[TOTAL] for group in groups)


@given(st.lists(FACTS, max_size=60), KEYS)
@settings(deadline=None)
def test_one_period_is_always_within_two_and_adds_up(cases, key):
    result = rounded(cases, key)
    assert result is not None
    assert result.largest <= NEAR
    assert adds_up(result.cells)
    assert all(value % 3 == 0 for value in result.cells.values())


@given(st.lists(st.lists(FACTS, max_size=15), min_size=2, max_size=4), KEYS)
@settings(deadline=None)
def test_the_year_to_date_never_falls_and_stays_within_five(quarters, key):
    so_far: list = []
    before: dict = {}
    for cases in quarters:
        so_far += cases
        result = rounded(so_far, key, before)
        assert result is not None
        assert result.largest <= FAR
        assert adds_up(result.cells)
        assert all(value >= before.get(cell, 0) for cell, value in result.cells.items())
        before = result.cells


@given(st.lists(FACTS, max_size=40), KEYS)
@settings(deadline=None)
def test_the_same_counts_and_key_give_the_same_release(cases, key):
    assert rounded(cases, key) == rounded(list(reversed(cases)), key)


@given(st.integers(0, 999), KEYS)
def test_a_lone_total_rounds_where_its_tie_puts_it(cases, key):
    result = round_to_date([plan().tables["total"]], {TOTAL: cases}, {}, Ties(key))
    assert result is not None
    assert result.cells[TOTAL] == (cases + Ties(key).lift(TOTAL)) // 3 * 3


def test_ties_fall_evenly_and_can_be_drawn_again():
    cells = [Cell("t", str(number)) for number in range(3000)]
    lifts = Counter(Ties(bytes(32)).lift(cell) for cell in cells)
    assert all(900 < lifts[lift] < 1100 for lift in range(3))
    again = [Ties(bytes(32), 1).lift(cell) for cell in cells]
    assert again != [Ties(bytes(32)).lift(cell) for cell in cells]


def test_rounding_has_no_bias():
    errors = [
        deviation
        for seed in range(100)
        for deviation in _errors(round_to_date(TABLES, commune(seed).quarters[0], {}, Ties(commune(seed).key)), seed)
    ]
    assert len(errors) == 100 * 18
    assert abs(sum(errors) / len(errors)) < 0.1


def _errors(result, seed):
    return [value - commune(seed).quarters[0][cell] for cell, value in result.cells.items()]


def test_far_is_only_used_where_near_cannot_add_up():
    sexes = plan().tables["sex"].cells
    truth = {TOTAL: 12} | dict.fromkeys(sexes, 4)
    near = round_to_date(SEX, truth, {TOTAL: 12}, Ties(bytes(32)))
    far = round_to_date(SEX, truth, dict(zip(sexes, (6, 6, 3), strict=True)), Ties(bytes(32)))
    assert near is not None
    assert far is not None
    assert (near.largest, far.largest) == (2, 3)
    assert far.cells[TOTAL] == 15


def test_what_cannot_add_up_within_reach_is_not_rounded_at_all():
    truth = Counter({TOTAL: 3, Cell("sex", "NU"): 1, Cell("sex", "NAM"): 1, Cell("sex", "KHAC_KHONG_GHI"): 1})
    before = {Cell("sex", "NU"): 6, Cell("sex", "NAM"): 6}
    assert round_to_date(SEX, truth, before, Ties(bytes(32))) is None


@pytest.mark.parametrize("secret", [Ties(b"k" * 32)])
def test_the_key_never_prints(secret):
    assert "kkk" not in repr(secret)
