"""The only row filters: each takes a permit and returns a statement that the guard lets through."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from casework.audit import fresh
from casework.cases.models import CLOSED, DRAFT, OPEN, Case
from casework.policy.permit import Permit
from casework.policy.words import Reach, Section
from casework.vault.models import Document, Envelope, Head

LEFT_DRAFT_DAYS = 7
S = TypeVar("S", bound=Select[Any])


def cases(permit: Permit) -> Select[Case]:
    """Select the cases that this act reaches, drafts and discarded ones left out."""
    return _marked(select(Case).where(Case.state.in_((OPEN, CLOSED)), _reach(permit)), permit)


def drafts(permit: Permit, *, today: int) -> Select[Case]:
    """Select one's own drafts; a lead is offered those of the agency that have lain for seven days."""
    actor = permit.actor
    mine = Case.holder_id == actor.member_id
    left = and_(Case.opened <= today - LEFT_DRAFT_DAYS, Case.owner_id.in_(actor.agencies))
    reach = or_(mine, left) if _leads(permit) else mine
    return _marked(select(Case).where(Case.commune_id == actor.commune_id, Case.state == DRAFT, reach), permit)


def reached(permit: Permit, within: Select[Case]) -> Select[Any]:
    """Select in one row a case, its head, and the number of the newest line of the log about a change to it."""
    head = and_(Head.commune_id == Case.commune_id, Head.id == Case.id)
    columns = (*Case.__table__.c, *Head.__table__.c, fresh.newest_number(Case.commune_id, Case.id))
    return _marked(within.join(Head, head).with_only_columns(*columns), permit)


def case_rows(permit: Permit, within: Select[Case]) -> Select[Any]:
    """Select the cases themselves as plain rows."""
    return _marked(within.with_only_columns(*Case.__table__.c), permit)


def documents(permit: Permit, within: Select[Case], sections: frozenset[Section]) -> Select[Any]:
    """Select in one row the newest revision of each of the sections and an envelope that I hold; see `revisions`."""
    newer = aliased(Document)
    newest = (
        select(func.max(newer.revision))
        .where(
            newer.commune_id == Document.commune_id,
            newer.case_id == Document.case_id,
            newer.section == Document.section,
            newer.series == Document.series,
        )
        .scalar_subquery()
    )
    return revisions(permit, within, sections).where(Document.revision == newest)


def revisions(permit: Permit, within: Select[Case], sections: frozenset[Section]) -> Select[Any]:
    """Select in one row every revision of those of the sections that the permit may open, with my envelope of it.

    A document for which my agency and circles hold no envelope is not found; one for which two hold one comes twice.
    """
    joined = and_(
        Envelope.commune_id == Document.commune_id,
        Envelope.document_id == Document.id,
        Envelope.agency_id.in_(permit.actor.agencies),
    )
    wanted = and_(
        Document.commune_id == permit.actor.commune_id,
        Document.case_id.in_(within.with_only_columns(Case.id)),
        Document.section.in_(sections & permit.opens),
    )
    columns = select(*Document.__table__.c, *Envelope.__table__.c)
    return _marked(columns.select_from(Document).join(Envelope, joined).where(wanted), permit)


def bound(permit: Permit, kind: type[Any], case_id: UUID) -> Select[Any]:
    """Select every row of one kind that hangs on a case, to sign it again when something is taken away."""
    column = Case.id if kind is Case else kind.case_id
    return _marked(select(kind).where(kind.commune_id == permit.actor.commune_id, column == case_id), permit)


def code_taken(permit: Permit, code_tag: bytes) -> Select[Any]:
    """Count the cases of the whole commune that bear a code; it answers nothing but how many."""
    bears = and_(Case.commune_id == permit.actor.commune_id, Case.code_tag == code_tag)
    return _marked(select(func.count()).select_from(Case).where(bears), permit)


def _leads(permit: Permit) -> bool:
    return permit.reach >= Reach.AGENCY


def _reach(permit: Permit) -> ColumnElement[bool]:
    actor = permit.actor
    here = Case.commune_id == actor.commune_id
    holding = or_(
        Case.holder_id == actor.member_id, Case.standin_id == actor.member_id, Case.owner_id.in_(actor.circles)
    )
    clauses: dict[Reach, ColumnElement[bool]] = {
        Reach.OWN: Case.holder_id == actor.member_id,
        Reach.HOLDING: holding,
        Reach.GRANTED: _granted(permit),
        Reach.AGENCY: or_(holding, Case.owner_id.in_(actor.agencies)),
    }
    return and_(here, clauses.get(permit.reach, false()))


def _granted(permit: Permit) -> ColumnElement[bool]:
    held = and_(
        Envelope.commune_id == Case.commune_id,
        Envelope.case_id == Case.id,
        Envelope.agency_id.in_(permit.actor.agencies),
    )
    return exists().where(held)


def _marked(statement: S, permit: Permit) -> S:
    return statement.execution_options(scope=permit)
