"""From an incident to its report: 72 hours are a clinical line, and an unknown hour hides neither side of it."""

from datetime import date, datetime, timedelta

import pytest

from casework import clock
from casework.cases import reporting_delay
from casework.cases.sections import Incident, Letter

HOUR = 3600 * clock.MICROSECOND
# Hours and what they are called: the trap of day four is 96 hours, the clinical line 72 (three days).
LIMITS = [
    (0, "H72"),
    (72, "H72"),
    (73, "D4_5"),
    (4 * 24, "D4_5"),
    (5 * 24, "D4_5"),
    (6 * 24, "D6_14"),
    (14 * 24, "D6_14"),
    (15 * 24, "D15_30"),
    (30 * 24, "D15_30"),
    (31 * 24, "GT30"),
    (400 * 24, "GT30"),
]


def at(written: str) -> int:
    """Return a moment of the commune in microseconds."""
    moment = datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=clock.LOCAL)
    return int(moment.timestamp()) * clock.MICROSECOND


@pytest.mark.parametrize(("hours", "code"), LIMITS)
def test_each_length_of_time_has_its_one_code(hours, code):
    assert reporting_delay.delay_code(timedelta(hours=hours)) == code


@pytest.mark.parametrize("limit", [72, 120, 336, 720])
def test_one_minute_more_than_a_limit_is_beyond_it(limit):
    within, beyond = (reporting_delay.delay_code(timedelta(hours=limit, minutes=minutes)) for minutes in (0, 1))
    assert within != beyond


@pytest.mark.parametrize(
    ("part", "recorded", "codes"),
    [
        ("", "2026-11-04 00:00", ("H72",)),
        ("", "2026-11-04 00:01", ("H72", "D4_5")),
        ("", "2026-11-05 00:00", ("H72", "D4_5")),
        ("", "2026-11-05 00:01", ("D4_5",)),
        ("unknown", "2026-11-04 12:00", ("H72", "D4_5")),
        ("many_times", "2026-11-04 12:00", ("H72", "D4_5")),
        ("morning", "2026-11-04 04:00", ("H72",)),
        ("morning", "2026-11-04 12:01", ("D4_5",)),
        ("evening", "2026-11-04 17:00", ("H72",)),
        ("evening", "2026-11-04 17:01", ("H72", "D4_5")),
        ("night", "2026-11-05 06:00", ("H72", "D4_5")),
        ("night", "2026-11-05 06:01", ("D4_5",)),
        ("", "2026-11-01 05:00", ("H72",)),
        ("evening", "2026-11-01 18:00", ("H72",)),
        ("", "2026-11-07 00:00", ("D4_5", "D6_14")),
        ("", "2026-11-16 00:00", ("D6_14", "D15_30")),
        ("", "2026-12-02 00:00", ("D15_30", "GT30")),
        ("", "2026-12-03 00:00", ("GT30",)),
    ],
)
def test_where_the_hour_is_not_known_both_sides_of_the_line_are_said(part, recorded, codes):
    incident = Incident(happened_on="2026-11-01", time_of_day=part, recorded_at=recorded)
    assert reporting_delay.delay_codes(incident) == codes


@pytest.mark.parametrize(
    "incident",
    [
        Incident(recorded_at="2026-11-01 05:00"),
        Incident(happened_on="2026-11-01"),
        Incident(happened_on="2026-11-02", recorded_at="2026-11-01 05:00"),
    ],
)
def test_without_both_moments_or_with_the_report_before_it_the_time_is_not_known(incident):
    assert reporting_delay.delay_codes(incident) == ("KHONG_BIET",)


def test_the_first_hours_end_seventy_two_hours_after_the_earliest_and_the_latest_moment():
    hours = reporting_delay.first_hours(Incident(happened_on="2026-11-01", time_of_day="evening"))
    assert hours == reporting_delay.FirstHours(at("2026-11-04 17:00"), at("2026-11-05 00:00"))
    assert reporting_delay.first_hours(Incident(time_of_day="evening")) is None


def test_it_cannot_have_happened_after_it_was_reported():
    hours = reporting_delay.first_hours(
        Incident(happened_on="2026-11-01", time_of_day="evening", recorded_at="2026-11-01 19:30")
    )
    assert hours == reporting_delay.FirstHours(at("2026-11-04 17:00"), at("2026-11-04 19:30"))
    corrected = reporting_delay.first_hours(Incident(happened_on="2026-11-02", recorded_at="2026-11-01 19:30"))
    assert corrected == reporting_delay.FirstHours(at("2026-11-05 00:00"), at("2026-11-06 00:00"))


def test_they_run_up_to_their_last_moment_and_no_longer():
    hours = reporting_delay.FirstHours(10, 20)
    assert reporting_delay.still_running(hours, 20) is hours
    assert reporting_delay.still_running(hours, 21) is None
    assert reporting_delay.still_running(None, 0) is None
    assert [hours.end(at) for at in (10, 11)] == [10, 20]


def test_a_letter_carries_them_there_and_back_or_says_nothing():
    hours = reporting_delay.FirstHours(10, 20)
    assert reporting_delay.from_letter(Letter.from_json(reporting_delay.letter_fields(hours))) == hours
    assert reporting_delay.letter_fields(None) == {}
    assert reporting_delay.from_letter(Letter()) is None


def test_of_a_month_alone_the_first_hours_lie_between_its_first_and_its_last_day():
    incident = Incident(happened_on="2026-11", time_of_day="morning", recorded_at="2026-11-20 09:00")
    assert reporting_delay.delay_codes(incident) == ("H72", "D4_5", "D6_14", "D15_30")
    hours = reporting_delay.first_hours(incident)
    assert hours is not None
    first, last = (clock.local(at) for at in (hours.surely, hours.perhaps))
    assert first.date() == date(2026, 11, 4)
    assert last == datetime(2026, 11, 23, 9, tzinfo=clock.LOCAL)
