"""Freshness: a head is believed only if the newest log line about a change to it holds this very MAC."""

import hmac
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from casework.audit.models import AuditLine
from casework.errors import NotFound, VaultError
from casework.vault import heads
from casework.vault.hands import Hands, Lock
from casework.vault.macs import check, know_version
from casework.vault.models import Agency, AgencyEpoch, Commune, Head, Member

ACTIVE = "active"


def head(session: Session, commune_id: UUID, head_id: UUID) -> Head:
    """Load a head, verified and compared with the log; raise NotFound if there is none, VaultError if it is stale."""
    if head_id in (made := heads.changes(session)):
        return made[head_id]
    found = session.get(Head, (commune_id, head_id))
    if found is None:
        raise NotFound("head")
    newest = (
        select(AuditLine.n, AuditLine.head_mac)
        .where(AuditLine.commune_id == commune_id, AuditLine.head == head_id)
        .order_by(AuditLine.n.desc())
        .limit(1)
    )
    line = session.execute(newest).one_or_none()
    if line is None or line.n != found.n or not hmac.compare_digest(line.head_mac, found.mac):
        raise VaultError("unopened")
    know_version(session, head_id, found.v)
    return found


def agency(session: Session, commune_id: UUID, agency_id: UUID) -> Agency:
    """Load an agency or circle with a fresh head."""
    head(session, commune_id, agency_id)
    found = session.get(Agency, (commune_id, agency_id))
    if found is None:
        raise NotFound("agency")
    return found


def member(session: Session, commune_id: UUID, member_id: UUID) -> Member:
    """Load a member with a fresh head."""
    head(session, commune_id, member_id)
    found = session.get(Member, (commune_id, member_id))
    if found is None:
        raise NotFound("member")
    return found


def commune(session: Session, commune_id: UUID) -> Commune:
    """Load a commune's own row."""
    found = session.get(Commune, commune_id)
    if found is None:
        raise NotFound("commune")
    return found


def locks(hands: Hands, agency_ids: Iterable[UUID]) -> list[Lock]:
    """Return what is needed to seal to each agency, from fresh rows only; a closed agency raises VaultError."""
    return [_lock(hands, agency_id) for agency_id in agency_ids]


def _lock(hands: Hands, agency_id: UUID) -> Lock:
    found = agency(hands.session, hands.commune_id, agency_id)
    epoch = hands.session.get(AgencyEpoch, (hands.commune_id, agency_id, found.epoch))
    if epoch is None or found.state != ACTIVE:
        raise VaultError("unopened")
    return Lock(agency_id=agency_id, epoch=epoch.epoch, public_key=epoch.public_key)


def newest_number(commune_id: Any, head_id: Any) -> Any:
    """Return, as a column of a statement, the number of the newest line about a change to a head."""
    about = and_(AuditLine.commune_id == commune_id, AuditLine.head == head_id)
    return select(func.max(AuditLine.n)).where(about).scalar_subquery()


def versions(session: Session, commune_id: UUID, kind: str) -> dict[UUID, int]:
    """Return the newest log number of each head of one kind, for comparing a whole list at once."""
    newest = (
        select(AuditLine.head, func.max(AuditLine.n))
        .join(Head, (Head.commune_id == AuditLine.commune_id) & (Head.id == AuditLine.head))
        .where(AuditLine.commune_id == commune_id, Head.kind == kind)
        .group_by(AuditLine.head)
    )
    return {row[0]: row[1] for row in session.execute(newest) if row[0] is not None}


def members(hands: Hands) -> list[Any]:
    """Return every member of the commune as verified plain rows, compared with the log all at once."""
    rows = hands.session.execute(
        select(*Head.__table__.c).where(Head.commune_id == hands.commune_id, Head.kind == "member")
    )
    lines = versions(hands.session, hands.commune_id, "member")
    known = {}
    for row in rows:
        check(hands.control, Head, row, 0)
        if lines.get(row.id) != row.n:
            raise VaultError("unopened")
        known[row.id] = row.v
    found = list(hands.session.execute(select(*Member.__table__.c).where(Member.commune_id == hands.commune_id)))
    for one in found:
        check(hands.control, Member, one, known[one.id])
    return found
