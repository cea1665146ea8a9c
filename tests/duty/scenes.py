"""Rosters of the tests: who is on duty this week, with telephones that are nobody's."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from casework import clock
from casework.cases import duty_roster
from casework.cases.duty_roster import DAYS, DutyDay
from casework.duty import actions as duty
from tests.house import Someone

PHONES = {"cuong": ("0900000151", "0900000152"), "dung": ("0900000161",), "kien": ("0900000171",)}


def this_monday() -> date:
    return duty_roster.monday_of(duty_roster.duty_day(clock.micros()))


def every_day(on: UUID | None, stand_in: UUID | None = None) -> tuple[DutyDay, ...]:
    return (DutyDay(on, stand_in),) * DAYS


def writes(
    somebody: Someone, days: Sequence[DutyDay], numbers: Mapping[UUID, Sequence[str]], monday: date | None = None
) -> None:
    """Let somebody write a week of their own agency, as the page that they have just opened shows it."""
    monday = monday or this_monday()
    shown = somebody.does(duty.plan_week, monday).mark
    somebody.does(duty.write_week, monday, days, numbers, shown=shown)
