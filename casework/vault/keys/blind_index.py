"""Blind index: HMACs that keep a value unique without storing it, and that outlive every rotation of the KEK."""

import hmac
from hashlib import sha256
from typing import Any

from casework.vault.crypto import aead
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Commune


def new_index_key(server_keys: ServerKeys) -> bytes:
    """Return a new index key of a commune, encrypted under the server's key."""
    return aead.encrypt(server_keys.wrap, new_key(), context=_context(server_keys), key_ref=server_keys.number)


def compute(server_keys: ServerKeys, commune: Commune, word: str, value: str) -> bytes:
    """Return the 32-byte HMAC-SHA256 of a value under the commune's key; `word` keeps kinds of values apart."""
    key = aead.decrypt(server_keys.wrap, commune.marks, context=_context(server_keys), key_ref=server_keys.number)
    return hmac.digest(key, encode_fields("cw/1/mark", server_keys.commune_id, word, value), sha256)


def _context(server_keys: ServerKeys) -> bytes:
    return encode_fields("cw/1/marks", server_keys.commune_id)


def rewrap(old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
    """Return the commune's index key under the newer server's key instead of the old one."""
    key = aead.decrypt(old.wrap, row.marks, context=_context(old), key_ref=old.number)
    return aead.encrypt(newer.wrap, key, context=_context(newer), key_ref=newer.number)
