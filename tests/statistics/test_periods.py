"""Periods tile the calendar year and bear names that read back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.statistics.periods import Cadence, Period

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2199, 12, 31))
CADENCES = st.sampled_from(list(Cadence))


@given(DAYS, CADENCES)
def test_every_day_lies_in_one_period_whose_name_reads_back(day, cadence):
    period = Period.of(day, cadence)
    assert period.first <= day <= period.last
    assert Period.parse(period.name) == period


@given(DAYS, CADENCES)
def test_the_next_period_begins_the_day_after(day, cadence):
    period = Period.of(day, cadence)
    after = Period.of(period.next_day, cadence)
    assert after.first == period.last + timedelta(days=1)
    assert after != period
    assert period.ends_year == (after.year > period.year)


def test_the_names_of_a_year():
    day = date(2026, 9, 30)
    assert [Period.of(day, cadence).name for cadence in Cadence] == ["2026-Q3", "2026-H2", "2026"]
    assert Period.of(date(2024, 2, 1), Cadence.QUARTER).last == date(2024, 3, 31)


def test_a_year_ends_its_halves_and_quarters():
    fourth = Period(2026, Cadence.QUARTER, 4)
    assert all(fourth.completes(cadence) for cadence in Cadence)
    third = Period(2026, Cadence.QUARTER, 3)
    assert [third.completes(cadence) for cadence in Cadence] == [True, False, False]


@pytest.mark.parametrize("name", ["", "26", "2026-Q5", "2026-H3", "2026-Q0", "2026-M1", "2026-Q1 ", "2026-Q"])
def test_a_name_that_no_period_bears_is_refused(name):
    with pytest.raises(ValueError):  # noqa: PT011
        Period.parse(name)
