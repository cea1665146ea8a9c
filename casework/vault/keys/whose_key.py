"""Compares an agency or circle, and for whom its key is sealed, with what its head commits to."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.vault.integrity import bound_rows
from casework.vault.integrity.commitments import Part, hash_of_part, is_one_row, part_hash, token
from casework.vault.models import Agency, Head, Wrap

_wrap, _head, _agency = Wrap.__table__, Head.__table__, Agency.__table__
_OF_COMMUNE = select(_wrap.c.agency_id, _wrap.c.member_id).where(_wrap.c.commune_id == bindparam("commune"))
_HEADS = (
    select(_head, _agency.c.mac.label("own_row"))
    .outerjoin(_agency, (_agency.c.commune_id == _head.c.commune_id) & (_agency.c.id == _head.c.id))
    .where(_head.c.commune_id == bindparam("commune"), _head.c.kind == "agency")
)


def is_whole(session: Session, head: Any) -> bool:
    """Tell whether the key of one agency is sealed for exactly those whom its verified head commits to."""
    return not _unlike(session, [head])


def agencies_changed(session: Session, commune_id: UUID) -> list[UUID]:
    """Return the ids of agencies and circles of which row or wraps are gone, or are others than their head says.

    The heads themselves are verified where one is believed.
    """
    rows = session.execute(_HEADS, {"commune": commune_id}).all()
    return [*_unlike(session, rows), *(row.id for row in rows if not _is_own(session, row))]


def _is_own(session: Session, head: Any) -> bool:
    if bound_rows.is_changing(session, head.id):
        return True
    return isinstance(head.own_row, bytes) and is_one_row(head.bound, head.own_row)


def _unlike(session: Session, heads: Iterable[Any]) -> list[UUID]:
    heads = list(heads)
    found: defaultdict[UUID, list[bytes]] = defaultdict(list)
    for commune_id in {head.commune_id for head in heads}:
        rows = session.execute(_OF_COMMUNE, {"commune": commune_id}).all()
        # A wrap that names nobody is missed where it was.
        named = (row for row in rows if all(isinstance(one, UUID) for one in row))
        for agency_id, member_id in named:
            found[agency_id].append(token((member_id, agency_id)))
    changing = (head for head in heads if not bound_rows.is_changing(session, head.id))
    return [head.id for head in changing if part_hash(found[head.id]) != hash_of_part(head.bound, Part.WRAPS)]
