"""The only row filters: each takes a permit and returns a statement, with its values, that the guard lets through.

A statement is built once for each actor and reach and then run with values: building costs more than running.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, or_, select

from casework.audit import fresh
from casework.cases.models import CLOSED, DRAFT, OPEN, Case
from casework.policy.permit import Actor, Permit
from casework.policy.words import Reach, Section
from casework.vault.macs import columns
from casework.vault.models import Document, Envelope, Head

LEFT_DRAFT_DAYS = 7
S = TypeVar("S", bound=Select[Any])
Asked: TypeAlias = tuple[Select[Any], dict[str, Any]]
Condition: TypeAlias = Callable[[Actor, Reach], ColumnElement[bool]]
_case, _head, _document, _envelope = (kind.__table__ for kind in (Case, Head, Document, Envelope))


@dataclass(frozen=True)
class Within:
    """The cases that an act reaches, or the drafts of a day; `ids` leaves only those of them."""

    permit: Permit
    drafts_of: int | None = None
    ids: tuple[UUID, ...] | None = None

    def only(self, ids: Collection[UUID]) -> "Within":
        """Leave only the cases with these ids."""
        return replace(self, ids=tuple(ids))

    @property
    def values(self) -> dict[str, Any]:
        """Return the values that its statements are run with."""
        given: dict[str, Any] = {} if self.ids is None else {"ids": self.ids}
        return given if self.drafts_of is None else given | {"left": self.drafts_of - LEFT_DRAFT_DAYS}

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the WHERE clause, built once for each actor and reach."""
        what = _reach if self.drafts_of is None else _drafts
        return _condition(what, self.permit.actor, self.permit.reach, self.ids is not None)


def cases(permit: Permit) -> Within:
    """Reach for the cases of this act, drafts and discarded ones left out."""
    return Within(permit)


def drafts(permit: Permit, *, today: int) -> Within:
    """Reach for one's own drafts; a lead is offered those of the agency that have lain for seven days."""
    return Within(permit, drafts_of=today)


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


def revisions(within: Within, sections: frozenset[Section]) -> Asked:
    """Select in one row every revision of those of the sections that the permit may open, with my envelope of it.

    A document for which my agency and circles hold no envelope is not found; one for which two hold one comes twice.
    """
    return _of(within, sections, newest=False)


def _of(within: Within, sections: frozenset[Section], *, newest: bool) -> Asked:
    statement, values = _asked(_documents(within.condition, within.permit.actor, newest), within)
    return statement, values | {"sections": sorted(sections & within.permit.opens)}


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
    joined = and_(
        _envelope.c.commune_id == _document.c.commune_id,
        _envelope.c.document_id == _document.c.id,
        _envelope.c.agency_id.in_(actor.agencies),
    )
    wanted = and_(
        _document.c.commune_id == actor.commune_id,
        _document.c.case_id.in_(select(_case.c.id).where(condition)),
        _document.c.section.in_(bindparam("sections", expanding=True)),
    )
    every = select(*columns(Document, Envelope)).select_from(_document).join(_envelope, joined).where(wanted)
    return every.where(_document.c.revision == _newest()) if newest else every


def _newest() -> Any:
    newer = _document.alias()
    same = (newer.c[name] == _document.c[name] for name in ("commune_id", "case_id", "section", "series"))
    return select(func.max(newer.c.revision)).where(*same).scalar_subquery()


def bound(permit: Permit, kind: type[Any], case_id: UUID) -> Asked:
    """Select every row of one kind that hangs on a case, to sign it again when something is taken away."""
    statement = _bound(kind)  # type: ignore[arg-type]
    return _marked(statement, permit), {"commune": permit.actor.commune_id, "case": case_id}


@lru_cache
def _bound(kind: Any) -> Select[Any]:
    column = Case.id if kind is Case else kind.case_id
    return select(kind).where(kind.commune_id == bindparam("commune"), column == bindparam("case"))


def code_taken(permit: Permit, code_tag: bytes) -> Select[Any]:
    """Count the cases of the whole commune that bear a code; it answers nothing but how many."""
    bears = and_(Case.commune_id == permit.actor.commune_id, Case.code_tag == code_tag)
    return _marked(select(func.count()).select_from(Case).where(bears), permit)


def _drafts(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    mine = _case.c.holder_id == actor.member_id
    left = and_(_case.c.opened <= bindparam("left"), _case.c.owner_id.in_(actor.agencies))
    reached_by = or_(mine, left) if reach >= Reach.AGENCY else mine
    return and_(_case.c.commune_id == actor.commune_id, _case.c.state == DRAFT, reached_by)


def _reach(actor: Actor, reach: Reach) -> ColumnElement[bool]:
    here = and_(_case.c.commune_id == actor.commune_id, _case.c.state.in_((OPEN, CLOSED)))
    holding = or_(
        _case.c.holder_id == actor.member_id,
        _case.c.standin_id == actor.member_id,
        _case.c.owner_id.in_(actor.circles),
    )
    clauses: dict[Reach, ColumnElement[bool]] = {
        Reach.OWN: _case.c.holder_id == actor.member_id,
        Reach.HOLDING: holding,
        Reach.GRANTED: _granted(actor),
        Reach.AGENCY: or_(holding, _case.c.owner_id.in_(actor.agencies)),
    }
    return and_(here, clauses.get(reach, false()))


def _granted(actor: Actor) -> ColumnElement[bool]:
    held = and_(
        _envelope.c.commune_id == _case.c.commune_id,
        _envelope.c.case_id == _case.c.id,
        _envelope.c.agency_id.in_(actor.agencies),
    )
    return exists().where(held)


def _marked(statement: S, permit: Permit) -> S:
    return statement.execution_options(scope=permit)
