"""Reads the log: who opened a case, how often an act was done, and the lines that one may see."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from casework.audit.chain import short
from casework.audit.models import RARE, AuditLine
from casework.audit.tally import more
from casework.policy.words import Act
from casework.vault.hands import Hands


@dataclass(frozen=True)
class Line:
    """A line as it is shown: id of the person, act, id of what it was about, outcome and moment (microseconds)."""

    n: int
    at: int
    act: str
    who: UUID | None
    about: UUID | None
    outcome: str


_line_of = AuditLine.__table__.c
_SHOWN = (_line_of.n, _line_of.at, _line_of.act, _line_of.who, _line_of.about, _line_of.outcome)
_ABOUT = (
    select(*_SHOWN)
    .where(
        _line_of.commune_id == bindparam("commune"),
        _line_of.about == bindparam("about"),
        _line_of.act.in_(bindparam("acts", expanding=True)),
        _line_of.outcome == "ok",
    )
    .order_by(_line_of.n.desc())
    .limit(bindparam("limit"))
)
_CHANGED = {
    act: select(_line_of.head, func.max(_line_of.at).label("last"))
    .where(_line_of.commune_id == bindparam("commune"), which)
    .group_by(_line_of.head)
    for act, which in RARE.items()
}
# A minute has fewer lines than this; the whole log is never walked to count what is recent.
_RECENT_LINES = 2000
_NEWEST = (
    select(*_SHOWN).where(_line_of.commune_id == bindparam("commune")).order_by(_line_of.n.desc()).limit(_RECENT_LINES)
).subquery()
_RECENT = (
    select(func.count())
    .select_from(_NEWEST)
    .where(_NEWEST.c.act == bindparam("act"), _NEWEST.c.who == bindparam("who"), _NEWEST.c.at >= bindparam("since"))
)


def about(hands: Hands, about_id: UUID, *, acts: Iterable[Act], limit: int = 50) -> list[Line]:
    """Return the newest lines of some acts done about one case, newest first."""
    wanted = {"commune": hands.commune_id, "about": about_id, "acts": list(acts), "limit": limit}
    return [Line(*row) for row in hands.session.execute(_ABOUT, wanted)]


def changed_by(hands: Hands, act: Act) -> dict[UUID, int]:
    """Return each head that a rare act has changed, as the leaving of whoever held a case, with the last moment."""
    return {row.head: row.last for row in hands.session.execute(_CHANGED[act], {"commune": hands.commune_id})}


def recent(hands: Hands, act: Act, *, who: UUID, since: int) -> int:
    """Count how often somebody has done an act since a moment of the last minutes."""
    wanted = {"commune": hands.commune_id, "act": act, "who": who, "since": since}
    return hands.session.execute(_RECENT, wanted).scalar_one()


def reasons(hands: Hands, act: Act, *, who: Collection[UUID], about: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """Return for each person and reason given when she did an act about some ids the last moment she did it."""
    mine = (AuditLine.commune_id == hands.commune_id, AuditLine.about.in_(about), AuditLine.act == act)
    rows = select(AuditLine.who, AuditLine.body, AuditLine.at, AuditLine.n).where(*mine, AuditLine.who.in_(who))
    # Asked for in order, SQLite would walk the whole log rather than what is about these ids.
    found = sorted(hands.session.execute(rows), key=attrgetter("n"))
    return {(row.who, json.loads(row.body)["reason"]): row.at for row in found}


@dataclass(frozen=True)
class Seen:
    """Which lines somebody is shown: those of some people; of guarded acts only those about ids that she can open.

    A denied try is shown whatever it was about: it looks the same for an id that does not exist. Nothing is shown
    that was done before the moment `since`.
    """

    who: Collection[UUID]
    about: Collection[UUID]
    guarded: Collection[Act]
    denied: str
    since: int = 0


# An act that changes several heads has a line for each; told is the one about what it was done to.
_TOLD = or_(AuditLine.head.is_(None), AuditLine.about.is_(None), AuditLine.head == AuditLine.about)


def shown(hands: Hands, seen: Seen, *, skip: int, limit: int) -> list[Line]:
    """Return some lines that somebody is shown, newest first."""
    open_to_her = or_(
        AuditLine.act.not_in(seen.guarded), AuditLine.outcome == seen.denied, AuditLine.about.in_(seen.about)
    )
    rows = (
        select(AuditLine)
        .where(AuditLine.commune_id == hands.commune_id, AuditLine.who.in_(seen.who), open_to_her, _TOLD)
        .where(AuditLine.at >= seen.since)
    )
    wanted = rows.order_by(AuditLine.n.desc()).offset(skip).limit(limit)
    return [_line(row) for row in hands.session.execute(wanted).scalars()]


def totals(hands: Hands, start: int, end: int, *, leaving_out: Collection[Act]) -> list[tuple[str, int]]:
    """Count each act between two moments (the second one left out), the most frequent first."""
    counted = func.count().label("times")
    within = (AuditLine.commune_id == hands.commune_id, AuditLine.at >= start, AuditLine.at < end)
    rows = (
        select(AuditLine.act, counted).where(*within, AuditLine.act.not_in(leaving_out), _TOLD).group_by(AuditLine.act)
    )
    times = {row.act: row.times for row in hands.session.execute(rows)}
    for row in hands.session.execute(select(AuditLine.act, AuditLine.body).where(*within, AuditLine.who.is_(None))):
        if (repeated := more(json.loads(row.body)["reason"])) and row.act in times:
            times[row.act] += repeated - 1
    return sorted(times.items(), key=lambda one: (-one[1], one[0]))


def end(hands: Hands) -> str:
    """Return the short number of where the log ends now."""
    last = select(AuditLine.n, AuditLine.h).where(AuditLine.commune_id == hands.commune_id)
    return short(*hands.session.execute(last.order_by(AuditLine.n.desc()).limit(1)).one())


def hash_of(hands: Hands, n: int) -> bytes | None:
    """Return the hash of line `n`, None if there is no such line."""
    line = select(AuditLine.h).where(AuditLine.commune_id == hands.commune_id, AuditLine.n == n)
    return hands.session.execute(line).scalar_one_or_none()


def begun_before(hands: Hands, moment: int) -> bool:
    """Tell whether the log has a line from before a moment."""
    first = select(func.min(AuditLine.at)).where(AuditLine.commune_id == hands.commune_id)
    at = hands.session.execute(first).scalar_one()
    return at is not None and at < moment


def _line(row: AuditLine) -> Line:
    return Line(n=row.n, at=row.at, act=row.act, who=row.who, about=row.about, outcome=row.outcome)
