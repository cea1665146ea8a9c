"""What the pages of the roster show, and how a week is proposed from the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from casework.cases import duty_gaps, duty_roster
from casework.cases.duty_numbers import CallNumber, CallOrder
from casework.cases.duty_roster import DAYS, DutyDay
from casework.errors import NotFound
from casework.sealed import Sealed

# So many weeks before and after this one can be opened.
_BEFORE, _AFTER = 1, 12
_SHORTEST, _LONGEST = 6, 32


@dataclass(frozen=True)
class Standing(Sealed):
    """Somebody on duty as a sheet names them, with their telephones."""

    name: str
    numbers: tuple[CallNumber, ...]


@dataclass(frozen=True)
class DayLine(Sealed):
    """One day of a roster; `off` tells that the offices are closed, `holiday` that it is one of the holidays."""

    day: date
    on: Standing | None
    stand_in: Standing | None
    off: bool
    holiday: bool


@dataclass(frozen=True)
class AgencyWeek(Sealed):
    """The week of one agency (its code), with the telephone of its office."""

    agency: str
    office: CallNumber | None
    days: tuple[DayLine, ...]

    @property
    def is_empty(self) -> bool:
        return not any(line.on or line.stand_in for line in self.days)


@dataclass(frozen=True)
class DutyPage(Sealed):
    """Who is on duty now, agency by agency, and the week of each that has one; `mine` is the code of one's own."""

    today: date
    monday: date
    tonight: tuple[CallOrder, ...]
    weeks: tuple[AgencyWeek, ...]
    mine: str
    on_duty_myself: bool


@dataclass(frozen=True)
class WeekPlan(Sealed):
    """A week to be written: who can be on duty (names by id) and their telephones, the week as it stands and before.

    `mark` is that of what stands there: a form that was filled in for something else is refused.
    """

    monday: date
    agency: str
    people: Mapping[UUID, str]
    phones: Mapping[UUID, tuple[str, ...]]
    days: tuple[DutyDay, ...]
    before: tuple[DutyDay, ...]
    mark: str

    @property
    def keys(self) -> Mapping[UUID, str]:
        """Return by which word a form names each of these people: of their ids as much as tells them apart.

        It is the same whoever else comes or goes meanwhile, so that no telephone is ever read as somebody else's.
        """
        for length in range(_SHORTEST, _LONGEST):
            keys = {one: one.hex[:length] for one in self.people}
            if len(set(keys.values())) == len(keys):
                return keys
        return {one: one.hex for one in self.people}

    def copied(self) -> tuple[DutyDay, ...]:
        """Return the week before, without those who cannot be on duty any more."""
        return tuple(DutyDay(self._known(day.on), self._known(day.stand_in)) for day in self.before)

    def rotated(self) -> tuple[DutyDay, ...]:
        """Return the week before with everybody replaced by the next of those who stood in it, or of all if it is one.

        With A, B, C, A, B, C, A it goes on with B, C, A: nobody has the same nights again.
        """
        copied = self.copied()
        named = [one for day in copied for one in (day.on, day.stand_in) if one is not None]
        ring = list(dict.fromkeys(named))
        ring = ring if len(ring) > 1 else list(self.people)
        following = dict(zip(ring, [*ring[1:], *ring[:1]], strict=True))
        return tuple(DutyDay(_next(following, day.on), _next(following, day.stand_in)) for day in copied)

    def _known(self, member_id: UUID | None) -> UUID | None:
        return member_id if member_id in self.people else None


def _next(following: Mapping[UUID, UUID], member_id: UUID | None) -> UUID | None:
    return following[member_id] if member_id is not None else None


def day_lines(monday: date, week: Sequence[tuple[Standing | None, Standing | None]]) -> tuple[DayLine, ...]:
    """Return the lines of a week, each with what the calendar says of its day."""
    return tuple(
        DayLine(day, on, stand_in, duty_gaps.is_off(day), duty_gaps.is_holiday(day))
        for day, (on, stand_in) in zip(duty_gaps.days_of(monday), week, strict=True)
    )


def read_monday(text: str, today: date) -> date:
    """Return the Monday that an address names ("2026-12-07"); raise NotFound for any other day or one too far off."""
    try:
        monday = date.fromisoformat(text)
    except ValueError:
        raise NotFound("week") from None
    if monday.isoformat() != text or monday not in mondays(today):
        raise NotFound("week")
    return monday


def mondays(today: date) -> list[date]:
    """Return the Mondays of the weeks that can be opened."""
    this_week = duty_roster.monday_of(today)
    return [this_week + timedelta(days=DAYS * number) for number in range(-_BEFORE, _AFTER + 1)]
