"""A new epoch of an agency or circle: another secret, everything it holds sealed again under it, the old wraps gone."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from casework.errors import VaultError
from casework.vault.integrity import heads
from casework.vault.keys import epoch_links, provisioning
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.envelopes import DocumentRow, open_document_key, rewrap_envelope
from casework.vault.keys.keyring import AgencyKeys, Keyring, new_agency_keys
from casework.vault.keys.recovery import recovery_sheets
from casework.vault.models import Agency, AgencyEpoch, Envelope, EpochLink, Head, Member, Wrap


def holders(hands: CryptoContext, agency: Agency) -> set[UUID]:
    """Return the ids of those who hold the key of an agency's newest epoch; its head must have been loaded fresh."""
    wraps = (row for row in heads.bound_to_agency(hands, agency.id) if isinstance(row, Wrap))
    return {wrap.member_id for wrap in wraps if wrap.epoch == agency.epoch}


def rotate(
    hands: CryptoContext,
    agency: Agency,
    head: Head,
    members: Iterable[Member],
    sealed: Iterable[tuple[DocumentRow, Envelope]],
) -> CryptoContext:
    """Begin a new epoch of an agency and return the same hands with its new key.

    `members` are those who shall hold it, loaded fresh; `sealed` is every envelope of the agency with its document.
    Everything happens in the open transaction; the first row that does not hold stops all of it.
    """
    old = hands.keys(agency.id)
    if old.epoch != agency.epoch:
        raise VaultError("unopened")
    new = new_agency_keys(agency.id, epoch=old.epoch + 1)
    for document, envelope in sealed:
        rewrap_envelope(hands, new, envelope, open_document_key(hands, document, envelope))
    _begin(hands, agency, old, new)
    _clear(hands, agency.id)
    for member in members:
        provisioning.wrap_for_member(hands, new, member)
    hands.session.flush()
    heads.revoke(hands.session, head, heads.bound_to_agency(hands, agency.id))
    return with_keys(hands, new)


def with_keys(hands: CryptoContext, keys: AgencyKeys) -> CryptoContext:
    """Return the same hands holding one more key, or a newer one of an agency."""
    if hands.keyring is None:
        raise VaultError("unopened")
    ring = {**hands.keyring.agencies, keys.agency_id: keys}
    return replace(hands, keyring=Keyring(hands.keyring.member_id, ring))


def _begin(hands: CryptoContext, agency: Agency, old: AgencyKeys, new: AgencyKeys) -> None:
    agency.epoch, agency.rotation_due = new.epoch, False
    epoch = AgencyEpoch(commune_id=hands.commune_id, agency_id=agency.id, epoch=new.epoch)
    epoch.public_key = new.public_key
    hands.session.add(epoch)
    epoch_links.link_epochs(hands, old, new)
    recovery_sheets.seal_new_epoch(hands, new)
    hands.session.flush()


def _clear(hands: CryptoContext, agency_id: UUID) -> None:
    """Delete the wraps of epochs that have ended, and the links that are worn."""
    for row in heads.bound_to_agency(hands, agency_id):
        if isinstance(row, Wrap) or (isinstance(row, EpochLink) and epoch_links.expired(hands, row)):
            hands.session.delete(row)
    hands.session.flush()
