"""Reads what has been released; nothing here reaches a case."""

from dataclasses import dataclass

from sqlalchemy import select

from casework.gate import Work, action
from casework.policy.words import Act
from casework.statistics.models import Release


@dataclass(frozen=True)
class Released:
    """One released period: its number, its name and the moment of its release (microseconds)."""

    number: int
    period: str
    at: int


@action(Act.COUNTS_READ)
def read_releases(work: Work) -> tuple[Released, ...]:
    """List the released periods, the newest first, from verified rows."""
    wanted = select(Release).where(Release.commune_id == work.commune_id).order_by(Release.number.desc())
    return tuple(Released(row.number, row.period, row.released) for row in work.session.execute(wanted).scalars())
