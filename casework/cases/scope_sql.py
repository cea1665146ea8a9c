"""SQL of the row filters, built once for each condition; cases/scope.py runs them with a permit.

Each reach of the policy is one WHERE clause over the cases; a role with no reach gets none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from casework.audit import freshness, read
from casework.cases.models import Case, ChairNotice, Ground, Referral
from casework.cases.states import (
    CARRYING_GROUND,
    READABLE,
    READABLE_NOTICE,
    CaseState,
    GroundState,
    NoticeState,
    ReferralState,
)
from casework.policy.permit import Actor
from casework.policy.vocabulary import Reach, Role, Section
from casework.vault.integrity.signed_rows import columns, signed_columns
from casework.vault.keys.envelopes import DocumentRowWithEnvelope
from casework.vault.models import Agency, Document, Envelope, Head, Member

_case, _head, _document, _envelope = (model.__table__ for model in (Case, Head, Document, Envelope))
_ground, _referral, _notice = Ground.__table__, Referral.__table__, ChairNotice.__table__
_agency = Agency.__table__
document_of_envelope = and_(_document.c.commune_id == _envelope.c.commune_id, _document.c.id == _envelope.c.document_id)
_OF_ENVELOPE = frozenset({"commune_id", "document_id", "agency_id", "epoch", "kind", "blob", "mac"})


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return "column is one of a few values" with OR, for an IN is expanded again at each run."""
    return or_(false(), *(column == value for value in sorted(values)))


_carries = among(_ground.c.state, CARRYING_GROUND)


@dataclass(frozen=True)
class SectionFilter:
    """The sections that are asked for: those that may be opened anywhere, and those where one's own agency is owner."""

    anywhere: frozenset[Section]
    owned: frozenset[Section]


@lru_cache(maxsize=1024)
def one_case(condition: ColumnElement[bool]) -> Select[Case]:
    return select(Case).where(condition)


@lru_cache(maxsize=1024)
def case_rows(condition: ColumnElement[bool]) -> Select[Any]:
    return select(_case).where(condition)


@lru_cache(maxsize=1024)
def ids(condition: ColumnElement[bool]) -> Select[Any]:
    return select(_case.c.id).where(condition)


@lru_cache(maxsize=1024)
def every_case_with_head(actor: Actor) -> Select[Any]:
    """Select a case, its head (empty if it is gone), and the number of the newest line of the log about it."""
    head = and_(_head.c.commune_id == _case.c.commune_id, _head.c.id == _case.c.id)
    number = freshness.newest_number(_case.c.commune_id, _case.c.id)
    return select(*columns(Case, Head), number).outerjoin(_head, head).where(_case.c.commune_id == actor.commune_id)


@lru_cache(maxsize=1024)
def referred_unsealed(actor: Actor) -> Select[Any]:
    """Select the cases that are referred to the actor's agency or circles and of which nothing is sealed to them."""
    to_mine = and_(_referral.c.commune_id == actor.commune_id, among(_referral.c.to_id, actor.agencies))
    mine = and_(_envelope.c.commune_id == actor.commune_id, among(_envelope.c.agency_id, actor.agencies))
    sealed = exists().where(mine, _envelope.c.case_id == _referral.c.case_id)
    rows = select(_referral.c.case_id).distinct()
    return rows.where(to_mine, among(_referral.c.state, READABLE), not_(sealed))


@lru_cache(maxsize=1024)
def documents(condition: ColumnElement[bool], actor: Actor, section_filter: SectionFilter, newest: bool) -> Select[Any]:
    """Select documents with the envelopes that the actor holds, the newest revisions or all."""
    every = _with_envelopes(select(*columns(Document, Envelope)), condition, actor, section_filter)
    return every.where(_document.c.revision == _newest_revision()) if newest else every


@lru_cache(maxsize=1024)
def document_rows(condition: ColumnElement[bool], actor: Actor, section_filter: SectionFilter) -> Select[Any]:
    """Select what `documents` does of the newest revisions, each as one narrow row."""
    rows = [
        _envelope.c[name] if name in _OF_ENVELOPE else _document.c[name] for name in DocumentRowWithEnvelope._fields
    ]
    same = _envelope.c.case_id == _document.c.case_id
    every = _with_envelopes(select(*rows), condition, actor, section_filter)
    return every.where(same, _document.c.revision == _newest_revision())


