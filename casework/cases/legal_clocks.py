"""The clocks of the law that run from the reception of a case, as for a child; the list `legal_clock` says which.

Everything that they need stands in the label, but for the signs of trafficking: those are part of what happened, and
who may not open that sees no clock of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from casework import clock
from casework.cases import reading, tasks
from casework.cases.contradictions import one
from casework.cases.incident_classification import in_trafficking
from casework.cases.reading import VerifiedCase
from casework.cases.reporting_delay import RECORDED
from casework.cases.sections import Incident, Label
from casework.cases.states import CaseState
from casework.cases.tasks import WrittenTask
from casework.clock import LOCAL, MICROSECOND
from casework.codelists import Code, codelist
from casework.codelists.working_days import working_day_after
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

_HOUR = 3600 * MICROSECOND
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class LegalClock:
    """One clock of a case: its code of `legal_clock`, until when it runs, in microseconds, and by what it was kept."""

    code: Code
    due: int
    done: WrittenTask | None = None


def clocks_of(label: Label, incident: Incident, *, received: int) -> tuple[LegalClock, ...]:
    """Return every clock that began when a case was received (microseconds), the first that ends first."""
    begun = [
        LegalClock(code, ends(code, received))
        for code in codelist("legal_clock").active()
        if applies(code, label, incident)
    ]
    return tuple(sorted(begun, key=lambda one: one.due))


def applies(code: Code, label: Label, incident: Incident) -> bool:
    if code.flag("trafficking"):
        return in_trafficking(incident)
    return bool(label.age_group) and code.text("age_group") == label.age_group


def ends(code: Code, received: int) -> int:
    """Return the last moment of a clock that began at another one, both in microseconds."""
    if hours := code.number("hours"):
        return received + hours * _HOUR
    return clock.midnight(_last_day(code, clock.local(received).date()) + timedelta(days=1)) - MICROSECOND


def _last_day(code: Code, begun: date) -> date:
    if working_days := code.number("working_days"):
        return working_day_after(begun, working_days)
    return begun + timedelta(days=code.number("days") or 0)


def clocks_to_watch(label: Label, incident: Incident, *, opened: int, is_open: bool, at: int) -> tuple[LegalClock, ...]:
    """Return the clocks of a case to be shown at a moment (microseconds): those that run, or ran out a short while ago.

    `opened` is the day of reception since 1970, from whose beginning the clocks of an older case are counted.
    A case that was imported from an old ledger has none: whatever was due was due before it stood here.
    """
    if not is_open or label.imported:
        return ()
    received = _received_at(label, opened)
    shown = clocks_of(label, incident, received=received)
    return tuple(one for one in shown if at <= one.due + (one.code.number("late_days") or 0) * _DAY)


def clocks_of_case(
    case: VerifiedCase, label: Label, pages: Iterable[OpenedDocument], *, at: int
) -> tuple[LegalClock, ...]:
    """Return the clocks to be shown of a case of which these pages are open."""
    is_open = case.row.state == CaseState.OPEN
    return clocks_with_done(label, pages, opened=case.row.opened, is_open=is_open, at=at)


def clocks_with_done(
    label: Label, pages: Iterable[OpenedDocument], *, opened: int, is_open: bool, at: int
) -> tuple[LegalClock, ...]:
    """Return the clocks to be shown by opened pages of a case, each with what was done about it."""
    opened_pages = list(pages)
    done = tasks.clocks_done(opened_pages)
    told = [Incident.from_json(page.data) for page in opened_pages if page.section == Section.INCIDENT]
    shown = clocks_to_watch(label, one(told, Incident), opened=opened, is_open=is_open, at=at)
    return tuple(replace(clock, done=done.get(clock.code.code)) for clock in shown)


def _received_at(label: Label, opened: int) -> int:
    if not label.received_at:
        return clock.midnight(reading.date_of(opened))
    received = datetime.strptime(label.received_at, RECORDED).replace(tzinfo=LOCAL)
    return int(received.timestamp()) * MICROSECOND
