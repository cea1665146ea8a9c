"""Compares every case of the commune with its head, before a list looks for some of them by what stands in their rows.

Lists find cases and what is routed to somebody by columns that anybody with the database can change. So a row that was
changed, deleted or put back would leave them in silence, were only the rows compared that a list has found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casework.audit import freshness
from casework.audit.outside_evidence import require_current
from casework.cases import scope, trusted_addresses, whole_case
from casework.cases.models import Case, ChairNotice, Ground, Referral
from casework.errors import AlteredRows, OutdatedHead, VaultError
from casework.gate import ActContext
from casework.policy.vocabulary import Reach
from casework.vault.integrity import bound_rows, heads
from casework.vault.integrity.commitments import Part, hash_of_part, is_one_row, part_hash, token
from casework.vault.integrity.signed_rows import plain_row, verify_row
from casework.vault.keys.count_ledger import ledger_id
from casework.vault.keys.whose_key import agencies_changed
from casework.vault.models import Document, Envelope, Head

_CASE, _HEAD = plain_row(Case), plain_row(Head)
_CASE_WIDTH = len(_CASE._fields)
# What these reach hangs on grounds, referrals, notices and envelopes as well.
_BY_ROUTING = frozenset({Reach.GRANTED, Reach.OFFERED, Reach.NOTIFIED, Reach.LAPSED, Reach.COUNTED})


@dataclass
class EveryCase:
    """By id each case of a commune that holds with its head, both plain rows, and what is wrong with the others.

    `rerouted` are those of which grounds, referrals, notices or envelopes are not those of the head, once somebody
    has asked; `unsealed` the ids of those of them that are referred to the actor, who holds no envelope of them.
    """

    cases: dict[UUID, tuple[Any, Any]] = field(default_factory=dict)
    altered: dict[UUID, VaultError] = field(default_factory=dict)
    rerouted: dict[UUID, VaultError] | None = None
    unsealed: frozenset[UUID] = frozenset()

    def fault(self, case_id: UUID) -> VaultError | None:
        """Return what is wrong with a case, as far as anybody has asked in this transaction."""
        return self.altered.get(case_id) or (self.rerouted or {}).get(case_id)


def compare(context: ActContext, *, passes_over: bool, routing: bool = False) -> EveryCase:
    """Compare all cases, with `routing` also grounds, referrals and notices; note in the context what differs.

    Whoever would have found such a case is told that one does not open; in a count (`passes_over` false) that stops
    the act. For anybody else it only rings.
    """
    every = _every_case(context)
    faults = dict(every.altered)
    if routing or context.permit.reach in _BY_ROUTING:
        faults |= _rerouted(context, every)
    for case_id, fault in faults.items():
        if case_id in context.unreadable:
            continue
        told = case_id in every.unsealed or whole_case.would_find(context, case_id, counts=not passes_over)
        if not told:
            context.unseen[case_id] = fault
        elif passes_over:
            context.unreadable[case_id] = fault
        else:
            fault.about = case_id
            raise fault
    return every


def _every_case(context: ActContext) -> EveryCase:
    """Return all cases as they are in this transaction: read once, and again after the act has changed something."""
    info, changed = context.session.info, len(heads.changed_heads(context.session))
    known: tuple[int, EveryCase] | None = info.get("every_case")
    if known is None or changed or known[0] != changed:
        known = info["every_case"] = (changed, _load(context))
    return known[1]


def _load(context: ActContext) -> EveryCase:
    every = EveryCase()
    if agencies_changed(context.session, context.commune_id):
        context.unseen[context.commune_id] = AlteredRows(row="agency")
    trusted_addresses.compare(context)
    for row in scope.every_case_with_head(context.permit).on(context.session).all():
        case, head = _CASE._make(row[:_CASE_WIDTH]), _HEAD._make(row[_CASE_WIDTH:-1])
        # A row whose id is none is missed under its head.
        if not isinstance(case.id, UUID):
            continue
        try:
            _verify(context, case, head, row[-1])
        except VaultError as fault:
            every.altered[case.id] = fault
        else:
            every.cases[case.id] = case, head
    without_row = scope.heads_without_row(context.permit, ledger_id(context.commune_id))
    for head_id in without_row.on(context.session).scalars():
        every.altered[head_id] = AlteredRows(row="case_file")
    known = frozenset({*every.cases, *every.altered})
    for case_id in freshness.cases_gone(context.session, context.commune_id, known):
        every.altered[case_id] = AlteredRows(row="head")
    return every


def _verify(context: ActContext, case: Any, head: Any, newest_line: int | None) -> None:
    """Raise VaultError unless head and case hold, the head is the newest and commits to this very case."""
    if head.id is None:
        raise AlteredRows(row="head")
    verified: dict[UUID, Any] = context.session.info.setdefault("verified_in_lists", {})
    if verified.get(case.id) != (case, head):
        verify_row(context.crypto.server_keys, Head, head, 0)
        verify_row(context.crypto.server_keys, Case, case, head.v)
        verified[case.id] = (case, head)
    if bound_rows.is_changing(context.session, case.id):
        return
    require_current(context.session, head)
    if head.id != case.id or head.n != newest_line:
        raise OutdatedHead(row=head.kind)
    if not is_one_row(head.bound, case.mac):
        raise AlteredRows(row="case_file")


def require_whole(context: ActContext) -> None:
    """Raise VaultError unless every row of every case is what its head commits to: a count must miss none.

    Reads all documents but their bodies; what takes part in no count is compared all the same.
    """
    every = compare(context, passes_over=False, routing=True)
    for kinds, part in (((Document,), Part.DOCUMENTS), ((Envelope,), Part.ENVELOPES)):
        for case_id, fault in _unlike(context, every.cases, kinds, part).items():
            fault.about = case_id
            raise fault


def _rerouted(context: ActContext, every: EveryCase) -> dict[UUID, VaultError]:
    """Return what is wrong with grounds, referrals and notices, and with whatever is referred to the actor.

    A referral that names the actor's agency, with nothing sealed to it, is looked into: an envelope may be gone.
    """
    if every.rerouted is None:
        unsealed: set[UUID] = set(scope.referred_unsealed(context.permit).on(context.session).scalars())
        referred = {case_id: every.cases[case_id] for case_id in unsealed & every.cases.keys()}
        without = _unlike(context, referred, (Envelope,), Part.ENVELOPES) if referred else {}
        every.unsealed = frozenset(without)
        every.rerouted = without | _unlike(context, every.cases, (Ground, Referral, ChairNotice), Part.ROUTING)
    return every.rerouted


def _unlike(
    context: ActContext, cases: Mapping[UUID, tuple[Any, Any]], kinds: tuple[type[Any], ...], part: Part
) -> dict[UUID, VaultError]:
    """Verify every row of one part of these cases, and compare all of them with what the heads commit to.

    A row that names no case, or one that does not hold, is missed under the head that it was taken from.
    """
    found: dict[UUID, list[bytes]] = {case_id: [] for case_id in cases}
    faults: dict[UUID, VaultError] = {}
    for kind in kinds:
        columns: tuple[str, ...] = kind.__committed__.columns
        for row in scope.committed_rows(context.permit, kind).on(context.session):
            if (case := cases.get(row.case_id)) is None:
                continue
            try:
                if "mac" in columns:
                    verify_row(context.crypto.server_keys, kind, row, case[1].v)
                found[row.case_id].append(token(getattr(row, name) for name in columns))
            except VaultError as fault:
                faults[row.case_id] = fault
    for case_id, tokens in found.items():
        if not bound_rows.is_changing(context.session, case_id) and part_hash(tokens) != hash_of_part(
            cases[case_id][1].bound, part
        ):
            faults.setdefault(case_id, AlteredRows(row="case_file"))
    return faults
