"""The only row filters: each takes a permit and returns a statement that the guard lets through."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from casework import clock
from casework.audit import fresh
from casework.cases.models import CLOSED, DRAFT, LIVE_GROUND, OPEN, READABLE, SENT, Case, Ground, Referral
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
        _opened(permit, sections),
    )
    columns = select(*Document.__table__.c, *Envelope.__table__.c)
    return _marked(columns.select_from(Document).join(Envelope, joined).where(wanted), permit)


def present(permit: Permit, within: Select[Case]) -> Select[Any]:
    """Select the numbers of the sections for which my agency or circle holds an envelope."""
    joined = and_(Document.commune_id == Envelope.commune_id, Document.id == Envelope.document_id)
    held = and_(Envelope.case_id.in_(within.with_only_columns(Case.id)), Envelope.agency_id.in_(permit.actor.agencies))
    rows = select(Document.section).distinct().select_from(Envelope).join(Document, joined)
    return _marked(rows.where(held, _opened(permit, frozenset(Section))), permit)


def referrals(permit: Permit) -> Select[Any]:
    """Select as plain rows the referrals of cases in reach that my agency or circle has sent or received."""
    mine = permit.actor.agencies
    ours = or_(Referral.to_id.in_(mine), Referral.from_id.in_(mine))
    here = and_(
        Referral.commune_id == permit.actor.commune_id,
        Referral.case_id.in_(cases(permit).with_only_columns(Case.id)),
        ours,
    )
    return _marked(select(*Referral.__table__.c).where(here), permit)


def grounds(permit: Permit) -> Select[Any]:
    """Select as plain rows the grounds of cases in reach; a receiver is given them only to know what carries it."""
    here = and_(
        Ground.commune_id == permit.actor.commune_id, Ground.case_id.in_(cases(permit).with_only_columns(Case.id))
    )
    return _marked(select(*Ground.__table__.c).where(here), permit)


def bound(permit: Permit, kind: type[Any], case_id: UUID) -> Select[Any]:
    """Select every row of one kind that hangs on a case, to sign it again when something is taken away."""
    column = Case.id if kind is Case else kind.case_id
    return _marked(select(kind).where(kind.commune_id == permit.actor.commune_id, column == case_id), permit)


def code_taken(permit: Permit, code_tag: bytes) -> Select[Any]:
    """Count the cases of the whole commune that bear a code; it answers nothing but how many."""
    bears = and_(Case.commune_id == permit.actor.commune_id, Case.code_tag == code_tag)
    return _marked(select(func.count()).select_from(Case).where(bears), permit)


def _opened(permit: Permit, sections: frozenset[Section]) -> ColumnElement[bool]:
    """Let through what the role may open anywhere, and what it may open where its own agency or circle is owner."""
    owned = and_(Document.owner_id.in_(permit.actor.agencies), Document.section.in_(sections & permit.own))
    return or_(Document.section.in_(sections & permit.opens), owned)


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
        Reach.GRANTED: or_(holding, _carried(permit, READABLE - {SENT})),
        Reach.OFFERED: or_(holding, _carried(permit, READABLE)),
        Reach.LAPSED: _lapsed(),
        Reach.COUNTED: or_(holding, Case.owner_id.in_(actor.agencies), _given_to_count(permit)),
        Reach.AGENCY: or_(holding, Case.owner_id.in_(actor.agencies)),
    }
    return and_(here, clauses.get(permit.reach, false()))


def _carried(permit: Permit, states: frozenset[str]) -> ColumnElement[bool]:
    """Reach what was referred to my agency or circle, as long as the referral and its ground carry it."""
    mine = permit.actor.agencies
    sent = _referral(states, Ground.state == LIVE_GROUND, or_(Ground.until.is_(None), Ground.until > clock.micros()))
    return and_(_envelope(Envelope.agency_id.in_(mine)), sent.where(Referral.to_id.in_(mine)))


def _lapsed() -> ColumnElement[bool]:
    return _referral(READABLE, or_(Ground.state != LIVE_GROUND, Ground.until <= clock.micros()))


def _given_to_count(permit: Permit) -> ColumnElement[bool]:
    """Reach cases of other agencies whose facts were sealed to mine as well, so that they are counted."""
    facts = and_(Document.commune_id == Envelope.commune_id, Document.id == Envelope.document_id)
    mine = Envelope.agency_id.in_(permit.actor.agencies)
    return _envelope(mine, facts, Document.section == Section.FACTS)


def _envelope(*wanted: ColumnElement[bool]) -> Exists:
    here = tuple_(Envelope.commune_id, Envelope.case_id) == tuple_(Case.commune_id, Case.id)
    return exists().where(here, *wanted)


def _referral(states: frozenset[str], *wanted: ColumnElement[bool]) -> Exists:
    here = tuple_(Referral.commune_id, Referral.case_id) == tuple_(Case.commune_id, Case.id)
    ground = and_(Ground.commune_id == Referral.commune_id, Ground.id == Referral.ground_id)
    return exists().where(here, ground, Referral.state.in_(states), *wanted)


def _marked(statement: S, permit: Permit) -> S:
    return statement.execution_options(scope=permit)
