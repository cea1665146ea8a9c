"""The only row filters: each takes a permit and returns a statement that the guard lets through."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

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


def heads(permit: Permit, within: Select[Case]) -> Select[Any]:
    """Select the heads of cases as plain rows."""
    return _marked(select(*Head.__table__.c).where(Head.id.in_(within.with_only_columns(Case.id))), permit)


def case_rows(permit: Permit, within: Select[Case]) -> Select[Any]:
    """Select the cases themselves as plain rows."""
    return _marked(within.with_only_columns(*Case.__table__.c), permit)


def documents(permit: Permit, within: Select[Case], sections: frozenset[Section]) -> Select[Any]:
    """Select as plain rows the newest revisions of those of the sections that the permit may open."""
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
    """Select as plain rows every revision of those of the sections that the permit may open."""
    wanted = and_(_of(within, Document.case_id), Document.section.in_(sections & permit.opens))
    return _marked(select(*Document.__table__.c).where(Document.commune_id == permit.actor.commune_id, wanted), permit)


def envelopes(permit: Permit, within: Select[Case], sections: frozenset[Section]) -> Select[Any]:
    """Select as plain rows the envelopes that my agency and circles hold for documents of these sections."""
    held = and_(_of(within, Envelope.case_id), Envelope.agency_id.in_(permit.actor.agencies))
    joined = and_(Document.commune_id == Envelope.commune_id, Document.id == Envelope.document_id)
    rows = (
        select(*Envelope.__table__.c).join(Document, joined).where(held, Document.section.in_(sections & permit.opens))
    )
    return _marked(rows.where(Envelope.commune_id == permit.actor.commune_id), permit)


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


def _of(within: Select[Case], column: Any) -> ColumnElement[bool]:
    return column.in_(within.with_only_columns(Case.id))  # type: ignore[no-any-return]


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
