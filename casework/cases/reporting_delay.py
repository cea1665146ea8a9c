"""Time from incident to report, and until when the first 72 hours last, within which some care must begin.

People say on which day it happened and perhaps in which part of the day, so that the moment lies between two others.
Both are kept: nobody is told that there is time when there may be none, nor that it is over when it may not be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework import clock, partial_date
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Incident, Letter
from casework.cases.states import CaseState
from casework.clock import LOCAL
from casework.codelists import codelist
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

RECORDED = "%Y-%m-%d %H:%M"
_WHOLE_DAY = 24


@dataclass(frozen=True)
class FirstHours:
    """Until when the first 72 hours surely last, and until when they may: microseconds."""

    surely: int
    perhaps: int

    def end(self, at: int) -> int:
        """Return the end to be kept in view at a moment: the sure one, and once that is over the other."""
        return self.surely if at <= self.surely else self.perhaps


def delay_code(elapsed: timedelta) -> str:
    """Return the code of a time from incident to report: 72 hours are within the first limit, 73 are not."""
    for code in codelist("report_delay"):
        limit = code.number("up_to_hours")
        if limit is not None and elapsed <= timedelta(hours=limit):
            return code.code
    return next(code.code for code in codelist("report_delay") if code.number("up_to_hours") is None)


def delay_codes(incident: Incident) -> tuple[str, ...]:
    """Return every code that the time from incident to report may have, the shortest first; alone "not known"."""
    interval, reported = _incident_interval(incident), _reported_at(incident)
    if interval is None or reported is None or reported < interval[0]:
        return (next(code.code for code in codelist("report_delay") if code.unknown),)
    shortest, longest = (delay_code(max(reported - moment, timedelta(0))) for moment in reversed(interval))
    codes = [code.code for code in codelist("report_delay")]
    return tuple(codes[codes.index(shortest) : codes.index(longest) + 1])


def first_hours(incident: Incident) -> FirstHours | None:
    """Return until when the first 72 hours after an incident last; None where its day is not known."""
    interval = _incident_interval(incident)
    if interval is None:
        return None
    limit = timedelta(hours=next(iter(codelist("report_delay"))).number("up_to_hours") or 0)
    reported = _reported_at(incident)
    latest = min(interval[1], reported) if reported is not None and reported >= interval[0] else interval[1]
    return FirstHours(_micros(interval[0] + limit), _micros(latest + limit))


def still_running(hours: FirstHours | None, at: int) -> FirstHours | None:
    """Return the first hours if they may still be running at a moment (microseconds), else None."""
    return hours if hours is not None and at <= hours.perhaps else None


def letter_fields(hours: FirstHours | None) -> dict[str, str]:
    """Return what a letter keeps of the first hours: nothing where they are over or not known."""
    if hours is None:
        return {}
    return {"hours_surely": str(hours.surely), "hours_perhaps": str(hours.perhaps)}


def from_letter(letter: Letter) -> FirstHours | None:
    """Return what a letter says of the first hours."""
    return FirstHours(int(letter.hours_surely), int(letter.hours_perhaps)) if letter.hours_surely else None


def _incident_interval(incident: Incident) -> tuple[datetime, datetime] | None:
    """Return the earliest and the latest moment at which it may have happened."""
    if not incident.happened_on:
        return None
    begun, ended = (
        datetime(day.year, day.month, day.day, tzinfo=LOCAL) for day in partial_date.bounds(incident.happened_on)
    )
    part = codelist("time_of_day").get(incident.time_of_day) if incident.time_of_day else None
    first, last = (part.number("from_hour"), part.number("to_hour")) if part else (None, None)
    return begun + timedelta(hours=first or 0), ended + timedelta(hours=last or _WHOLE_DAY)


def _reported_at(incident: Incident) -> datetime | None:
    """Return the moment at which the record was begun."""
    if not incident.recorded_at:
        return None
    return datetime.strptime(incident.recorded_at, RECORDED).replace(tzinfo=LOCAL)


def _micros(at: datetime) -> int:
    return (at - clock.moment(0)) // timedelta(microseconds=1)


def sections_with_date(context: ActContext, case: VerifiedCase) -> tuple[Section, ...]:
    """Return the sections that may hold the day of the incident; the owner needs no letter for it."""
    ours = case.row.owner_id in context.actor.agencies
    return (Section.INCIDENT,) if ours else (Section.INCIDENT, Section.LETTER)


def first_hours_of_case(context: ActContext, case: VerifiedCase, pages: Iterable[OpenedDocument]) -> FirstHours | None:
    """Return the first hours of an open case while they may be running; of letters the newest counts."""
    if case.row.state != CaseState.OPEN:
        return None
    by_section = {page.section: hours for page in pages if (hours := _of_page(page)) is not None}
    first = by_section.get(Section.INCIDENT) or by_section.get(Section.LETTER)
    return still_running(first, context.crypto.at)


def _of_page(page: OpenedDocument) -> FirstHours | None:
    if page.section == Section.INCIDENT:
        return first_hours(Incident.from_json(page.data))
    return from_letter(Letter.from_json(page.data)) if page.section == Section.LETTER else None
