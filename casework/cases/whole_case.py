"""Compares a case with its head: every row that the head commits to is there as it was last written, and no other.

The opening of a case compares all of them, a list the short ones, and the rest where something did not open.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from casework.audit import read
from casework.cases import scope
from casework.cases.models import Case
from casework.cases.scope import CaseScope
from casework.errors import AlteredRows
from casework.gate import ActContext
from casework.policy.vocabulary import Reach
from casework.vault.integrity import bound_rows
from casework.vault.integrity.commitments import Part, commitment, hash_of_part, part_hash, token
from casework.vault.integrity.signed_rows import verify_row


def require_whole(context: ActContext, case: Any, head: Any) -> None:
    """Raise AlteredRow or AlteredRows unless all rows of a verified case (mapped or plain) are those of its head."""
    if bound_rows.is_changing(context.session, head.id):
        return
    tokens: defaultdict[Part, list[bytes]] = defaultdict(list)
    tokens[Part.ROUTING].append(case.mac)
    for kind in bound_rows.committed_kinds():
        if kind is not Case:
            part, columns = kind.__committed__
            for row in scope.committed_rows_of_case(context.permit, kind, head.id).on(context.session):
                if "mac" in columns:
                    verify_row(context.crypto.server_keys, kind, row, head.v)
                tokens[part].append(token(getattr(row, name) for name in columns))
    if commitment(tokens) != head.bound:
        raise AlteredRows(row="case_file")


def with_other_routing(
    context: ActContext, within: CaseScope, cases: Mapping[UUID, Any], heads: Mapping[UUID, Any]
) -> Iterator[UUID]:
    """Yield the ids of those cases whose row, grounds, referrals or notices are not those of their heads."""
    macs = {case_id: [case.mac] for case_id, case in cases.items()}
    for case_id, mac in scope.routing_macs(within).on(context.session):
        if case_id in macs:
            macs[case_id].append(mac)
    for case_id, found in macs.items():
        whole = part_hash(found) == hash_of_part(heads[case_id].bound, Part.ROUTING)
        if not whole and not bound_rows.is_changing(context.session, case_id):
            yield case_id


def without_row(context: ActContext, ids: Collection[UUID] | None = None) -> list[UUID]:
    """Return the ids of heads whose case is gone although something of it is sealed to this person.

    Who held it is gone with it. So a lead is told of all that were the agency's, whoever belongs to a circle of what
    was the circle's, and anybody else of what they have opened before.
    """
    headless = scope.heads_without_case(context.permit, ids).on(context.session).all()
    mine = context.permit.reach >= Reach.AGENCY
    return [
        row.id
        for row in headless
        if mine or row.agency_id in context.actor.circles or read.done_by(context.crypto, row.id, who=context.me)
    ]
