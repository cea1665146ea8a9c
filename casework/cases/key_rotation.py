"""Gives an agency or circle a new key: everything that it holds is sealed again in one commit, or nothing is."""

import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from casework.audit import freshness
from casework.cases import scope
from casework.errors import CaseworkError, VaultError
from casework.gate import ActContext, Gate, Person, action
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import plain_row, remember_version, verify_row
from casework.vault.keys import epochs
from casework.vault.keys.recovery.models import Recovery, RecoveryOfficer, RecoveryPair
from casework.vault.models import Agency, Document, Head, Member, Slot, Wrap
from casework.vault.states import AgencyState, EnvelopeKind, MemberState

# Whose key is renewed with the agency's: a locked member may be let in again.
_KEEPS_KEY = frozenset({MemberState.ACTIVE, MemberState.LOCKED, MemberState.AWAY})
# Rows that open a circle's key, deleted when it is closed.
_KEY_ROWS = (Wrap, RecoveryPair, RecoveryOfficer, Recovery)
_HEAD = plain_row(Head)
log = logging.getLogger(__name__)


@action(Act.AGENCY_ROTATE)
def rotate(context: ActContext, agency_id: UUID) -> bool:
    """Give an agency a new key if it is due; return whether it was, for somebody else may have been first."""
    context.about = agency_id
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    if not agency.rotation_due:
        return False
    renew(context, agency)
    return True


def rotate_due(gate: Gate, person: Person, due: Collection[UUID]) -> None:
    """Renew keys that are due, with the keyring of whoever has just signed in; a failure is logged and stays due."""
    for agency_id in sorted(due):
        try:
            if allowed(person.actor, Act.AGENCY_ROTATE):
                gate.perform(person, rotate, agency_id)
        except CaseworkError:
            log.warning("a key that is due could not be renewed")


def renew(context: ActContext, agency: Agency, *, without: Collection[UUID] = ()) -> None:
    """Begin a new epoch in this commit for those who hold the key now, except those in `without`.

    Somebody who has left and kept the last key of a circle keeps nothing any more. Raises VaultError if any envelope
    of the agency was not sealed again.
    """
    holder_ids = epochs.key_holders(context.crypto, agency) - set(without)
    holders = [freshness.member(context.session, context.commune_id, member_id) for member_id in sorted(holder_ids)]
    members = [member for member in holders if member.state in _KEEPS_KEY]
    context.session.flush()
    before = _envelope_counts(context, agency.id)
    rows = _verified_envelopes(context, agency.id)
    head = freshness.head(context.session, context.commune_id, agency.id)
    context.crypto = epochs.rotate(context.crypto, agency, head, members, [(row, row.Envelope) for row in rows])
    context.session.flush()
    expected = {(agency.epoch, EnvelopeKind.KEPT): len(rows)} if rows else {}
    if len(rows) != sum(before.values()) or _envelope_counts(context, agency.id) != expected:
        raise VaultError("unopened")
    _delete_slots_of_leavers(context, holders)


def _delete_slots_of_leavers(context: ActContext, members: Iterable[Member]) -> None:
    for member in members:
        if member.state == MemberState.LEFT:
            _delete_slots(context, member)


def _delete_slots(context: ActContext, leaver: Member) -> None:
    """Delete the slots of somebody who has left, unless they keep the last key of another circle."""
    kept = select(func.count()).where(Wrap.commune_id == context.commune_id, Wrap.member_id == leaver.id)
    if not context.session.execute(kept).scalar_one():
        head = freshness.head(context.session, context.commune_id, leaver.id)
        heads.revoke_rows(context.session, head, leaver, heads.rows_of_member(context.session, leaver, Slot))


def take_key(context: ActContext, agency: Agency, member_ids: Collection[UUID]) -> None:
    """Take the key of an agency or circle from members, or from none: a new key is due, and no copy of a wrap holds."""
    agency.rotation_due = True
    _delete_key_rows(context, agency, lambda row: isinstance(row, Wrap) and row.member_id in member_ids)


def close_circle(context: ActContext, circle: Agency) -> None:
    """Close a circle that holds nothing any more: every row that opens its key is deleted."""
    holder_ids = sorted(epochs.key_holders(context.crypto, circle))
    circle.state, circle.rotation_due = AgencyState.CLOSED, False
    _delete_key_rows(context, circle, lambda row: isinstance(row, _KEY_ROWS))
    _delete_slots_of_leavers(
        context, [freshness.member(context.session, context.commune_id, holder_id) for holder_id in holder_ids]
    )


def _delete_key_rows(context: ActContext, agency: Agency, deleted: Callable[[Any], bool]) -> None:
    context.session.flush()
    remaining = []
    for row in heads.bound_to_agency(context.crypto, agency.id):
        if deleted(row):
            context.session.delete(row)
        else:
            remaining.append(row)
    context.session.flush()
    heads.revoke(context.session, freshness.head(context.session, context.commune_id, agency.id), remaining)


def _verified_envelopes(context: ActContext, agency_id: UUID) -> list[Any]:
    """Load every envelope of an agency with its document; each of them, and the head it is bound to, must hold."""
    server_keys, versions = context.crypto.server_keys, dict[UUID, int]()
    known_heads: Any = scope.heads_sealed_to(context.permit, agency_id).on(context.session)
    for row in known_heads:
        head = _HEAD._make(row[:-2])
        verify_row(server_keys, Head, head, 0)
        freshness.require_latest(context.session, head, row[-2], row[-1])
        remember_version(context.session, head.id, head.v)
        versions[head.id] = head.v
    rows = scope.sealed_to(context.permit, agency_id).on(context.session).all()
    for row in rows:
        verify_row(server_keys, Document, row, versions[row.case_id])
    return list(rows)


def _envelope_counts(context: ActContext, agency_id: UUID) -> dict[tuple[int, str], int]:
    rows: Any = scope.counted_sealed_to(context.permit, agency_id).on(context.session)
    return {(row[0], row[1]): row[2] for row in rows}
