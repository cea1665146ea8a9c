"""The only row filters: each takes a permit and returns a statement, with its values, that the guard lets through.

A statement is built once for each actor and reach and then run with values: building costs more than running.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, true

from casework import clock
from casework.audit import fresh
from casework.cases.models import Case, Ground, Referral
from casework.cases.reach import drafted, reachable, set_aside
from casework.policy.permit import Actor, Permit
from casework.policy.words import Reach, Role, Section
from casework.vault.envelopes import Sheet
from casework.vault.macs import columns
from casework.vault.models import Document, Envelope, Head

LEFT_DRAFT_DAYS = 7
S = TypeVar("S", bound=Select[Any])
Asked: TypeAlias = tuple[Select[Any], dict[str, Any]]
Condition: TypeAlias = Callable[[Actor, Reach], ColumnElement[bool]]
_case, _head, _document, _envelope = (kind.__table__ for kind in (Case, Head, Document, Envelope))
_ground, _referral = Ground.__table__, Referral.__table__
_OF_ENVELOPE = frozenset({"commune_id", "document_id", "agency_id", "epoch", "kind", "blob", "mac"})
# These look at whether a ground still holds at the moment of asking.
_TIMED = frozenset({Reach.GRANTED, Reach.OFFERED, Reach.LAPSED})


@dataclass(frozen=True)
class Within:
    """The cases that an act reaches, or the drafts of a day, or those set aside; `ids` leaves only those of them."""

    permit: Permit
    drafts_of: int | None = None
    aside: bool = False
    ids: tuple[UUID, ...] | None = None

    def only(self, ids: Collection[UUID]) -> "Within":
        """Leave only the cases with these ids."""
        return replace(self, ids=tuple(ids))

    @property
    def values(self) -> dict[str, Any]:
        """Return the values that its statements are run with."""
        given: dict[str, Any] = {} if self.ids is None else {"ids": self.ids}
        if self.permit.reach in _TIMED:
            given["now"] = clock.micros()
        return given if self.drafts_of is None else given | {"left": self.drafts_of - LEFT_DRAFT_DAYS}

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the WHERE clause, built once for each actor and reach."""
        what = set_aside if self.aside else reachable if self.drafts_of is None else drafted
        return _condition(what, self.permit.actor, self.permit.reach, self.ids is not None)


def cases(permit: Permit) -> Within:
    """Reach for the cases of this act, drafts and discarded ones left out."""
    return Within(permit)


def drafts(permit: Permit, *, today: int) -> Within:
    """Reach for one's own drafts; a lead is offered those of the agency that have lain for seven days."""
    return Within(permit, drafts_of=today)


def voided(permit: Permit) -> Within:
    """Reach for the cases that were opened by mistake or twice and have been set aside."""
    return Within(permit, aside=True)


def row(within: Within) -> Asked:
    """Select the case that was reached as a row that can be changed."""
    return _asked(_one_case(within.condition), within)


def case_rows(within: Within) -> Asked:
    """Select the cases themselves as plain rows."""
    return _asked(_case_rows(within.condition), within)


def reached(within: Within) -> Asked:
    """Select in one row a case, its head, and the number of the newest line of the log about a change to it."""
    return _asked(_reached(within.condition), within)


def documents(within: Within, sections: frozenset[Section]) -> Asked:
    """Select in one row the newest revision of each of the sections and an envelope that I hold; see `revisions`."""
    return _of(within, sections, newest=True)


def sheets(within: Within, sections: frozenset[Section]) -> Asked:
    """Select what `documents` does, each as one narrow row: a list opens some thousand and loads none to be changed."""
    statement, values = _asked(_sheets(within.condition, within.permit.actor), within)
    return statement, values | _opened(within.permit, sections)


def revisions(within: Within, sections: frozenset[Section]) -> Asked:
    """Select in one row every revision of those of the sections that the permit may open, with my envelope of it.

    A document for which my agency and circles hold no envelope is not found; one for which two hold one comes twice.
    """
    return _of(within, sections, newest=False)


def _of(within: Within, sections: frozenset[Section], *, newest: bool) -> Asked:
    statement, values = _asked(_documents(within.condition, within.permit.actor, newest), within)
    return statement, values | _opened(within.permit, sections)


def _opened(permit: Permit, sections: frozenset[Section]) -> dict[str, Any]:
    return {"sections": sorted(sections & permit.opens), "owned": sorted(sections & permit.own)}


def _asked(statement: S, within: Within) -> tuple[S, dict[str, Any]]:
    return _marked(statement, within.permit), within.values


@lru_cache(maxsize=1024)
def _condition(what: Condition, actor: Actor, reach: Reach, some: bool) -> ColumnElement[bool]:
    reached_by = what(actor, reach)
    return and_(reached_by, _case.c.id.in_(bindparam("ids", expanding=True))) if some else reached_by


@lru_cache(maxsize=1024)
def _one_case(condition: ColumnElement[bool]) -> Select[Case]:
    return select(Case).where(condition)


@lru_cache(maxsize=1024)
def _case_rows(condition: ColumnElement[bool]) -> Select[Any]:
    return select(_case).where(condition)


@lru_cache(maxsize=1024)
def _reached(condition: ColumnElement[bool]) -> Select[Any]:
    head = and_(_head.c.commune_id == _case.c.commune_id, _head.c.id == _case.c.id)
    number = fresh.newest_number(_case.c.commune_id, _case.c.id)
    return select(*columns(Case, Head), number).join(_head, head).where(condition)


