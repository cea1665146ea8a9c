"""The statements behind the row filters, built once for each condition; cases/scope.py hands the permit beside them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from casework.audit import fresh, read
from casework.cases.models import OPEN, REVIEW, Case, Ground, Referral
from casework.cases.reach import among
from casework.policy.permit import Actor
from casework.policy.words import Section
from casework.vault.envelopes import Sheet
from casework.vault.macs import columns
from casework.vault.models import Document, Envelope, Head

_case, _head, _document, _envelope = (kind.__table__ for kind in (Case, Head, Document, Envelope))
_ground, _referral = Ground.__table__, Referral.__table__
_OF_ENVELOPE = frozenset({"commune_id", "document_id", "agency_id", "epoch", "kind", "blob", "mac"})


@dataclass(frozen=True)
class Wanted:
    """The sections that are asked for: those that may be opened anywhere, and those where one's own agency is owner."""

    anywhere: frozenset[Section]
    owned: frozenset[Section]


@lru_cache(maxsize=1024)
def one_case(condition: ColumnElement[bool]) -> Select[Case]:
    """Select a case as a row that can be changed."""
    return select(Case).where(condition)


@lru_cache(maxsize=1024)
def case_rows(condition: ColumnElement[bool]) -> Select[Any]:
    """Select cases as plain rows."""
    return select(_case).where(condition)


@lru_cache(maxsize=1024)
def reached(condition: ColumnElement[bool]) -> Select[Any]:
    """Select a case, its head, and the number of the newest line of the log about a change to it."""
    head = and_(_head.c.commune_id == _case.c.commune_id, _head.c.id == _case.c.id)
    number = fresh.newest_number(_case.c.commune_id, _case.c.id)
    return select(*columns(Case, Head), number).join(_head, head).where(condition)


@lru_cache(maxsize=1024)
def documents(condition: ColumnElement[bool], actor: Actor, wanted: Wanted, newest: bool) -> Select[Any]:
    """Select documents with the envelopes that the actor holds, the newest revisions or all."""
    every = _enveloped(select(*columns(Document, Envelope)), condition, actor, wanted)
    return every.where(_document.c.revision == _newest()) if newest else every


@lru_cache(maxsize=1024)
def sheets(condition: ColumnElement[bool], actor: Actor, wanted: Wanted) -> Select[Any]:
    """Select what `documents` does of the newest revisions, each as one narrow row."""
    rows = [_envelope.c[name] if name in _OF_ENVELOPE else _document.c[name] for name in Sheet._fields]
    same = _envelope.c.case_id == _document.c.case_id
    return _enveloped(select(*rows), condition, actor, wanted).where(same, _document.c.revision == _newest())


def _enveloped(rows: Select[Any], condition: ColumnElement[bool], actor: Actor, wanted: Wanted) -> Select[Any]:
    """Join documents of these cases, as far as they may be opened, with the envelopes that the actor holds."""
    joined = and_(
        _envelope.c.commune_id == _document.c.commune_id,
        _envelope.c.document_id == _document.c.id,
        among(_envelope.c.agency_id, actor.agencies),
    )
    found = and_(_hangs(_document, condition, actor), _may_open(actor, wanted))
    return rows.select_from(_document).join(_envelope, joined).where(found)


def _hangs(table: Any, condition: ColumnElement[bool], actor: Actor) -> ColumnElement[bool]:
    """Let through the rows that hang on these cases; the commune is said again, since every index begins with it."""
    return and_(table.c.commune_id == actor.commune_id, table.c.case_id.in_(select(_case.c.id).where(condition)))


def _may_open(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """Let through what the role may open anywhere, and what it may open where its own agency or circle is owner.

    That it is one of them at all is said first: the index leads straight there, past the other sections of a case.
    """
    asked = among(_document.c.section, wanted.anywhere | wanted.owned)
    own = and_(among(_document.c.owner_id, actor.agencies), among(_document.c.section, wanted.owned))
    return and_(asked, or_(among(_document.c.section, wanted.anywhere), own))


@lru_cache(maxsize=1024)
def present(condition: ColumnElement[bool], actor: Actor, wanted: Wanted) -> Select[Any]:
    """Select the numbers of the sections of which the actor holds an envelope."""
    joined = and_(_document.c.commune_id == _envelope.c.commune_id, _document.c.id == _envelope.c.document_id)
    mine = and_(among(_envelope.c.agency_id, actor.agencies), _may_open(actor, wanted))
    rows = select(_document.c.section).distinct().select_from(_envelope).join(_document, joined)
    return rows.where(_hangs(_envelope, condition, actor), mine)


@lru_cache(maxsize=1024)
def referrals(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the referrals that the actor has sent or received."""
    ours = or_(among(_referral.c.to_id, actor.agencies), among(_referral.c.from_id, actor.agencies))
    return select(_referral).where(_hangs(_referral, condition, actor), ours)


@lru_cache(maxsize=1024)
def grounds(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the grounds of cases."""
    return select(_ground).where(_hangs(_ground, condition, actor))


@lru_cache(maxsize=1024)
def under_review(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Select the ids of the open cases with a ground that waits for the word of a second person."""
    here = _hangs(_ground, and_(condition, _case.c.state == OPEN), actor)
    return select(_ground.c.case_id).distinct().where(here, _ground.c.state == REVIEW)


def _newest() -> Any:
    newer = _document.alias()
    same = (newer.c[name] == _document.c[name] for name in ("commune_id", "case_id", "section", "series"))
    return select(func.max(newer.c.revision)).where(*same).scalar_subquery()


@lru_cache(maxsize=1024)
def opened(condition: ColumnElement[bool]) -> Select[Any]:
    """Select who else has opened the cases, from the log."""
    return read.opened(select(_case.c.id).where(condition))


@lru_cache
def bound(kind: Any) -> Select[Any]:
    """Select every row of one kind that hangs on a case."""
    column = Case.id if kind is Case else kind.case_id
    return select(kind).where(kind.commune_id == bindparam("commune"), column == bindparam("case"))
