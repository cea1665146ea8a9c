"""The clocks of the law: hours end to the minute, days with the day, working days over weekends and Tết."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import clock
from casework.cases import legal_clocks
from casework.cases.sections import Incident, Label
from casework.codelists import codelist
from casework.codelists.working_days import calendar, working_day_after

CHILD, TRAFFICKED = Label(age_group="LT16"), Incident(other=("MUA_BAN_NGUOI",))
HOUR = 3600 * clock.MICROSECOND
DAYS = st.dates(date(2025, 1, 1), date(2029, 1, 1))


def at(written: str) -> int:
    """Return a moment of the commune in microseconds."""
    return int(datetime.fromisoformat(written).replace(tzinfo=clock.LOCAL).timestamp()) * clock.MICROSECOND


# Hours of the years for which the holidays are written down.
MOMENTS = st.integers(0, 690 * 24).map(lambda hours: at("2026-01-01 00:00") + hours * HOUR)


def due(label: Label, incident: Incident, received: str) -> dict[str, str]:
    """Return until when each clock runs, to the second, in the commune's time."""
    clocks = legal_clocks.clocks_of(label, incident, received=at(received))
    return {one.code.code: clock.local(one.due).strftime("%Y-%m-%d %H:%M:%S") for one in clocks}


@pytest.mark.parametrize(
    ("received", "emergency", "plan"),
    [
        ("2026-11-23 08:00", "2026-11-23 20:00:00", "2026-11-30 23:59:59"),
        ("2026-11-27 23:05", "2026-11-28 11:05:00", "2026-12-04 23:59:59"),
        ("2026-11-28 09:00", "2026-11-28 21:00:00", "2026-12-04 23:59:59"),
        ("2026-02-13 15:00", "2026-02-14 03:00:00", "2026-02-27 23:59:59"),
        ("2026-02-18 01:00", "2026-02-18 13:00:00", "2026-02-27 23:59:59"),
        ("2026-04-24 10:00", "2026-04-24 22:00:00", "2026-05-06 23:59:59"),
        ("2026-12-31 20:00", "2027-01-01 08:00:00", "2027-01-08 23:59:59"),
        ("2027-02-04 10:00", "2027-02-04 22:00:00", "2027-02-16 23:59:59"),
        ("2026-01-07 10:00", "2026-01-07 22:00:00", "2026-01-13 23:59:59"),
    ],
    ids=[
        "monday",
        "friday-night",
        "saturday",
        "before-tet",
        "in-tet",
        "april-and-may",
        "new-year",
        "tet-2027",
        "worked",
    ],
)
def test_a_child_has_twelve_hours_and_five_working_days(received, emergency, plan):
    assert due(CHILD, Incident(), received) == {"child_emergency": emergency, "child_plan": plan}


@pytest.mark.parametrize(
    ("received", "last"),
    [("2026-11-27 23:59", "2026-11-30 23:59:59"), ("2026-11-28 00:00", "2026-12-01 23:59:59")],
)
def test_a_statement_of_trafficking_is_checked_within_three_days_the_weekend_counted(received, last):
    assert due(Label(age_group="GE18"), TRAFFICKED, received) == {"trafficking_check": last}


@pytest.mark.parametrize("group", ["", "A16_17", "GE18"])
def test_who_is_no_child_and_not_trafficked_has_no_clock(group):
    assert (
        due(Label(age_group=group, danger="yes"), Incident(acts=("A",), other=("DANH_DAP",)), "2026-11-23 08:00") == {}
    )


def test_a_child_who_was_trafficked_has_all_clocks_the_first_to_end_first():
    clocks = legal_clocks.clocks_of(CHILD, TRAFFICKED, received=at("2026-11-27 08:00"))
    assert [one.code.code for one in clocks] == ["child_emergency", "trafficking_check", "child_plan"]


@given(received=MOMENTS, label=st.sampled_from([CHILD, Label()]), incident=st.sampled_from([TRAFFICKED, Incident()]))
def test_every_clock_ends_after_it_began_and_later_reception_never_ends_it_earlier(received, label, incident):
    clocks = legal_clocks.clocks_of(label, incident, received=received)
    later = legal_clocks.clocks_of(label, incident, received=received + 7 * HOUR)
    ends, ends_later = ({one.code.code: one.due for one in both} for both in (clocks, later))
    assert all(received < end for end in ends.values())
    assert [code for code, end in ends.items() if ends_later[code] < end] == []
    if "child_emergency" in ends:
        assert ends["child_emergency"] - received == 12 * HOUR


@given(begun=DAYS, count=st.integers(1, 20))
def test_working_days_are_counted_one_by_one_and_end_on_one(begun, count):
    last = working_day_after(begun, count)
    between = [begun + timedelta(days=n) for n in range(1, (last - begun).days + 1)]
    assert calendar().works(last)
    assert sum(calendar().works(day) for day in between) == count
    assert working_day_after(working_day_after(begun, count), 1) == working_day_after(begun, count + 1)


@given(day=DAYS)
def test_no_weekend_and_no_fixed_holiday_is_worked_unless_it_was_swapped(day):
    swapped = day == date(2026, 1, 10)
    off = day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (4, 30), (5, 1), (9, 2)}
    assert not (calendar().works(day) and off) or swapped


def watched(label: Label, incident: Incident, at: int, **case: object) -> list[str]:
    given_case = {"opened": 20_000, "is_open": True} | case
    return [one.code.code for one in legal_clocks.clocks_to_watch(label, incident, at=at, **given_case)]  # type: ignore[arg-type]


def test_a_clock_is_shown_while_it_runs_and_some_days_after_and_only_of_an_open_case():
    label = Label(age_group="LT16", received_at="2026-11-23 08:00")
    due_at, late = at("2026-11-23 20:00"), 7 * 24 * HOUR
    assert watched(label, Incident(), due_at) == ["child_emergency", "child_plan"]
    assert watched(label, Incident(), due_at + late) == ["child_emergency", "child_plan"]
    assert watched(label, Incident(), due_at + late + 1) == ["child_plan"]
    assert watched(label, Incident(), due_at + 60 * 24 * HOUR) == []
    assert watched(label, Incident(), due_at, is_open=False) == []


def test_an_older_case_is_counted_from_the_beginning_of_its_day():
    opened = (date(2026, 11, 23) - date(1970, 1, 1)).days
    [first, *_] = legal_clocks.clocks_to_watch(
        CHILD, Incident(), opened=opened, is_open=True, at=at("2026-11-23 09:00")
    )
    assert first.due == at("2026-11-23 12:00")


def test_every_clock_has_one_length_one_mark_and_an_article():
    for code in codelist("legal_clock"):
        assert [code.number(name) is not None for name in ("hours", "days", "working_days")].count(True) == 1
        assert bool(code.text("age_group")) != code.flag("trafficking")
        assert any(word in code.source for word in ("Luật", "Nghị định"))
