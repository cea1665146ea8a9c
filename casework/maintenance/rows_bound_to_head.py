"""Finds every row that is bound to a head of any kind, so that all can be signed again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from casework.cases import scope
from casework.db import GUARDED
from casework.gate import ActContext
from casework.maintenance.signed_tables import signed_kinds
from casework.vault.models import Head

# The column that names the head in rows bound to it, by the kind of head; one table holds the row that has its id.
_HEAD_COLUMN = {"case": "case_id", "agency": "agency_id", "member": "member_id", "commune": "commune_id"}
_OWN_TABLE = {"case": "case_file", "agency": "agency", "member": "member"}
# These end with the head's version instead of being signed again.
_ENDED = frozenset({"session", "interview", "tally"})


def rows_of_head(context: ActContext, head: Head) -> list[Any]:
    """Load every row that is bound to a head, which must have been loaded fresh."""
    rows: list[Any] = []
    for kind in _kinds_bound_to(head.kind):
        if kind.__table__.info.items() >= GUARDED.items():
            rows += scope.rows_of_case(context.permit, kind, head.id).on(context.session).scalars()
        else:
            is_own_table = kind.__tablename__ == _OWN_TABLE.get(head.kind)
            column = kind.id if is_own_table else getattr(kind, kind.__head__)
            in_commune = getattr(kind, kind.__commune__) == context.commune_id
            rows += context.session.execute(select(kind).where(in_commune, column == head.id)).scalars()
    return rows


def _kinds_bound_to(head_kind: str) -> Iterable[type[Any]]:
    for kind in signed_kinds(without=_ENDED):
        if kind.__tablename__ == _OWN_TABLE.get(head_kind) or kind.__head__ == _HEAD_COLUMN[head_kind]:
            yield kind
