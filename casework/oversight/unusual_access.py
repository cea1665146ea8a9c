"""Unusual access: who opened cases of other holders, and who was stopped by the opening rate limit.

Nothing is stored for it: the log says who opened what, the cases say who holds them. Restricted cases are left out;
their readers were all named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from casework import clock
from casework.accounts.staff import Colleague, colleagues
from casework.audit import read
from casework.audit.read import VisibleLine
from casework.cases import opening_rate_limit, scope
from casework.cases.case_labels import label_of
from casework.cases.reading import ListedCase
from casework.cases.sections import Label
from casework.gate import FAILED, ActContext
from casework.oversight.altered_lines import ring_for_altered
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Reach, Role

# So many openings of others' cases on one day alert the lead.
ALERT_FROM = 3
# What the same person opens again within this time is one opening.
_ONE_OPENING = 30 * 60 * clock.MICROSECOND
_DAYS = 7 * 86_400 * clock.MICROSECOND


@dataclass(frozen=True)
class CaseOpening:
    """Somebody who is neither holder nor stand-in opened a case of mine; `at` is the last time, in microseconds.

    Where the line of the log is not as the program wrote it (`altered`), nobody knows who or when.
    """

    case_id: UUID
    code: str
    name: str
    at: int
    altered: bool = False


@dataclass(frozen=True)
class AccessAlert:
    """Somebody opened others' cases `times` times on one day, or (`stopped`) was stopped so often by the rate limit."""

    name: str
    day: date
    times: int
    stopped: bool = False


def openings_of_own_cases(context: ActContext, listed: Sequence[ListedCase]) -> tuple[CaseOpening, ...]:
    """Return who, neither stand-in nor lead, opened a case that I hold in the last seven days; the newest first."""
    if not any(case.row.holder_id == context.me for case in listed):
        return ()
    mine = {case.row.id: case for case in listed if case.row.holder_id == context.me}
    altered = [CaseOpening(one, _case_code(mine[one]), "", 0, altered=True) for one in _altered(context) if one in mine]
    openings = [opening for opening in _openings_by_others(context, listed) if opening.case.row.id in mine]
    last = {(row.case.row.id, row.by.id): row for row in openings if Role.LEAD not in row.by.roles}
    latest = [CaseOpening(row.case.row.id, _case_code(row.case), row.by.name, row.at) for row in last.values()]
    return (*altered, *sorted(latest, key=lambda row: -row.at))


def _altered(context: ActContext) -> list[UUID]:
    """Return the cases about which the log holds an opening that was changed since it was written."""
    return list(dict.fromkeys(case_id for case_id, line in _openings(context) if line.altered))


def _openings(context: ActContext) -> Sequence[tuple[UUID, VisibleLine]]:
    """Return the openings of cases in reach by others in the last seven days: the case that each was found by, and it.

    A line that was changed rings. They are read and verified once for all panels of a page.
    """
    known: dict[UUID | None, list[tuple[UUID, VisibleLine]]] = context.session.info.setdefault("openings", {})
    if context.actor.member_id not in known:
        since = context.crypto.at - _DAYS
        rows = scope.opened(scope.cases(context.permit), since=since).on(context.session).all()
        openings = [(row.about, read.shown(context.crypto, row)) for row in rows]
        ring_for_altered(context, (line for _, line in openings))
        known[context.actor.member_id] = openings
    return known[context.actor.member_id]


def _case_code(case: ListedCase) -> str:
    return (label_of(case.pages) or Label()).code


def alerts(context: ActContext, listed: Sequence[ListedCase]) -> tuple[AccessAlert, ...]:
    """Return a lead's alerts about the own agency, a deputy's about the lead; nobody's about themselves."""
    if policy().leads.isdisjoint(context.actor.roles):
        return ()
    leads = Role.LEAD in context.actor.roles
    openings = [row for row in _openings_by_others(context, listed) if leads or Role.LEAD in row.by.roles]
    times = Counter((row.by, clock.local(row.at).date()) for row in openings)
    frequent = [AccessAlert(by.name, day, count) for (by, day), count in times.items() if count >= ALERT_FROM]
    watched = [
        row
        for row in colleagues(context)
        if row.agency_id == context.actor.agency_id and row.id != context.me and (leads or Role.LEAD in row.roles)
    ]
    return tuple(
        sorted([*frequent, *_rate_limit_alerts(context, watched)], key=lambda row: (row.day, row.name), reverse=True)
    )


def rate_limited(context: ActContext) -> tuple[AccessAlert, ...]:
    """Return the administrator's alerts: who was stopped by the rate limit."""
    return tuple(_rate_limit_alerts(context, colleagues(context)))


def _rate_limit_alerts(context: ActContext, watched: Iterable[Colleague]) -> list[AccessAlert]:
    names = {colleague.id: colleague.name for colleague in watched}
    lines = read.lines_about_since(
        context.crypto, names, opening_rate_limit.OPENINGS, since=context.crypto.at - _DAYS, outcome=FAILED
    )
    ring_for_altered(context, lines)
    times = Counter((line.who, clock.local(line.at).date()) for line in lines if not line.altered)
    return [AccessAlert(names[who], day, count, stopped=True) for (who, day), count in times.items() if who in names]


@dataclass(frozen=True)
class _Opening:
    """One opening of a case by a colleague who is neither holder nor stand-in."""

    case: ListedCase
    by: Colleague
    at: int


def _openings_by_others(context: ActContext, listed: Sequence[ListedCase]) -> Iterator[_Opening]:
    """Yield the openings of the agency's own cases among these by colleagues who are neither holder nor stand-in."""
    if not listed:
        return
    lines = [line for _, line in _openings(context) if not line.altered]
    cases = {case.row.id: case for case in listed} if lines else {}
    listed_lines = [(line, cases[line.about]) for line in _without_repeats(lines) if line.about in cases]
    outside = [(line, case) for line, case in listed_lines if _is_outsider(context, case.row, line.who)]
    staff = {row.id: row for row in colleagues(context)} if outside else {}
    for line, case in outside:
        if line.who in staff and _may_open_all(staff[line.who]):
            yield _Opening(case, staff[line.who], line.at)


def _is_outsider(context: ActContext, case: Any, who: UUID | None) -> bool:
    """Tell whether a case is the agency's own, and this person neither holder nor stand-in."""
    return case.owner_id == context.actor.agency_id and who not in (case.holder_id, case.standin_id)


def _without_repeats(lines: Iterable[VisibleLine]) -> Iterator[VisibleLine]:
    """Yield the openings in the order of time, without what the same person opened again within half an hour."""
    last_opening: dict[tuple[UUID | None, UUID | None], int] = {}
    for line in sorted(lines, key=attrgetter("at")):
        pair = (line.who, line.about)
        if pair not in last_opening or line.at - last_opening[pair] >= _ONE_OPENING:
            last_opening[pair] = line.at
            yield line


def _may_open_all(colleague: Colleague) -> bool:
    """Tell whether a colleague may open cases of the agency that others hold."""
    reaches = policy().rows[Act.CASE_READ].who
    return any(reaches.get(role) is Reach.AGENCY for role in colleague.roles)
