"""The crypto context of an act: its transaction, the server's keys and the person's keyring."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import VaultError
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.keyring import AgencyKeys, Keyring


@dataclass(frozen=True)
class CryptoContext:
    """The open transaction of one act with the keys that may be used in it; `at` is its moment in microseconds."""

    session: Session
    server_keys: ServerKeys
    keyring: Keyring | None
    at: int

    @property
    def commune_id(self) -> UUID:
        return self.server_keys.commune_id

    def keys(self, agency_id: UUID) -> AgencyKeys:
        """Return the keys of an agency that this person holds, or raise VaultError."""
        if self.keyring is None:
            raise VaultError("unopened")
        return self.keyring.keys_of(agency_id)

    @property
    def held(self) -> Collection[UUID]:
        """Return the agencies and circles whose keys this person holds."""
        return self.keyring.agencies if self.keyring is not None else ()

    def holds(self, agency_id: UUID) -> bool:
        """Tell whether this person holds the keys of an agency."""
        return agency_id in self.held


@dataclass(frozen=True)
class RecipientKey:
    """An agency that something may be encrypted to: its newest epoch and public key, from rows that were verified."""

    agency_id: UUID
    epoch: int
    public_key: bytes
