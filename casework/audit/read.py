"""Reads the log: who opened a case, how often an act was done, and the lines that one may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

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


def newest(hands: Hands, *, before: int | None = None, limit: int = 100) -> list[Line]:
    """Return a page of the log, newest first."""
    rows = select(AuditLine).where(AuditLine.commune_id == hands.commune_id)
    if before is not None:
        rows = rows.where(AuditLine.n < before)
    return [_line(row) for row in hands.session.execute(rows.order_by(AuditLine.n.desc()).limit(limit)).scalars()]


def _line(row: AuditLine) -> Line:
    return Line(n=row.n, at=row.at, act=row.act, who=row.who, about=row.about, outcome=row.outcome)
