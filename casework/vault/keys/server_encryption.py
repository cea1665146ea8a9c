"""What the staff must read without a key of their own: encrypted under a key that the server derives from the KEK.

The database alone does not tell who stands by on which telephone, nor where a shelter is; nothing about a case is ever
in it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad, unpad
from casework.vault.keys.kek import ServerKeys


@dataclass(frozen=True)
class ServerEncryption:
    """How the `blob` of a table is encrypted: its context, the key's name in ServerKeys, the column it is bound to."""

    context: str
    key: str
    bound_to: str

    def encrypt(self, server_keys: ServerKeys, owner_id: UUID, plain: bytes) -> bytes:
        """Return the text of one row, padded and encrypted."""
        key, context = self._key(server_keys), self._context(server_keys, owner_id)
        return aead.encrypt(key, pad(plain), context=context, key_ref=server_keys.number)

    def decrypt(self, server_keys: ServerKeys, owner_id: UUID, blob: bytes) -> bytes:
        """Decrypt the text of one row; raise VaultError for one that was encrypted for another row or key."""
        key, context = self._key(server_keys), self._context(server_keys, owner_id)
        return unpad(aead.decrypt(key, blob, context=context, key_ref=server_keys.number))

    def rewrap(self, old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
        """Return the blob of a row under the newer server's key instead of the old one; an empty one has no text."""
        owner_id = getattr(row, self.bound_to)
        return self.encrypt(newer, owner_id, self.decrypt(old, owner_id, row.blob)) if row.blob else b""

    def _key(self, server_keys: ServerKeys) -> bytes:
        key: bytes = getattr(server_keys, self.key)
        return key

    def _context(self, server_keys: ServerKeys, owner_id: UUID) -> bytes:
        return encode_fields(self.context, server_keys.commune_id, owner_id)


DUTY_ROSTER = ServerEncryption("cw/1/duty", "duty", "agency_id")
ADDRESS = ServerEncryption("cw/1/address", "address", "id")
