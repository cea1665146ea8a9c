"""Row filters, the only ones: each takes a permit and returns a statement, with values, that the guard lets through.

Most filter cases; the last four filter by key: what is sealed to one agency or circle, whoever holds the cases.
A statement is built once for each actor and reach and then run with values: building costs more than running.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Result, Select, and_, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session

from casework import clock
from casework.audit import freshness
from casework.cases import scope_sql
from casework.cases.models import Case
from casework.cases.scope_sql import (
    SectionFilter,
    advised,
    began_as_advice,
    came_of_advice,
    drafted,
    practised,
    reachable,
    reachable_or_practised,
    set_aside,
)
from casework.cases.states import CaseState
from casework.policy.permit import Actor, Permit
from casework.policy.vocabulary import Reach, Role, Section
from casework.vault.integrity.signed_rows import columns
from casework.vault.models import Document, Envelope, Head

LEFT_DRAFT_DAYS = 7
# More cases than this are read by one statement for all in reach, and then picked from.
NAMED_ONE_BY_ONE = 500
Condition: TypeAlias = Callable[[Actor, Reach], ColumnElement[bool]]
_case, _head, _document, _envelope = (model.__table__ for model in (Case, Head, Document, Envelope))
# These look at whether a ground still holds at the moment of asking.
_TIMED = frozenset({Reach.GRANTED, Reach.OFFERED, Reach.LAPSED})


@dataclass(frozen=True)
class ScopedQuery:
    """A statement, the values it is run with, and the permit by which the guard lets it through."""

    statement: Select[Any]
    values: dict[str, Any]
    permit: Permit

    def on(self, session: Session) -> Result[Any]:
        """Run it with the permit as an option of execution: options of a statement would have it compiled again."""
        return session.execute(self.statement, self.values, execution_options={"scope": self.permit})


@dataclass(frozen=True)
class CaseScope:
    """The cases that an act reaches, or the drafts of a day, or what `state` says; `ids` leaves only those of them."""

    permit: Permit
    drafts_of: int | None = None
    state: CaseState | None = None
    ids: tuple[UUID, ...] | None = None

    def only(self, ids: Collection[UUID]) -> "CaseScope":
        return replace(self, ids=tuple(ids))

    @property
    def values(self) -> dict[str, Any]:
        """Return the values that its statements are run with."""
        values: dict[str, Any] = {} if self.ids is None else {"ids": self.ids}
        if self.permit.reach in _TIMED:
            values["now"] = clock.micros()
        return values if self.drafts_of is None else values | {"left": self.drafts_of - LEFT_DRAFT_DAYS}

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the WHERE clause, built once for each actor and reach."""
        conditions = {
            CaseState.VOID: set_aside,
            CaseState.ADVICE: advised,
            CaseState.DRAFT: began_as_advice,
            CaseState.OPEN: came_of_advice,
            CaseState.PRACTICE: practised,
        }
        cases = reachable_or_practised if self.permit.practice else reachable
        condition = conditions[self.state] if self.state else cases if self.drafts_of is None else drafted
        return _condition(condition, self.permit.actor, self.permit.reach, self.ids is not None)


def cases(permit: Permit) -> CaseScope:
    """Reach for the cases of this act, drafts and discarded ones left out."""
    return CaseScope(permit)


def drafts(permit: Permit, *, today: int) -> CaseScope:
    """Reach for one's own drafts; a lead is offered those of the agency that are seven days old."""
    return CaseScope(permit, drafts_of=today)


def voided(permit: Permit) -> CaseScope:
    """Reach for the cases that were opened by mistake or twice and have been set aside."""
    return CaseScope(permit, state=CaseState.VOID)


def advice(permit: Permit) -> CaseScope:
    """Reach for the contacts in which advice alone was given; no list, search or count of cases reaches them."""
    return CaseScope(permit, state=CaseState.ADVICE)


def practice(permit: Permit) -> CaseScope:
    """Reach for the practice cases; no list, search, count, reminder or referral reaches them."""
    return CaseScope(permit, state=CaseState.PRACTICE)


def promoted(permit: Permit) -> CaseScope:
    """Reach for the drafts that began as advice, as far as the advice itself was reached; for that section alone."""
    return CaseScope(permit, state=CaseState.DRAFT)


def came_of_advice_alone(permit: Permit) -> CaseScope:
    """Reach for the open cases that began as advice."""
    return CaseScope(permit, state=CaseState.OPEN)


def one_case(within: CaseScope) -> ScopedQuery:
    """Select one case as a row that can be changed."""
    return _query(scope_sql.one_case(within.condition), within)


def case_rows(within: CaseScope) -> ScopedQuery:
    """Select the cases themselves as plain rows."""
    return _query(scope_sql.case_rows(within.condition), within)


def ids(within: CaseScope) -> ScopedQuery:
    """Select the ids of the cases."""
    return _query(scope_sql.ids(within.condition), within)


def every_case_with_head(permit: Permit) -> ScopedQuery:
    """Select in one row each case of the commune, its head, and the number of the newest line of the log about it.

    They are compared, whoever's they are; which of them a list shows, another statement says.
    """
    return ScopedQuery(scope_sql.every_case_with_head(permit.actor), {}, permit)


