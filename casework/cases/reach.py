"""The reach words of the policy, each as one WHERE clause over the cases; a role with no word reaches none."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, bindparam, exists, false, not_, or_, select, tuple_

from casework.cases.models import Case, Ground, Referral
from casework.cases.states import CARRYING_GROUND, READABLE, CaseState, ReferralState
from casework.policy.permit import Actor
from casework.policy.words import Reach, Section
from casework.vault.models import Document, Envelope


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of a few values; an IN would be written anew each time that it is run."""
    return or_(false(), *(column == value for value in sorted(values)))


_case, _document, _envelope = Case.__table__, Document.__table__, Envelope.__table__
_ground, _referral = Ground.__table__, Referral.__table__
_carries = among(_ground.c.state, CARRYING_GROUND)


def drafted(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which drafts are reached: one's own, and for a lead those that have lain until a day (`left`)."""
    mine = _case.c.holder_id == actor.member_id
    left = and_(_case.c.opened <= bindparam("left"), among(_case.c.owner_id, actor.agencies))
    reached_by = or_(mine, left) if reach >= Reach.AGENCY else mine
    return and_(_case.c.commune_id == actor.commune_id, _case.c.state == CaseState.DRAFT, reached_by)


def reachable(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which cases are reached; what depends on a referral asks for the present moment (`now`)."""
    return and_(
        _case.c.commune_id == actor.commune_id,
        among(_case.c.state, (CaseState.OPEN, CaseState.CLOSED)),
        _reached(actor, reach),
    )


def set_aside(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which cases that have been set aside are reached; a draft that was discarded never was a case."""
    here = and_(_case.c.commune_id == actor.commune_id, _case.c.state == CaseState.VOID, _case.c.code_tag.is_not(None))
    return and_(here, _reached(actor, reach))


def _reached(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    holding = or_(
        _case.c.holder_id == actor.member_id,
        _case.c.standin_id == actor.member_id,
        among(_case.c.owner_id, actor.circles),
    )
    ended = or_(not_(_carries), _ground.c.until <= bindparam("now"))
    clauses: dict[Reach, ColumnElement[bool]] = {
        Reach.OWN: _case.c.holder_id == actor.member_id,
        Reach.HOLDING: holding,
        Reach.GRANTED: or_(holding, _carried(actor, READABLE - {ReferralState.SENT})),
        Reach.OFFERED: or_(holding, _carried(actor, READABLE)),
        Reach.LAPSED: _referred(actor, READABLE, ended),
        Reach.COUNTED: or_(holding, among(_case.c.owner_id, actor.agencies), _given_to_count(actor)),
        Reach.AGENCY: or_(holding, among(_case.c.owner_id, actor.agencies)),
    }
    return clauses.get(reach, false())


def _carried(actor: Actor, states: frozenset[str]) -> ColumnElement[bool]:
    """Reach what was referred to my agency or circle, as long as the referral and its ground carry it."""
    lasts = or_(_ground.c.until.is_(None), _ground.c.until > bindparam("now"))
    sent = _referred(actor, states, _carries, lasts, among(_referral.c.to_id, actor.agencies))
    return and_(_holds(among(_envelope.c.agency_id, actor.agencies)), sent)


def _given_to_count(actor: Actor) -> ColumnElement[bool]:
    """Reach cases of other agencies whose facts were sealed to mine as well, so that they are counted."""
    joined = and_(_document.c.commune_id == _envelope.c.commune_id, _document.c.id == _envelope.c.document_id)
    return _holds(among(_envelope.c.agency_id, actor.agencies), joined, _document.c.section == Section.FACTS)


def _holds(*wanted: ColumnElement[bool]) -> Exists:
    same = tuple_(_envelope.c.commune_id, _envelope.c.case_id) == tuple_(_case.c.commune_id, _case.c.id)
    return exists().where(same, *wanted)


def _referred(actor: Actor, states: frozenset[str], *wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """Look the referrals through once for all cases, not once for each of them."""
    ground = and_(_ground.c.commune_id == _referral.c.commune_id, _ground.c.id == _referral.c.ground_id)
    here = and_(_referral.c.commune_id == actor.commune_id, among(_referral.c.state, states))
    return _case.c.id.in_(select(_referral.c.case_id).where(here, ground, *wanted))
