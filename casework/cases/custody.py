"""The row filters of keys: everything that is sealed to one agency or circle, whoever holds the cases."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select

from casework.audit import fresh
from casework.cases.models import Case
from casework.cases.scope import Asked
from casework.cases.states import CaseState
from casework.policy.permit import Permit
from casework.vault.macs import columns
from casework.vault.models import Document, Envelope, Head

_case, _head, _document, _envelope = (kind.__table__ for kind in (Case, Head, Document, Envelope))


def sealed_to(permit: Permit, agency_id: UUID) -> Asked:
    """Select every envelope of an agency or circle of the actor as a row that can be changed, with its document.

    The bodies stay where they are: a new epoch needs the document's key alone.
    """
    return Asked(_SEALED_TO, _theirs(permit, agency_id), permit)


def heads_sealed_to(permit: Permit, agency_id: UUID) -> Asked:
    """Select the heads of every case, draft and ledger of which an agency holds an envelope, as the log knows them."""
    return Asked(_HEADS_SEALED_TO, _theirs(permit, agency_id), permit)


def counted_sealed_to(permit: Permit, agency_id: UUID) -> Asked:
    """Count the envelopes of an agency by epoch and by how they are sealed."""
    return Asked(_COUNTED_SEALED_TO, _theirs(permit, agency_id), permit)


def held_by(permit: Permit, member_id: UUID) -> Asked:
    """Select ids and owners of the cases and drafts that a member holds or stands in for, wherever they are sealed."""
    return Asked(_HELD_BY, {"commune": permit.actor.commune_id, "member": member_id}, permit)


def _theirs(permit: Permit, agency_id: UUID) -> dict[str, Any]:
    ids = [agency_id] if agency_id in permit.actor.agencies else []
    return {"commune": permit.actor.commune_id, "agencies": ids}


_WHOSE = and_(
    _envelope.c.commune_id == bindparam("commune"), _envelope.c.agency_id.in_(bindparam("agencies", expanding=True))
)
_HELD_BY = select(_case.c.id, _case.c.owner_id).where(
    _case.c.commune_id == bindparam("commune"),
    _case.c.state != CaseState.VOID,
    or_(_case.c.holder_id == bindparam("member"), _case.c.standin_id == bindparam("member")),
)
_IN_IT = and_(_document.c.commune_id == _envelope.c.commune_id, _document.c.id == _envelope.c.document_id)
_SEALED_TO = (
    select(Envelope, *(column for column in _document.c if column.key != "body"))
    .join(_document, _IN_IT)
    .where(_WHOSE)
    .order_by(_envelope.c.case_id, _envelope.c.document_id)
)
_HEADS_SEALED_TO = select(*columns(Head), *fresh.newest_line(_head.c.commune_id, _head.c.id)).where(
    _head.c.commune_id == bindparam("commune"), _head.c.id.in_(select(_envelope.c.case_id).where(_WHOSE))
)
_COUNTED_SEALED_TO = (
    select(_envelope.c.epoch, _envelope.c.kind, func.count())
    .where(_WHOSE)
    .group_by(_envelope.c.epoch, _envelope.c.kind)
)