def referred_unsealed(permit: Permit) -> ScopedQuery:
    """Select the ids of the cases that are referred to my agency or circles, and of which we hold no envelope."""
    return ScopedQuery(scope_sql.referred_unsealed(permit.actor), {}, permit)


def documents(within: CaseScope, sections: frozenset[Section]) -> ScopedQuery:
    """Select in one row the newest revision of each of the sections and an envelope that I hold; see `revisions`."""
    return _documents(within, sections, newest=True)


def document_rows(within: CaseScope, sections: frozenset[Section]) -> ScopedQuery:
    """Select what `documents` does, each as one narrow row: a list opens some thousand and loads none to be changed."""
    wanted = _section_filter(within, sections)
    return _query(scope_sql.document_rows(within.condition, within.permit.actor, wanted), within)


def revisions(within: CaseScope, sections: frozenset[Section]) -> ScopedQuery:
    """Select in one row every revision of those of the sections that the permit may open, with my envelope of it.

    A document for which my agency and circles hold no envelope is not found; one for which two hold one comes twice.
    """
    return _documents(within, sections, newest=False)


def _documents(within: CaseScope, sections: frozenset[Section], *, newest: bool) -> ScopedQuery:
    section_filter = _section_filter(within, sections)
    return _query(scope_sql.documents(within.condition, within.permit.actor, section_filter, newest), within)


def _section_filter(within: CaseScope, sections: frozenset[Section]) -> SectionFilter:
    return SectionFilter(sections & within.permit.opens, sections & within.permit.own)


def _query(statement: Select[Any], within: CaseScope, more: Mapping[str, Any] = MappingProxyType({})) -> ScopedQuery:
    return ScopedQuery(statement, {**within.values, **more}, within.permit)


@lru_cache(maxsize=1024)
def _condition(condition: Condition, actor: Actor, reach: Reach, limited: bool) -> ColumnElement[bool]:
    reached_by = condition(actor, reach)
    return and_(reached_by, _case.c.id.in_(bindparam("ids", expanding=True))) if limited else reached_by


def referrals(within: CaseScope) -> ScopedQuery:
    """Select as plain rows the referrals of these cases that my agency or circle has sent or received."""
    return _query(scope_sql.referrals(within.condition, within.permit.actor), within)


def grounds(within: CaseScope) -> ScopedQuery:
    """Select as plain rows the grounds of these cases; a receiver is given them only to know what carries it."""
    return _query(scope_sql.grounds(within.condition, within.permit.actor), within)


def notices(within: CaseScope) -> ScopedQuery:
    """Select as plain rows the notices to the chair that my agency or circle has sent, and those that name me."""
    return _query(scope_sql.notices(within.condition, within.permit.actor), within)


def untold(within: CaseScope) -> ScopedQuery:
    """Select the ids of our own open cases of which the chair has not been told; its rows are verified later."""
    return _query(scope_sql.untold(within.condition, within.permit.actor), within)


def under_review(within: CaseScope) -> ScopedQuery:
    """Select the ids of the cases with a ground that waits for a second person; its rows are verified later."""
    return _query(scope_sql.under_review(within.condition, within.permit.actor), within)


def promised(within: CaseScope) -> ScopedQuery:
    """Select the ids of the cases where somebody is to be asked again, or may have been promised a call."""
    return _query(scope_sql.promised(within.condition, within.permit.actor), within, {"now": clock.micros()})


def unsent(within: CaseScope) -> ScopedQuery:
    """Select the ids of the open cases with a live ground that was never sent on, or an ended one; verified later."""
    return _query(scope_sql.unsent(within.condition, within.permit.actor), within, {"now": clock.micros()})


def opened(within: CaseScope, *, since: int) -> ScopedQuery:
    """Select from the log who but the actor has opened each of those cases since a moment, and when."""
    actor = within.permit.actor
    values = {"commune": actor.commune_id, "me": actor.member_id, "since": since}
    return _query(scope_sql.opened(within.condition), within, values)


def rows_of_case(permit: Permit, model: type[Any], case_id: UUID) -> ScopedQuery:
    """Select every row of one kind that belongs to a case, to sign it again after a revocation."""
    statement = scope_sql.rows_of_case(model)  # type: ignore[arg-type]
    return ScopedQuery(statement, {"commune": permit.actor.commune_id, "case": case_id}, permit)


def committed_rows_of_case(permit: Permit, model: type[Any], case_id: UUID) -> ScopedQuery:
    """Select the rows of one kind that belong to a case as plain rows, to compare them with its head."""
    statement = scope_sql.committed_rows_of_case(model)  # type: ignore[arg-type]
    return ScopedQuery(statement, {"commune": permit.actor.commune_id, "case": case_id}, permit)


def committed_rows(permit: Permit, model: type[Any]) -> ScopedQuery:
    """Select what `committed_rows_of_case` does of every case of the commune."""
    statement = scope_sql.committed_rows(model)  # type: ignore[arg-type]
    return ScopedQuery(statement, {"commune": permit.actor.commune_id}, permit)


