"""Keys of agencies: how they are made, wrapped for a member, and opened for the length of one request."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from casework.errors import VaultError
from casework.sealed import Sealed
from casework.vault.crypto import aead, hpke
from casework.vault.crypto.aead import derive, new_key
from casework.vault.crypto.encoding import encode_fields
from casework.vault.crypto.hpke import public_key


@dataclass(frozen=True)
class AgencyKeys(Sealed):
    """The secret of an agency for one epoch: a seed for what is sent to it, a safe key for what it keeps."""

    agency_id: UUID
    epoch: int
    secret: bytes

    @cached_property
    def seed(self) -> bytes:
        """Return the seed of the agency's key pair."""
        return derive(self.secret, "kem")

    @cached_property
    def safe(self) -> bytes:
        return derive(self.secret, "safe")

    @cached_property
    def safe_cipher(self) -> AESGCM:
        """Return the safe key set up, which opens many envelopes."""
        return aead.cipher(self.safe)

    @cached_property
    def private_key(self) -> MLKEM768X25519PrivateKey:
        """Return the expanded private key, which opens many envelopes."""
        return hpke.private_key(self.seed)

    @property
    def public_key(self) -> bytes:
        """Return the agency's public key of this epoch."""
        return public_key(self.seed)


@dataclass(frozen=True)
class Keyring(Sealed):
    """What one signed-in person can open: the keys of their agency and circles; lives for one request."""

    member_id: UUID
    agencies: Mapping[UUID, AgencyKeys]

    def keys_of(self, agency_id: UUID) -> AgencyKeys:
        """Return the keys of one agency, or raise VaultError if this person has none."""
        try:
            return self.agencies[agency_id]
        except KeyError:
            raise VaultError("unopened") from None


def new_agency_keys(agency_id: UUID, *, epoch: int = 1) -> AgencyKeys:
    return AgencyKeys(agency_id=agency_id, epoch=epoch, secret=new_key())


def wrap(keys: AgencyKeys, member_public_key: bytes, *, commune_id: UUID, member_id: UUID) -> bytes:
    """Encrypt an agency's secret to one member's public key."""
    return hpke.seal(
        member_public_key, keys.secret, context=_context(commune_id, keys.agency_id, keys.epoch, member_id)
    )


def unwrap(seed: bytes, blob: bytes, *, commune_id: UUID, agency_id: UUID, epoch: int, member_id: UUID) -> AgencyKeys:
    """Decrypt an agency's secret with a member's seed."""
    secret = hpke.open_sealed(seed, blob, context=_context(commune_id, agency_id, epoch, member_id))
    return AgencyKeys(agency_id=agency_id, epoch=epoch, secret=secret)


def _context(commune_id: UUID, agency_id: UUID, epoch: int, member_id: UUID) -> bytes:
    return encode_fields("cw/1/member", commune_id, agency_id, epoch, member_id)
