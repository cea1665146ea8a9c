"""The duty roster of an agency: encrypted under a key of the server, for everybody of the staff must read it at night.

The database alone does not tell who stands by, nor on which telephone; nothing about a case is ever in it.
"""

from typing import Any
from uuid import UUID

from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad, unpad
from casework.vault.keys.kek import ServerKeys


def seal(server_keys: ServerKeys, agency_id: UUID, plain: bytes) -> bytes:
    """Return the roster of an agency, padded and encrypted under K_duty."""
    context = _context(server_keys, agency_id)
    return aead.encrypt(server_keys.duty, pad(plain), context=context, key_ref=server_keys.number)


def unseal(server_keys: ServerKeys, agency_id: UUID, blob: bytes) -> bytes:
    """Decrypt a roster; raise VaultError for one that was encrypted for another agency or key."""
    context = _context(server_keys, agency_id)
    return unpad(aead.decrypt(server_keys.duty, blob, context=context, key_ref=server_keys.number))


def rewrap(old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
    """Return a roster under the newer server's key instead of the old one."""
    return seal(newer, row.agency_id, unseal(old, row.agency_id, row.blob))


def _context(server_keys: ServerKeys, agency_id: UUID) -> bytes:
    return encode_fields("cw/1/duty", server_keys.commune_id, agency_id)