@lru_cache(maxsize=1024)
def _documents(condition: ColumnElement[bool], actor: Actor, newest: bool) -> Select[Any]:
    every = _enveloped(select(*columns(Document, Envelope)), condition, actor)
    return every.where(_document.c.revision == _newest()) if newest else every


@lru_cache(maxsize=1024)
def _sheets(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    rows = [_envelope.c[name] if name in _OF_ENVELOPE else _document.c[name] for name in Sheet._fields]
    same = _envelope.c.case_id == _document.c.case_id
    return _enveloped(select(*rows), condition, actor).where(same, _document.c.revision == _newest())


def _enveloped(rows: Select[Any], condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Join documents of these cases, as far as they may be opened, with the envelopes that the actor holds."""
    joined = and_(
        _envelope.c.commune_id == _document.c.commune_id,
        _envelope.c.document_id == _document.c.id,
        _envelope.c.agency_id.in_(actor.agencies),
    )
    wanted = and_(
        _document.c.commune_id == actor.commune_id,
        _document.c.case_id.in_(select(_case.c.id).where(condition)),
        _may_open(actor),
    )
    return rows.select_from(_document).join(_envelope, joined).where(wanted)


def _may_open(actor: Actor) -> ColumnElement[bool]:
    """Let through what the role may open anywhere, and what it may open where its own agency or circle is owner."""
    anywhere = _document.c.section.in_(bindparam("sections", expanding=True))
    own = _document.c.section.in_(bindparam("owned", expanding=True))
    return or_(anywhere, and_(_document.c.owner_id.in_(actor.agencies), own))


def present(within: Within) -> Asked:
    """Select the numbers of the sections of which my agency or circle holds an envelope, of any revision."""
    statement, values = _asked(_present(within.condition, within.permit.actor), within)
    return statement, values | _opened(within.permit, frozenset(Section))


@lru_cache(maxsize=1024)
def _present(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    joined = and_(_document.c.commune_id == _envelope.c.commune_id, _document.c.id == _envelope.c.document_id)
    mine = and_(_envelope.c.agency_id.in_(actor.agencies), _may_open(actor))
    rows = select(_document.c.section).distinct().select_from(_envelope).join(_document, joined)
    return rows.where(_envelope.c.case_id.in_(select(_case.c.id).where(condition)), mine)


def referrals(within: Within) -> Asked:
    """Select as plain rows the referrals of these cases that my agency or circle has sent or received."""
    return _asked(_referrals(within.condition, within.permit.actor), within)


@lru_cache(maxsize=1024)
def _referrals(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    ours = or_(_referral.c.to_id.in_(actor.agencies), _referral.c.from_id.in_(actor.agencies))
    return select(_referral).where(_referral.c.case_id.in_(select(_case.c.id).where(condition)), ours)


def grounds(within: Within) -> Asked:
    """Select as plain rows the grounds of these cases; a receiver is given them only to know what carries it."""
    return _asked(_grounds(within.condition), within)


@lru_cache(maxsize=1024)
def _grounds(condition: ColumnElement[bool]) -> Select[Any]:
    return select(_ground).where(_ground.c.case_id.in_(select(_case.c.id).where(condition)))


def _newest() -> Any:
    newer = _document.alias()
    same = (newer.c[name] == _document.c[name] for name in ("commune_id", "case_id", "section", "series"))
    return select(func.max(newer.c.revision)).where(*same).scalar_subquery()


def having(within: Within, section: Section) -> Asked:
    """Select the ids of those cases in which a section was ever written; whoever opens them verifies them first."""
    statement, values = _asked(_having(within.condition), within)
    return statement, values | {"section": section}


@lru_cache(maxsize=1024)
def _having(condition: ColumnElement[bool]) -> Select[Any]:
    here = _document.c.case_id.in_(select(_case.c.id).where(condition))
    return select(_document.c.case_id).distinct().where(here, _document.c.section == bindparam("section"))


def bound(permit: Permit, kind: type[Any], case_id: UUID) -> Asked:
    """Select every row of one kind that hangs on a case, to sign it again when something is taken away."""
    statement = _bound(kind)  # type: ignore[arg-type]
    return _marked(statement, permit), {"commune": permit.actor.commune_id, "case": case_id}


@lru_cache
def _bound(kind: Any) -> Select[Any]:
    column = Case.id if kind is Case else kind.case_id
    return select(kind).where(kind.commune_id == bindparam("commune"), column == bindparam("case"))


def code_taken(permit: Permit, code_tag: bytes) -> Asked:
    """Count the cases of the whole commune that bear a code; it answers nothing but how many."""
    return _marked(_TAKEN, permit), {"commune": permit.actor.commune_id, "code": code_tag}


_TAKEN = (
    select(func.count())
    .select_from(_case)
    .where(_case.c.commune_id == bindparam("commune"), _case.c.code_tag == bindparam("code"))
)


def every(permit: Permit, kind: type[Any], *names: str) -> Select[Any]:
    """Select some columns of every row of one kind, for the console that signs all anew; for others of no row."""
    some = select(*(kind.__table__.c[name] for name in names))
    return _marked(some.where(true() if permit.role is Role.CONSOLE else false()), permit)


def _marked(statement: S, permit: Permit) -> S:
    return statement.execution_options(scope=permit)
