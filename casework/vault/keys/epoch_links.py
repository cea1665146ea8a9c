"""Links between epochs: the secret of a retired epoch under the safe key of the next, for what arrives late."""

from casework.clock import MICROSECOND
from casework.errors import VaultError
from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.models import EpochLink

_LINK_LIFETIME = 90 * 86_400 * MICROSECOND


def link_epochs(crypto: CryptoContext, old: AgencyKeys, new: AgencyKeys) -> None:
    """Encrypt the secret of the epoch that ends under the safe key of the one that begins."""
    link = EpochLink(commune_id=crypto.commune_id, agency_id=old.agency_id, epoch=old.epoch, retired=crypto.at)
    link.blob = aead.encrypt(new.safe, old.secret, context=_context(crypto, old), key_ref=new.epoch)
    crypto.session.add(link)


def expired(crypto: CryptoContext, link: EpochLink) -> bool:
    """Tell whether an epoch ended so long ago that nothing is expected to arrive for it any more."""
    return crypto.at - link.retired > _LINK_LIFETIME


def earlier_epoch(crypto: CryptoContext, newest: AgencyKeys, epoch: int) -> AgencyKeys:
    """Open the secret of an earlier epoch, link by link; raise VaultError for one that is missing or expired.

    The caller has loaded the agency with a fresh head, to whose version the links are bound.
    """
    keys = newest
    while keys.epoch > epoch:
        earlier, link = AgencyKeys(keys.agency_id, keys.epoch - 1, b""), _link(crypto, keys)
        if link is None or expired(crypto, link):
            raise VaultError("unopened")
        secret = aead.decrypt(keys.safe, link.blob, context=_context(crypto, earlier), key_ref=keys.epoch)
        keys = AgencyKeys(earlier.agency_id, earlier.epoch, secret)
    if keys.epoch != epoch:
        raise VaultError("unopened")
    return keys


def _link(crypto: CryptoContext, keys: AgencyKeys) -> EpochLink | None:
    return crypto.session.get(EpochLink, (crypto.commune_id, keys.agency_id, keys.epoch - 1))


def _context(crypto: CryptoContext, retired: AgencyKeys) -> bytes:
    return encode_fields("cw/1/epoch", crypto.commune_id, retired.agency_id, retired.epoch)
