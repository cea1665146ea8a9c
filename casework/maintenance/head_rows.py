"""Finds every row that is bound to a head, whatever kind of head it is, so that all can be signed again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from casework.cases import scope
from casework.db import GUARDED, Base
from casework.gate import ActContext
from casework.vault.integrity.signed_rows import SignedRow
from casework.vault.models import Head

# The column by which the rows of each kind of head name it, besides the row that has its id.
_BOUND_BY = {"case": "case_id", "agency": "agency_id", "member": "member_id", "commune": "commune_id"}
_ITSELF = {"case": "case_file", "agency": "agency", "member": "member"}
# These end with the head's version instead of being signed again.
_ENDED = frozenset({"session", "interview", "tally"})


def rows(context: ActContext, head: Head) -> list[Any]:
    """Load every row that is bound to a head, which must have been loaded fresh."""
    found: list[Any] = []
    for kind in _kinds(head.kind):
        if kind.__table__.info.items() >= GUARDED.items():
            found += scope.rows_of_case(context.permit, kind, head.id).on(context.session).scalars()
        else:
            itself = kind.__tablename__ == _ITSELF.get(head.kind)
            column = kind.id if itself else getattr(kind, kind.__head__)
            here = getattr(kind, kind.__commune__) == context.commune_id
            found += context.session.execute(select(kind).where(here, column == head.id)).scalars()
    return found


def _kinds(head_kind: str) -> Iterable[type[Any]]:
    kinds: set[type[Any]] = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)}
    for kind in sorted(kinds, key=lambda one: str(one.__tablename__)):
        itself = kind.__tablename__ == _ITSELF.get(head_kind)
        if itself or (kind.__head__ == _BOUND_BY[head_kind] and kind.__tablename__ not in _ENDED):
            yield kind
