"""Reads the log: who opened a case, how often an act was done, and the lines that one may see."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from casework.audit.models import AuditLine
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


def about(hands: Hands, about_id: UUID, *, acts: Iterable[Act], limit: int = 50) -> list[Line]:
    """Return the newest lines of some acts done about one case, newest first."""
    mine = (AuditLine.commune_id == hands.commune_id, AuditLine.about == about_id, AuditLine.act.in_(list(acts)))
    rows = select(AuditLine).where(*mine, AuditLine.outcome == "ok").order_by(AuditLine.n.desc()).limit(limit)
    return [_line(row) for row in hands.session.execute(rows).scalars()]


def recent(hands: Hands, act: Act, *, who: UUID | None, since: int) -> int:
    """Count how often somebody has done an act since a moment."""
    wanted = (
        AuditLine.commune_id == hands.commune_id,
        AuditLine.act == act,
        AuditLine.who == who,
        AuditLine.at >= since,
    )
    return hands.session.execute(select(func.count()).select_from(AuditLine).where(*wanted)).scalar_one()


@dataclass(frozen=True)
class Seen:
    """Which lines somebody is shown: those of some people; of guarded acts only those about ids that she can open.

    A denied try is shown whatever it was about: it looks the same for an id that does not exist.
    """

    who: Collection[UUID]
    about: Collection[UUID]
    guarded: Collection[Act]
    denied: str


def shown(hands: Hands, seen: Seen, *, skip: int, limit: int) -> list[Line]:
    """Return some lines that somebody is shown, newest first."""
    open_to_her = or_(
        AuditLine.act.not_in(seen.guarded), AuditLine.outcome == seen.denied, AuditLine.about.in_(seen.about)
    )
    rows = select(AuditLine).where(AuditLine.commune_id == hands.commune_id, AuditLine.who.in_(seen.who), open_to_her)
    wanted = rows.order_by(AuditLine.n.desc()).offset(skip).limit(limit)
    return [_line(row) for row in hands.session.execute(wanted).scalars()]


def totals(hands: Hands, start: int, end: int, *, leaving_out: Collection[Act]) -> list[tuple[str, int]]:
    """Count each act between two moments (the second one left out), the most frequent first."""
    counted = func.count().label("times")
    rows = (
        select(AuditLine.act, counted)
        .where(AuditLine.commune_id == hands.commune_id, AuditLine.at >= start, AuditLine.at < end)
        .where(AuditLine.act.not_in(leaving_out))
        .group_by(AuditLine.act)
        .order_by(counted.desc(), AuditLine.act)
    )
    return [(row.act, row.times) for row in hands.session.execute(rows)]


def begun_before(hands: Hands, moment: int) -> bool:
    """Tell whether the log has a line from before a moment."""
    first = select(func.min(AuditLine.at)).where(AuditLine.commune_id == hands.commune_id)
    at = hands.session.execute(first).scalar_one()
    return at is not None and at < moment


def _line(row: AuditLine) -> Line:
    return Line(n=row.n, at=row.at, act=row.act, who=row.who, about=row.about, outcome=row.outcome)
