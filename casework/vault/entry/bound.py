"""Everything that is bound to a member's head: what is taken from her can never be put back."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.vault import heads
from casework.vault.bound import OF_MEMBER
from casework.vault.entry.models import Interview
from casework.vault.macs import Maced
from casework.vault.models import Head, Member, SessionRow

_KINDS = OF_MEMBER[1:]
SESSIONS: tuple[Any, ...] = (SessionRow, Interview)


def rows(session: Session, member: Member, *kinds: Any) -> list[Any]:
    """Return the verified rows of some kinds that belong to a member whose head has been read."""
    found: list[Any] = []
    for kind in kinds:
        mine = (kind.commune_id == member.commune_id, kind.member_id == member.id)
        found += session.execute(select(kind).where(*mine)).scalars()
    return found


def take(session: Session, head: Head, member: Member, taken: list[Any]) -> None:
    """Delete rows of a member and raise her version, so that none of them is believed again; the others stay."""
    remaining: list[Maced] = [member, *(row for row in rows(session, member, *_KINDS) if row not in taken)]
    for row in taken:
        session.delete(row)
    session.flush()
    heads.take_away(session, head, remaining)
    session.flush()
