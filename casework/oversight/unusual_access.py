"""Who opened cases that are not hers, and who was stopped for opening too many: told to those who should know.

Nothing is stored for it: the log says who opened what, the cases say whose they are. What was sealed to named people is
left out; they were all named.
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
from casework.cases import opening_rate_limit, scope
from casework.cases.case_labels import label_of
from casework.cases.reading import ListedCase
from casework.cases.sections import Label
from casework.gate import FAILED, ActContext
from casework.policy.table import policy
from casework.policy.words import Act, Reach, Role

# So many openings of others' cases on one day are told to the lead.
MANY = 3
# What is opened again within this time is one opening.
_ONE_OPENING = 30 * 60 * clock.MICROSECOND
_DAYS = 7 * 86_400 * clock.MICROSECOND


@dataclass(frozen=True)
class CaseOpening:
    """Somebody who neither holds a case of mine nor stands in for it opened it; `at` is the last time."""

    case_id: UUID
    code: str
    name: str
    at: int


@dataclass(frozen=True)
class Many:
    """Somebody opened so many cases of others on one day, or (`stopped`) was stopped so often for opening too fast."""

    name: str
    day: date
    times: int
    stopped: bool = False


def of_mine(context: ActContext, listed: Sequence[ListedCase]) -> tuple[CaseOpening, ...]:
    """Return who opened a case that I hold in the last seven days: neither stand-in nor lead, the newest first."""
    if not any(one.row.holder_id == context.me for one in listed):
        return ()
    mine = [one for one in _outside(context, listed) if one.case.row.holder_id == context.me]
    last = {(one.case.row.id, one.by.id): one for one in mine if Role.LEAD not in one.by.roles}
    found = [CaseOpening(one.case.row.id, _code(one.case), one.by.name, one.at) for one in last.values()]
    return tuple(sorted(found, key=lambda one: -one.at))


def _code(one: ListedCase) -> str:
    return (label_of(one.pages) or Label()).code


def alerts(context: ActContext, listed: Sequence[ListedCase]) -> tuple[Many, ...]:
    """Return what a lead is told about her agency, and a deputy about the lead; nobody is told about herself."""
    if policy().leads.isdisjoint(context.actor.roles):
        return ()
    leads = Role.LEAD in context.actor.roles
    outside = [one for one in _outside(context, listed) if leads or Role.LEAD in one.by.roles]
    times = Counter((one.by, clock.local(one.at).date()) for one in outside)
    many = [Many(by.name, day, count) for (by, day), count in times.items() if count >= MANY]
    whom = [
        one
        for one in colleagues(context)
        if one.agency_id == context.actor.agency_id and one.id != context.me and (leads or Role.LEAD in one.roles)
    ]
    return tuple(sorted([*many, *_stopped(context, whom)], key=lambda one: (one.day, one.name), reverse=True))


def stopped(context: ActContext) -> tuple[Many, ...]:
    """Return what the administrator is told: who of anybody was stopped for opening too fast."""
    return tuple(_stopped(context, colleagues(context)))


def _stopped(context: ActContext, whom: Iterable[Colleague]) -> list[Many]:
    known = {one.id: one.name for one in whom}
    lines = read.about_since(
        context.crypto, known, opening_rate_limit.OPENINGS, since=context.crypto.at - _DAYS, outcome=FAILED
    )
    times = Counter((line.who, clock.local(line.at).date()) for line in lines)
    return [Many(known[who], day, count, stopped=True) for (who, day), count in times.items() if who in known]


@dataclass(frozen=True)
class _Opening:
    """One opening of a case by a colleague who neither held it nor stood in."""

    case: ListedCase
    by: Colleague
    at: int


def _outside(context: ActContext, listed: Sequence[ListedCase]) -> Iterator[_Opening]:
    """Yield the openings of our own cases among these by others who may, and who neither held it nor stood in."""
    if not listed:
        return
    lines = scope.opened(scope.cases(context.permit), since=context.crypto.at - _DAYS).on(context.session).all()
    cases = {one.row.id: one for one in listed} if lines else {}
    told = [(line, cases[line.about]) for line in _once(lines) if line.about in cases]
    strange = [(line, case) for line, case in told if _strange(context, case.row, line.who)]
    known = {one.id: one for one in colleagues(context)} if strange else {}
    for line, case in strange:
        if line.who in known and _roams(known[line.who]):
            yield _Opening(case, known[line.who], line.at)


def _strange(context: ActContext, case: Any, who: UUID | None) -> bool:
    """Tell whether a case is the agency's own, and this person neither holds it nor stands in."""
    return case.owner_id == context.actor.agency_id and who not in (case.holder_id, case.standin_id)


def _once(lines: Iterable[Any]) -> Iterator[Any]:
    """Yield the openings in the order of time, without what the same person opened again within half an hour."""
    before: dict[tuple[UUID, UUID], int] = {}
    for line in sorted(lines, key=attrgetter("at")):
        key = (line.who, line.about)
        if key not in before or line.at - before[key] >= _ONE_OPENING:
            before[key] = line.at
            yield line


def _roams(one: Colleague) -> bool:
    """Tell whether somebody may open cases of her agency that she does not hold."""
    may = policy().rows[Act.CASE_READ].who
    return any(may.get(role) is Reach.AGENCY for role in one.roles)
