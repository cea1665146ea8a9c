"""Days on which nobody of one's own agency is on duty: told on the first page while there is time to write them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from casework.accounts import staff
from casework.cases import duty_numbers, duty_roster
from casework.cases.duty_roster import DAYS, Roster
from casework.codelists.working_days import calendar
from casework.gate import ActContext

# A week is asked for so many days before it begins; one with a holiday earlier, for then people go home.
_AHEAD, _AHEAD_OF_HOLIDAYS = 3, 10
_WEEK = timedelta(days=DAYS)


@dataclass(frozen=True)
class DutyGap:
    """The days of one week, from today on, on which nobody is on duty; `tonight` tells that today is one of them."""

    monday: date
    days: tuple[date, ...]
    tonight: bool

    @property
    def whole_week(self) -> bool:
        return len(self.days) == DAYS


def gaps(context: ActContext) -> tuple[DutyGap, ...]:
    """Return the weeks with days on which nobody of the actor's agency is on duty: this one, and those to come."""
    if context.actor.agency_id is None:
        return ()
    today = duty_roster.duty_day(context.crypto.at)
    roster = duty_roster.read(context, context.actor.agency_id)
    standing = standing_people(context, roster)
    found = (_gap(roster, standing, monday, today) for monday in mondays_asked(today))
    return tuple(gap for gap in found if gap.days)


def standing_people(context: ActContext, roster: Roster) -> frozenset[object]:
    """Return who of the agency can be reached when on duty: they can sign in and have a telephone."""
    agency_id = context.actor.agency_id
    return frozenset(
        member.id
        for member in staff.colleagues(context)
        if agency_id and duty_numbers.may_stand(member, agency_id) and roster.phones.get(member.id)
    )


def mondays_asked(today: date) -> Iterator[date]:
    """Yield the Mondays of the weeks of which the roster should be written by a day."""
    this_week = duty_roster.monday_of(today)
    yield this_week
    for monday in (this_week + _WEEK, this_week + 2 * _WEEK):
        ahead = _AHEAD_OF_HOLIDAYS if has_holiday(monday) else _AHEAD
        if monday - today <= timedelta(days=ahead):
            yield monday


def days_of(monday: date) -> tuple[date, ...]:
    return tuple(monday + timedelta(days=number) for number in range(DAYS))


def is_off(day: date) -> bool:
    """Tell whether the offices are closed on a day."""
    return not calendar().works(day)


def is_holiday(day: date) -> bool:
    """Tell whether offices are closed on a day of the week on which they work."""
    return calendar().is_holiday(day)


def has_holiday(monday: date) -> bool:
    return any(map(is_holiday, days_of(monday)))


def _gap(roster: Roster, standing: frozenset[object], monday: date, today: date) -> DutyGap:
    empty = tuple(
        day
        for day, duty in zip(days_of(monday), roster.week(monday), strict=True)
        if day >= today and not {duty.on, duty.stand_in} & standing
    )
    return DutyGap(monday, empty, today in empty)
