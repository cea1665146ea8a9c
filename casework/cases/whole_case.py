"""Compares a case with its head: every row that the head commits to is there as it was last written, and no other.

The opening of a case compares all of them, a list those that it reads, and the rest where something did not open.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from casework.audit import read
from casework.cases import scope
from casework.cases.models import Ground, Referral
from casework.errors import AlteredRows
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.vocabulary import Reach
from casework.vault.integrity import bound_rows
from casework.vault.integrity.commitments import Committed, Part, commitment, token
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.models import Document, Envelope

# The reaches of those to whom cases are referred.
_RECEIVING = frozenset({Reach.GRANTED, Reach.OFFERED})


class Compared(NamedTuple):
    """What of a case was compared with its head: documents without their bodies, whom each envelope is for, routing."""

    documents: Sequence[Any]
    envelopes: Sequence[Any]
    grounds: Sequence[Any]
    referrals: Sequence[Any]


def require_whole(context: ActContext, case: Any, head: Any) -> Compared | None:
    """Raise AlteredRow or AlteredRows unless all rows of a verified case (mapped or plain) are those of its head.

    Returns None in an act that has changed some of them: they were compared before, and the head says so at its end.
    """
    if bound_rows.is_changing(context.session, head.id):
        return None
    rows: dict[type[Any], Sequence[Any]] = {}
    tokens: defaultdict[Part, list[bytes]] = defaultdict(list)
    tokens[Part.CASE].append(case.mac)
    for kind in bound_rows.kinds_of_case():
        committed: Committed = kind.__committed__
        rows[kind] = scope.committed_rows_of_case(context.permit, kind, head.id).on(context.session).all()
        for row in rows[kind]:
            if "mac" in committed.columns:
                verify_row(context.crypto.server_keys, kind, row, head.v)
            tokens[committed.part].append(token(getattr(row, name) for name in committed.columns))
    if commitment(tokens) != head.bound:
        raise AlteredRows(row="case_file")
    bound_rows.note_compared(context.session, head.id)
    return Compared(rows[Document], rows[Envelope], rows[Ground], rows[Referral])


def would_find(context: ActContext, case_id: UUID, *, counts: bool = False) -> bool:
    """Tell whether somebody may know that a case does not hold: something of it is sealed to them, and they had it.

    Who held it is not known where its row was changed or is gone. So a lead may know of all that are the agency's,
    whoever belongs to a circle of what is the circle's, a receiver of what is sealed to the agency, and anybody else of
    what they have opened before. In a count (`counts`) none of the commune may be wrong.
    """
    mine = set(scope.sealed_to_mine(context.permit, case_id).on(context.session).scalars())
    if counts or not mine:
        return counts
    leads = context.permit.reach >= Reach.AGENCY and not policy().leads.isdisjoint(context.actor.roles)
    return (
        leads
        or context.permit.reach in _RECEIVING
        or bool(mine & context.actor.circles)
        or read.done_by(context.crypto, case_id, who=context.me)
    )