def _with_envelopes(
    rows: Select[Any], condition: ColumnElement[bool], actor: Actor, section_filter: SectionFilter
) -> Select[Any]:
    """Join documents of these cases, as far as they may be opened, with the envelopes that the actor holds."""
    joined = and_(
        _envelope.c.commune_id == _document.c.commune_id,
        _envelope.c.document_id == _document.c.id,
        among(_envelope.c.agency_id, actor.agencies),
    )
    conditions = and_(_belongs_to_cases(_document, condition, actor), _may_open(actor, section_filter))
    return rows.select_from(_document).join(_envelope, joined).where(conditions)


def _belongs_to_cases(table: Any, condition: ColumnElement[bool], actor: Actor) -> ColumnElement[bool]:
    """Let through the rows that belong to these cases; the commune is repeated, since every index begins with it."""
    return and_(table.c.commune_id == actor.commune_id, table.c.case_id.in_(select(_case.c.id).where(condition)))


def _may_open(actor: Actor, section_filter: SectionFilter) -> ColumnElement[bool]:
    """Let through what the role may open anywhere, and what it may open where its own agency or circle is owner.

    That it is one of them at all is said first: the index leads straight there, past the other sections of a case.
    """
    asked = among(_document.c.section, section_filter.anywhere | section_filter.owned)
    own = and_(among(_document.c.owner_id, actor.agencies), among(_document.c.section, section_filter.owned))
    return and_(asked, or_(among(_document.c.section, section_filter.anywhere), own))


