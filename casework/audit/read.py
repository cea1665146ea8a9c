"""Reads the log: who opened a case, how often an act was done and how it ended last, and the lines that a role may see.

What was done since a moment is looked for in the newest part of the log alone.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ScalarSelect, Select, and_, bindparam, case, cast, func, literal, or_, select

from casework.audit.chain import holds, short
from casework.audit.models import OPENED, RARE, AuditLine
from casework.audit.visitor_summary import repetitions
from casework.errors import AlteredRow, VaultError
from casework.policy.vocabulary import Act
from casework.vault.keys.context import CryptoContext
from casework.vault.models import Agency


@dataclass(frozen=True)
class VisibleLine:
    """A line as it is shown: id of the person, act, id of what it was about, outcome and moment (microseconds).

    One that is not as the program wrote it is `altered`, and nothing else is told of it.
    """

    n: int
    at: int = 0
    act: str = ""
    who: UUID | None = None
    about: UUID | None = None
    outcome: str = ""
    altered: bool = False


def shown(crypto: CryptoContext, row: Any) -> VisibleLine:
    """Return a line as it is shown: its columns are no more than what its hash and MAC say of its text."""
    if not holds(crypto.server_keys, row, row.n, row.prev):
        return VisibleLine(row.n if isinstance(row.n, int) else 0, altered=True)
    return VisibleLine(row.n, row.at, row.act, row.who, row.about, row.outcome)


_line = AuditLine.__table__.c
_OURS = _line.commune_id == bindparam("commune")
_ABOUT = (
    select(*_line)
    .where(
        _OURS,
        _line.about == bindparam("about"),
        _line.act.in_(bindparam("acts", expanding=True)),
        _line.outcome == "ok",
    )
    .order_by(_line.n.desc())
    .limit(bindparam("limit"))
)
_CHANGED = {
    act: select(_line.head, func.max(_line.at).label("last")).where(_OURS, which).group_by(_line.head)
    for act, which in RARE.items()
}
_OTHERS = _line.who != bindparam("me")
_END = select(func.max(_line.n)).where(_OURS)
_BACK = select(_line.at).where(_OURS, _line.n == _END.scalar_subquery() - bindparam("lines"))


def first_since() -> ScalarSelect[int]:
    """Return what finds the number of the first line at or after a moment, or one more than the last.

    Lines stand in the order of time and no index knows their moments, so the log is halved until one is left.
    """
    first, end = cast(literal(1), BigInteger), func.coalesce(func.max(_line.n), 0) + 1
    span = select(first.label("low"), end.label("high")).where(_OURS).cte("span", recursive=True)
    middle = (span.c.low + span.c.high) // 2
    at = select(_line.at).where(_OURS, _line.n == middle).correlate(span).scalar_subquery()
    early = func.coalesce(at, 0) < bindparam("since")
    half = select(case((early, middle + 1), else_=span.c.low), case((early, span.c.high), else_=middle))
    halved = span.union_all(half.where(span.c.low < span.c.high))
    return select(halved.c.low).where(halved.c.low >= halved.c.high).scalar_subquery()


_SINCE = (_OURS, _line.n >= first_since(), _line.act.in_(bindparam("acts", expanding=True)))
# Asked for in order, SQLite would walk the whole log since then rather than what is about these ids.
_ABOUT_SINCE = select(*_line).where(
    _line.about.in_(bindparam("about", expanding=True)), *_SINCE, _line.outcome == bindparam("outcome")
)
_TIMES = select(func.count()).where(_line.who == bindparam("who"), *_SINCE)
_LAST = (
    select(_line.at, _line.body)
    .where(_OURS, _line.about == bindparam("about"), _line.act == bindparam("act"), _line.outcome == "ok")
    .order_by(_line.n.desc())
    .limit(1)
)


def lines_about(crypto: CryptoContext, about_id: UUID, *, acts: Iterable[Act], limit: int = 50) -> list[VisibleLine]:
    """Return the newest lines of some acts done about one id, newest first."""
    values = {"commune": crypto.commune_id, "about": about_id, "acts": list(acts), "limit": limit}
    return [shown(crypto, row) for row in crypto.session.execute(_ABOUT, values)]


def believed(lines: Sequence[VisibleLine]) -> Sequence[VisibleLine]:
    """Return lines on which something is decided; raise AlteredRow if one is not as the program wrote it."""
    if any(line.altered for line in lines):
        raise AlteredRow(row="audit_line")
    return lines


def done_by(crypto: CryptoContext, about_id: UUID, *, who: UUID) -> bool:
    """Tell whether somebody has ever done something about an id."""
    lines = (AuditLine.commune_id == crypto.commune_id, AuditLine.about == about_id, AuditLine.outcome == "ok")
    return crypto.session.execute(select(AuditLine.n).where(*lines, AuditLine.who == who).limit(1)).first() is not None


def changed_by(crypto: CryptoContext, act: Act) -> dict[UUID, int]:
    """Return each head that a rare act has changed, as when whoever held a case has left, with the last moment."""
    return {row.head: row.last for row in crypto.session.execute(_CHANGED[act], {"commune": crypto.commune_id})}


def reasons(
    crypto: CryptoContext, act: Act, *, who: Collection[UUID], about: Collection[UUID]
) -> dict[tuple[UUID, str], int]:
    """Return for each person and reason the last moment (microseconds) at which they did an act about some ids."""
    matching = (AuditLine.commune_id == crypto.commune_id, AuditLine.about.in_(about), AuditLine.act == act)
    rows = select(AuditLine.who, AuditLine.body, AuditLine.at, AuditLine.n).where(*matching, AuditLine.who.in_(who))
    # Asked for in order, SQLite would walk the whole log rather than what is about these ids.
    lines = sorted(crypto.session.execute(rows), key=attrgetter("n"))
    return {(line.who, reason_of(line.body)): line.at for line in lines}


def lines_about_since(
    crypto: CryptoContext, ids: Collection[UUID], acts: Collection[Act], *, since: int, outcome: str = "ok"
) -> list[VisibleLine]:
    """Return the lines of some acts about some ids since a moment that ended so, the oldest first."""
    values = {"commune": crypto.commune_id, "about": list(ids), "acts": list(acts), "outcome": outcome}
    rows = crypto.session.execute(_ABOUT_SINCE, values | {"since": since})
    return sorted((shown(crypto, row) for row in rows), key=attrgetter("n"))


def openings(cases: Select[UUID]) -> Select[Any]:
    """Return the statement that finds the lines of who but `me` opened cases of another statement since a moment."""
    return select(*_line).where(_OURS, OPENED, _line.about.in_(cases), _line.at >= bindparam("since"), _OTHERS)


def exceeded(crypto: CryptoContext, acts: Collection[Act], *, who: UUID, since: int, most: int) -> bool:
    """Tell whether somebody has done some acts so often since a moment, whatever came of them.

    Where the whole log has not grown by so many lines since then, one look answers.
    """
    values: dict[str, Any] = {"commune": crypto.commune_id}
    back = crypto.session.execute(_BACK, values | {"lines": most - 1}).scalar_one_or_none()
    if back is None or back < since:
        return False
    counted = values | {"who": who, "acts": list(acts), "since": since}
    return crypto.session.execute(_TIMES, counted).scalar_one() >= most


def last_outcome(crypto: CryptoContext, act: Act, about_id: UUID) -> tuple[int, str] | None:
    """Return moment and reason of the newest line of an act about an id; None if there is none."""
    values = {"commune": crypto.commune_id, "about": about_id, "act": act}
    row = crypto.session.execute(_LAST, values).one_or_none()
    return None if row is None else (row.at, reason_of(row.body))


def reason_of(body: str) -> str:
    """Return the reason that a line gives; a text that is no line of ours is itself what does not hold."""
    try:
        return str(json.loads(body)["reason"])
    except (ValueError, KeyError, TypeError):
        return VaultError.__name__


@dataclass(frozen=True)
class LineFilter:
    """Which lines somebody is shown: those of some people, of the acts `shown` or about ids that they can open.

    That holds for a try that was refused as well; of the acts in `done` those alone are shown that came about, whatever
    they were about. Nothing is shown that was done before the moment `since`.
    """

    who: Collection[UUID]
    about: Collection[UUID]
    shown: Collection[Act]
    done: Collection[Act] = ()
    since: int = 0


_CIRCLES = select(Agency.id).where(Agency.commune_id == AuditLine.commune_id, Agency.circle.is_(True))
_NOT_ABOUT_A_CIRCLE = or_(AuditLine.about.is_(None), AuditLine.about.not_in(_CIRCLES))
# An act that changes several heads has a line for each; shown is the one about what it was done to.
_OF_ACT = or_(AuditLine.head.is_(None), AuditLine.about.is_(None), AuditLine.head == AuditLine.about)
# A list that has passed over a case has a line about it besides: it rings, and tells nobody that there is such a case.
_PRINCIPAL = and_(_OF_ACT, or_(AuditLine.about.is_(None), AuditLine.act != Act.CASE_LIST))


def visible_lines(crypto: CryptoContext, seen: LineFilter, *, skip: int, limit: int) -> list[VisibleLine]:
    """Return some lines that somebody is shown, newest first."""
    came_about = and_(AuditLine.act.in_(seen.done), AuditLine.outcome == "ok")
    visible = or_(AuditLine.act.in_(seen.shown), came_about, AuditLine.about.in_(seen.about))
    rows = (
        select(*_line)
        .where(AuditLine.commune_id == crypto.commune_id, AuditLine.who.in_(seen.who), visible, _PRINCIPAL)
        .where(AuditLine.at >= seen.since)
    )
    page = rows.order_by(AuditLine.n.desc()).offset(skip).limit(limit)
    return [shown(crypto, row) for row in crypto.session.execute(page)]


def totals(crypto: CryptoContext, start: int, end: int, *, acts: Collection[Act]) -> list[tuple[str, int]]:
    """Count some acts between two moments (the second one left out), the most frequent first.

    What was done about a circle is not counted: it would tell that there is one.
    """
    counted = func.count().label("times")
    within = (AuditLine.commune_id == crypto.commune_id, AuditLine.at >= start, AuditLine.at < end)
    rows = (
        select(AuditLine.act, counted)
        .where(*within, AuditLine.act.in_(acts), _PRINCIPAL, _NOT_ABOUT_A_CIRCLE)
        .group_by(AuditLine.act)
    )
    times = {row.act: row.times for row in crypto.session.execute(rows)}
    for row in crypto.session.execute(select(AuditLine.act, AuditLine.body).where(*within, AuditLine.who.is_(None))):
        if (repeated := repetitions(reason_of(row.body))) and row.act in times:
            times[row.act] += repeated - 1
    return sorted(times.items(), key=lambda total: (-total[1], total[0]))


def log_end(crypto: CryptoContext) -> str:
    """Return the short number of where the log ends now."""
    lines = select(AuditLine.n, AuditLine.h).where(AuditLine.commune_id == crypto.commune_id)
    return short(*crypto.session.execute(lines.order_by(AuditLine.n.desc()).limit(1)).one())


def hash_of(crypto: CryptoContext, n: int) -> bytes | None:
    """Return the hash of line `n`, None if there is no such line."""
    line = select(AuditLine.h).where(AuditLine.commune_id == crypto.commune_id, AuditLine.n == n)
    return crypto.session.execute(line).scalar_one_or_none()


def begun_before(crypto: CryptoContext, moment: int) -> bool:
    """Tell whether the log has a line from before a moment."""
    first = select(func.min(AuditLine.at)).where(AuditLine.commune_id == crypto.commune_id)
    at = crypto.session.execute(first).scalar_one()
    return at is not None and at < moment
