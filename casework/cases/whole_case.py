"""Compares a case with its head: every row that the head commits to is there as it was last written, and no other.

The opening of a case compares all of them, a list those that it reads, and the rest where something did not open.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from casework.audit import read
from casework.cases import scope
from casework.cases.models import Case
from casework.errors import AlteredRows
from casework.gate import ActContext
from casework.policy.vocabulary import Reach
from casework.vault.integrity import bound_rows
from casework.vault.integrity.commitments import Committed, Part, commitment, hash_of_part, part_hash, token
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.models import Document, Envelope


class Compared(NamedTuple):
    """What of a case was compared with its head: its documents without their bodies, and whom each envelope is for."""

    documents: Sequence[Any]
    envelopes: Sequence[Any]


def require_whole(context: ActContext, case: Any, head: Any) -> Compared | None:
    """Raise AlteredRow or AlteredRows unless all rows of a verified case (mapped or plain) are those of its head.

    Returns None in an act that has changed some of them: they were compared before, and the head says so at its end.
    """
    if bound_rows.is_changing(context.session, head.id):
        return None
    rows: dict[type[Any], Sequence[Any]] = {}
    tokens: defaultdict[Part, list[bytes]] = defaultdict(list)
    tokens[Part.CASE].append(case.mac)
    for kind in bound_rows.committed_kinds():
        if kind is Case:
            continue
        committed: Committed = kind.__committed__
        rows[kind] = scope.committed_rows_of_case(context.permit, kind, head.id).on(context.session).all()
        for row in rows[kind]:
            if "mac" in committed.columns:
                verify_row(context.crypto.server_keys, kind, row, head.v)
            tokens[committed.part].append(token(getattr(row, name) for name in committed.columns))
    if commitment(tokens) != head.bound:
        raise AlteredRows(row="case_file")
    bound_rows.note_compared(context.session, head.id)
    return Compared(rows[Document], rows[Envelope])


def with_other_routing(context: ActContext, heads: Mapping[UUID, Any]) -> list[UUID]:
    """Return the ids of those cases whose grounds, referrals and notices are not those of their heads."""
    macs: dict[UUID, list[bytes]] = {case_id: [] for case_id in heads}
    ids = macs if len(macs) <= scope.NAMED_ONE_BY_ONE else None
    rows: Any = scope.routing_macs(context.permit, ids).on(context.session).all()
    for case_id, mac in rows:
        if case_id in macs:
            macs[case_id].append(mac)
    return [
        case_id
        for case_id, found in macs.items()
        if part_hash(found) != hash_of_part(heads[case_id].bound, Part.ROUTING)
        and not bound_rows.is_changing(context.session, case_id)
    ]


def without_row(context: ActContext) -> list[UUID]:
    """Return the ids of heads whose case is gone, as far as this person would have found it."""
    heads: Iterable[UUID] = scope.heads_without_case(context.permit).on(context.session).scalars()
    return [head_id for head_id in heads if would_find(context, head_id)]


def would_find(context: ActContext, case_id: UUID) -> bool:
    """Tell whether somebody may know that a case is gone: something of it is still sealed to them, and they had it.

    Who held it is gone with its row. So a lead may know of all that are the agency's, whoever belongs to a circle of
    what is the circle's, and anybody else of what they have opened before.
    """
    mine = set(scope.sealed_to_mine(context.permit, case_id).on(context.session).scalars())
    if not mine:
        return False
    leads = context.permit.reach >= Reach.AGENCY
    return leads or bool(mine & context.actor.circles) or read.done_by(context.crypto, case_id, who=context.me)