@lru_cache(maxsize=1024)
def referrals(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the referrals that the actor has sent or received."""
    ours = or_(among(_referral.c.to_id, actor.agencies), among(_referral.c.from_id, actor.agencies))
    return select(_referral).where(_belongs_to_cases(_referral, condition, actor), ours)


@lru_cache(maxsize=1024)
def grounds(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    return select(_ground).where(_belongs_to_cases(_ground, condition, actor))


@lru_cache(maxsize=1024)
def notices(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the notices of cases of the actor's own, and those that name the actor."""
    named = and_(among(_notice.c.to_id, actor.circles), among(_notice.c.state, READABLE_NOTICE))
    own = _notice.c.case_id.in_(select(_case.c.id).where(condition, among(_case.c.owner_id, actor.agencies)))
    return select(_notice).where(_belongs_to_cases(_notice, condition, actor), or_(named, own))


@lru_cache(maxsize=1024)
def untold(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the ids of the actor's own open cases without a notice to the chair that stands."""
    notice = and_(_notice.c.commune_id == _case.c.commune_id, _notice.c.case_id == _case.c.id)
    stands = exists().where(notice, _notice.c.state != NoticeState.WITHDRAWN)
    open_case = and_(condition, _case.c.state == CaseState.OPEN, among(_case.c.owner_id, actor.agencies))
    return select(_case.c.id).where(open_case, not_(stands))


@lru_cache(maxsize=1024)
def under_review(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the ids of the cases, open or closed, with a ground that waits for the word of a second person."""
    of_case = _belongs_to_cases(_ground, condition, actor)
    return select(_ground.c.case_id).distinct().where(of_case, _ground.c.state == GroundState.REVIEW)


@lru_cache(maxsize=1024)
def promised(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the ids of the cases where consent is to be asked again, or where a call may be promised after its end."""
    run_out = and_(_carries, _ground.c.until <= bindparam("now"))
    to_ask = and_(_case.c.state == CaseState.OPEN, or_(_ground.c.state == "not_asked", run_out))
    of_case = and_(_ground.c.commune_id == _case.c.commune_id, _ground.c.case_id == _case.c.id)
    rows = select(_case.c.id).distinct().join(_ground, of_case)
    return rows.where(
        condition, _ground.c.commune_id == actor.commune_id, or_(to_ask, _ground.c.state == GroundState.WITHDRAWN)
    )


@lru_cache(maxsize=1024)
def unsent(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the ids of the open cases with a ground that carries (at `now`) and was never sent on, or that has ended.

    Whether the second person's No ended it stands in its sealed entry.
    """
    of_open_case = _belongs_to_cases(_ground, and_(condition, _case.c.state == CaseState.OPEN), actor)
    lasts = or_(_ground.c.until.is_(None), _ground.c.until > bindparam("now"))
    same = and_(_referral.c.commune_id == _ground.c.commune_id, _referral.c.ground_id == _ground.c.id)
    said = and_(_carries, lasts, not_(exists().where(same)))
    return select(_ground.c.case_id).distinct().where(of_open_case, or_(said, _ground.c.state == GroundState.WITHDRAWN))


def _newest_revision() -> Any:
    newer = _document.alias()
    same = (newer.c[name] == _document.c[name] for name in ("commune_id", "case_id", "section", "series"))
    return select(func.max(newer.c.revision)).where(*same).scalar_subquery()


@lru_cache(maxsize=1024)
def opened(condition: ColumnElement[bool]) -> Select[Any]:
    return read.openings(select(_case.c.id).where(condition))


@lru_cache
def unopened(actor: Actor) -> Select[Any]:
    """Select the receivers of what was sent before a moment, of open cases of a whole agency, for the system alone."""
    of_agency = select(_agency.c.id).where(_agency.c.commune_id == actor.commune_id, not_(_agency.c.circle))
    open_cases = select(_case.c.id).where(
        _case.c.commune_id == actor.commune_id, _case.c.state == CaseState.OPEN, _case.c.owner_id.in_(of_agency)
    )
    asked = true() if Role.SYSTEM in actor.roles else false()
    sent = [
        select(table.c.to_id, table.c.sent).where(
            table.c.commune_id == actor.commune_id,
            table.c.state == state,
            table.c.sent < bindparam("before"),
            table.c.to_id.is_not(None),
            table.c.case_id.in_(open_cases),
            asked,
        )
        for table, state in ((_referral, ReferralState.SENT), (_notice, NoticeState.SENT))
    ]
    both = union_all(*sent).subquery()
    return select(both.c.to_id, func.max(both.c.sent).label("sent")).group_by(both.c.to_id)


@lru_cache
def rows_of_case(model: Any) -> Select[Any]:
    column = Case.id if model is Case else model.case_id
    return select(model).where(model.commune_id == bindparam("commune"), column == bindparam("case"))


@lru_cache
def committed_rows_of_case(model: Any) -> Select[Any]:
    return committed_rows(model).where(model.__table__.c.case_id == bindparam("case"))


@lru_cache
def committed_rows(model: Any) -> Select[Any]:
    """Select what heads commit to, with all that the MAC covers where that is the MAC; of no document its body."""
    table = model.__table__
    committed: tuple[str, ...] = model.__committed__.columns
    names = (*signed_columns(model), "mac") if "mac" in committed else ("case_id", *committed)
    return select(*(table.c[name] for name in names)).where(table.c.commune_id == bindparam("commune"))


@lru_cache(maxsize=1024)
def heads_without_row(actor: Actor) -> Select[Any]:
    """Select the ids of the heads whose row is gone, but those of the commune: none, unless somebody has deleted one.

    What a head says of its own kind, whoever has the database can change, so each table is asked.
    """
    own_rows = (_case, Agency.__table__, Member.__table__)
    there = (exists().where(own.c.commune_id == _head.c.commune_id, own.c.id == _head.c.id) for own in own_rows)
    of_commune = or_(_head.c.id == actor.commune_id, _head.c.id == bindparam("ledger"))
    return select(_head.c.id).where(_head.c.commune_id == actor.commune_id, not_(or_(of_commune, *there)))


@lru_cache(maxsize=1024)
def sealed_to_mine(actor: Actor) -> Select[Any]:
    """Select which of the actor's agency and circles hold something of a case."""
    mine = among(_envelope.c.agency_id, actor.agencies)
    same = (_envelope.c.commune_id == actor.commune_id, _envelope.c.case_id == bindparam("case"))
    return select(_envelope.c.agency_id).distinct().where(*same, mine)


def drafted(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which drafts are reached: one's own, and for a lead those begun on or before a day (`left`)."""
    own = _case.c.holder_id == actor.member_id
    abandoned = and_(_case.c.opened <= bindparam("left"), among(_case.c.owner_id, actor.agencies))
    reached_by = or_(own, abandoned) if reach >= Reach.AGENCY else own
    return and_(_case.c.commune_id == actor.commune_id, _case.c.state == CaseState.DRAFT, reached_by)


def reachable(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which cases are reached; what depends on a referral asks for the present moment (`now`)."""
    return and_(
        _case.c.commune_id == actor.commune_id,
        among(_case.c.state, (CaseState.OPEN, CaseState.CLOSED)),
        _within_reach(actor, reach),
    )


def reachable_or_practised(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which cases are reached by an act that is done to practice cases too."""
    return or_(reachable(actor, reach), practised(actor, reach))


def practised(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which practice cases are reached: those of the actor's own agency alone, for they are sent to nobody."""
    practice = and_(_case.c.commune_id == actor.commune_id, _case.c.state == CaseState.PRACTICE)
    return and_(practice, among(_case.c.owner_id, actor.agencies), _within_reach(actor, reach))


def set_aside(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which cases that have been set aside are reached; a draft that was discarded never was a case."""
    void = and_(_case.c.commune_id == actor.commune_id, _case.c.state == CaseState.VOID, _case.c.code_tag.is_not(None))
    return and_(void, _within_reach(actor, reach))


def advised(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which contacts for advice alone are reached."""
    of_advice = and_(_case.c.commune_id == actor.commune_id, _case.c.state == CaseState.ADVICE)
    return and_(of_advice, _within_reach(actor, reach))


def began_as_advice(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which drafts that began as advice are reached."""
    return _with_advice(actor, reach, CaseState.DRAFT)


def came_of_advice(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    """Return which open cases that began as advice are reached."""
    return _with_advice(actor, reach, CaseState.OPEN)


def _with_advice(actor: Actor, reach: Reach, state: CaseState) -> ColumnElement[bool]:
    in_state = and_(_case.c.commune_id == actor.commune_id, _case.c.state == state)
    mine = among(_envelope.c.agency_id, actor.agencies)
    # Said of the document too, so that its index finds it even where nothing is known yet of how the tables are filled.
    of_advice = and_(_document.c.case_id == _case.c.id, _document.c.section == Section.ADVICE)
    beside_it = _has_envelope(mine, document_of_envelope, of_advice)
    return and_(in_state, _within_reach(actor, reach), beside_it)


def _within_reach(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    holding = or_(
        _case.c.holder_id == actor.member_id,
        _case.c.standin_id == actor.member_id,
        among(_case.c.owner_id, actor.circles),
    )
    ended = or_(not_(_carries), _ground.c.until <= bindparam("now"))
    clauses: dict[Reach, ColumnElement[bool]] = {
        Reach.OWN: _case.c.holder_id == actor.member_id,
        Reach.HOLDING: holding,
        Reach.GRANTED: or_(holding, _carried_by_referral(actor, READABLE - {ReferralState.SENT})),
        Reach.OFFERED: or_(holding, _carried_by_referral(actor, READABLE)),
        Reach.NOTIFIED: _case.c.id.in_(_noticed_to(actor)),
        Reach.LAPSED: _referred(actor, READABLE, ended),
        Reach.COUNTED: or_(holding, among(_case.c.owner_id, actor.agencies), _given_to_count(actor)),
        Reach.AGENCY: or_(holding, among(_case.c.owner_id, actor.agencies)),
    }
    return clauses.get(reach, false())


def _carried_by_referral(actor: Actor, states: frozenset[str]) -> ColumnElement[bool]:
    """Reach what was referred to my agency or circle, as long as the referral and its ground carry it."""
    lasts = or_(_ground.c.until.is_(None), _ground.c.until > bindparam("now"))
    sent = _referred(actor, states, _carries, lasts, among(_referral.c.to_id, actor.agencies))
    return and_(_has_envelope(among(_envelope.c.agency_id, actor.agencies)), sent)


def _noticed_to(actor: Actor) -> Select[Any]:
    """Select the ids of the cases of which a notice names the actor."""
    named = and_(_notice.c.commune_id == actor.commune_id, among(_notice.c.to_id, actor.circles))
    return select(_notice.c.case_id).where(named, among(_notice.c.state, READABLE_NOTICE))


def _given_to_count(actor: Actor) -> ColumnElement[bool]:
    """Reach cases of other agencies whose facts were sealed to mine as well, so that they are counted."""
    mine = among(_envelope.c.agency_id, actor.agencies)
    return _has_envelope(mine, document_of_envelope, _document.c.section == Section.FACTS)


def _has_envelope(*conditions: ColumnElement[bool]) -> Exists:
    same = tuple_(_envelope.c.commune_id, _envelope.c.case_id) == tuple_(_case.c.commune_id, _case.c.id)
    return exists().where(same, *conditions)


def _referred(actor: Actor, states: frozenset[str], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Look the referrals through once for all cases, not once for each of them."""
    ground = and_(_ground.c.commune_id == _referral.c.commune_id, _ground.c.id == _referral.c.ground_id)
    in_state = and_(_referral.c.commune_id == actor.commune_id, among(_referral.c.state, states))
    return _case.c.id.in_(select(_referral.c.case_id).where(in_state, ground, *conditions))
