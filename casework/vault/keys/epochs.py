"""A new epoch of an agency or circle: another secret, every document key wrapped again under it, the old wraps gone."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from casework.errors import VaultError
from casework.vault.integrity import heads
from casework.vault.keys import epoch_links, provisioning
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.envelopes import DocumentRow, open_document_key, rewrap_envelope
from casework.vault.keys.keyring import AgencyKeys, Keyring, new_agency_keys
from casework.vault.keys.recovery import sheets
from casework.vault.models import Agency, AgencyEpoch, Envelope, EpochLink, Head, Member, Wrap


def key_holders(crypto: CryptoContext, agency: Agency) -> set[UUID]:
    """Return the ids of those who hold the key of an agency's newest epoch; its head must have been loaded fresh."""
    wraps = (row for row in heads.bound_to_agency(crypto, agency.id) if isinstance(row, Wrap))
    return {wrap.member_id for wrap in wraps if wrap.epoch == agency.epoch}


def rotate(
    crypto: CryptoContext,
    agency: Agency,
    head: Head,
    members: Iterable[Member],
    envelopes: Iterable[tuple[DocumentRow, Envelope]],
) -> CryptoContext:
    """Begin a new epoch of an agency and return the same crypto context with its new key.

    `members` are those who shall hold it, loaded fresh; `envelopes` is every envelope of the agency with its document.
    Everything happens in the open transaction; the first row that does not hold stops all of it.
    """
    old = crypto.keys(agency.id)
    if old.epoch != agency.epoch:
        raise VaultError("unopened")
    new = new_agency_keys(agency.id, epoch=old.epoch + 1)
    for document, envelope in envelopes:
        rewrap_envelope(crypto, new, envelope, open_document_key(crypto, document, envelope))
    _begin(crypto, agency, old, new)
    _delete_expired(crypto, agency.id)
    for member in members:
        provisioning.wrap_for_member(crypto, new, member)
    crypto.session.flush()
    heads.revoke(crypto.session, head, heads.bound_to_agency(crypto, agency.id))
    return with_keys(crypto, new)


def with_keys(crypto: CryptoContext, keys: AgencyKeys) -> CryptoContext:
    """Return the same crypto context with one more key, or a newer one of an agency."""
    if crypto.keyring is None:
        raise VaultError("unopened")
    ring = {**crypto.keyring.agencies, keys.agency_id: keys}
    return replace(crypto, keyring=Keyring(crypto.keyring.member_id, ring))


def _begin(crypto: CryptoContext, agency: Agency, old: AgencyKeys, new: AgencyKeys) -> None:
    agency.epoch, agency.rotation_due = new.epoch, False
    epoch = AgencyEpoch(commune_id=crypto.commune_id, agency_id=agency.id, epoch=new.epoch)
    epoch.public_key = new.public_key
    crypto.session.add(epoch)
    epoch_links.link_epochs(crypto, old, new)
    sheets.seal_new_epoch(crypto, new)
    crypto.session.flush()


def _delete_expired(crypto: CryptoContext, agency_id: UUID) -> None:
    """Delete the wraps of epochs that have ended, and the links that have expired."""
    for row in heads.bound_to_agency(crypto, agency_id):
        if isinstance(row, Wrap) or (isinstance(row, EpochLink) and epoch_links.expired(crypto, row)):
            crypto.session.delete(row)
    crypto.session.flush()