def heads_without_row(permit: Permit, ledger_id: UUID) -> ScopedQuery:
    """Select the ids of heads whose row is gone, whoever's they are: who may know of one is asked then."""
    return ScopedQuery(scope_sql.heads_without_row(permit.actor), {"ledger": ledger_id}, permit)


def sealed_to_mine(permit: Permit, case_id: UUID) -> ScopedQuery:
    """Select the ids of my agency and circles as far as something of a case is sealed to them."""
    return ScopedQuery(scope_sql.sealed_to_mine(permit.actor), {"case": case_id}, permit)


def code_taken(permit: Permit, code_tag: bytes) -> ScopedQuery:
    """Count the cases of the whole commune that bear a code; returns the number alone."""
    return ScopedQuery(_CODE_TAKEN, {"commune": permit.actor.commune_id, "code": code_tag}, permit)


_CODE_TAKEN = (
    select(func.count())
    .select_from(_case)
    .where(_case.c.commune_id == bindparam("commune"), _case.c.code_tag == bindparam("code"))
)


def unopened(permit: Permit, *, before: int) -> ScopedQuery:
    """Select for the system to what referrals and notices went that nobody has opened, each with the newest moment.

    Cases that are sealed to named people are left out, and so are practice cases, which are sent to nobody. The rows
    are not verified: all that comes of them is a sentence that says nothing.
    """
    return ScopedQuery(scope_sql.unopened(permit.actor), {"before": before}, permit)


def rows_for_console(permit: Permit, model: type[Any], condition: ColumnElement[bool], *names: str) -> ScopedQuery:
    """Select columns of every row of one table, for the console that signs all again; of no row for any other role."""
    statement = select(*(model.__table__.c[name] for name in names)).where(condition)
    return ScopedQuery(statement.where(true() if permit.role is Role.CONSOLE else false()), {}, permit)


def sealed_to(permit: Permit, agency_id: UUID) -> ScopedQuery:
    """Select every envelope of an agency or circle of the actor as a row that can be changed, with its document.

    The bodies stay where they are: a new epoch needs the document's key alone.
    """
    return ScopedQuery(_SEALED_TO, _agency_values(permit, agency_id), permit)


def heads_sealed_to(permit: Permit, agency_id: UUID) -> ScopedQuery:
    """Select the heads of every case, draft and ledger of which an agency holds an envelope, as the log knows them."""
    return ScopedQuery(_HEADS_SEALED_TO, _agency_values(permit, agency_id), permit)


def counted_sealed_to(permit: Permit, agency_id: UUID) -> ScopedQuery:
    """Count the envelopes of an agency by epoch and by how they are sealed."""
    return ScopedQuery(_COUNTED_SEALED_TO, _agency_values(permit, agency_id), permit)


def held_by(permit: Permit, member_id: UUID) -> ScopedQuery:
    """Select ids and owners of the cases and drafts that a member holds or stands in for, wherever they are sealed."""
    return ScopedQuery(_HELD_BY, {"commune": permit.actor.commune_id, "member": member_id}, permit)


def owned_by(permit: Permit, agency_id: UUID) -> ScopedQuery:
    """Count the documents, letters left out, that an agency or circle owns; returns the number alone."""
    return ScopedQuery(_OWNED_BY, {"commune": permit.actor.commune_id, "agency": agency_id}, permit)


def _agency_values(permit: Permit, agency_id: UUID) -> dict[str, Any]:
    ids = [agency_id] if agency_id in permit.actor.agencies else []
    return {"commune": permit.actor.commune_id, "agencies": ids}


_SEALED_TO_AGENCY = and_(
    _envelope.c.commune_id == bindparam("commune"), _envelope.c.agency_id.in_(bindparam("agencies", expanding=True))
)
_HELD_BY = select(_case.c.id, _case.c.owner_id).where(
    _case.c.commune_id == bindparam("commune"),
    _case.c.state.not_in((CaseState.VOID, CaseState.PRACTICE)),
    or_(_case.c.holder_id == bindparam("member"), _case.c.standin_id == bindparam("member")),
)
_OWNED_BY = (
    select(func.count())
    .select_from(_document)
    .where(
        _document.c.commune_id == bindparam("commune"),
        _document.c.owner_id == bindparam("agency"),
        _document.c.section != Section.LETTER,
    )
)
_SEALED_TO = (
    select(Envelope, *(column for column in _document.c if column.key != "body"))
    .join(_document, scope_sql.document_of_envelope)
    .where(_SEALED_TO_AGENCY)
    .order_by(_envelope.c.case_id, _envelope.c.document_id)
)
_HEADS_SEALED_TO = select(*columns(Head), *freshness.newest_line(_head.c.commune_id, _head.c.id)).where(
    _head.c.commune_id == bindparam("commune"), _head.c.id.in_(select(_envelope.c.case_id).where(_SEALED_TO_AGENCY))
)
_COUNTED_SEALED_TO = (
    select(_envelope.c.epoch, _envelope.c.kind, func.count())
    .where(_SEALED_TO_AGENCY)
    .group_by(_envelope.c.epoch, _envelope.c.kind)
)
