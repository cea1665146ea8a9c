"""AES-256-GCM under one key (format E1), keys from the operating system, and HKDF.

E1 = 01 | 01 (AES-256-GCM) | u32be key_ref | nonce 12 | ciphertext | tag 16
AAD = first 6 bytes | context. A version or algorithm byte other than these is refused.
"""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casework.errors import VaultError
from casework.vault.crypto.encoding import Field, encode_fields

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
# How a blob begins: version 1 of the format, and the algorithm.
E1_START = b"\x01\x01"
_E1_HEAD = struct.Struct(">2sI")
_NONCE_AT, _BODY_AT = _E1_HEAD.size, _E1_HEAD.size + NONCE_BYTES
# By how much a blob is longer than its plaintext.
E1_OVERHEAD = _BODY_AT + TAG_BYTES
# A blob larger than this was not written by us: it is refused before it is parsed.
MAX_BLOB_BYTES = 32 * 1024 * 1024


def derive(secret: bytes, word: str, *more: Field, salt: bytes | None = None) -> bytes:
    """Derive 32 bytes for one purpose from a secret of at least 16 random bytes (HKDF-SHA256, RFC 5869)."""
    info = encode_fields("cw/1/derive", word, *more)
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def new_key() -> bytes:
    """Return 32 random bytes from the operating system's generator."""
    return os.urandom(KEY_BYTES)


def cipher(key: bytes) -> AESGCM:
    """Set up a 32-byte key once, to decrypt many blobs: it takes longer than to decrypt one."""
    if len(key) != KEY_BYTES:
        raise VaultError("unopened")
    return AESGCM(key)


def encrypt(key: bytes, plain: bytes, *, context: bytes, key_ref: int) -> bytes:
    """Encrypt under a 32-byte key (E1) with a random nonce; `decrypt` needs the same context and key_ref."""
    head = _E1_HEAD.pack(E1_START, key_ref)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + cipher(key).encrypt(nonce, plain, head + context)


def decrypt(key: bytes | AESGCM, blob: bytes, *, context: bytes, key_ref: int) -> bytes:
    """Decrypt an E1 blob with a key or its cipher; every failure is the same VaultError."""
    if not E1_OVERHEAD <= len(blob) <= MAX_BLOB_BYTES:
        raise VaultError("unopened")
    head = blob[:_NONCE_AT]
    if head != _E1_HEAD.pack(E1_START, key_ref):
        raise VaultError("unopened")
    try:
        with_key = key if isinstance(key, AESGCM) else cipher(key)
        return with_key.decrypt(blob[_NONCE_AT:_BODY_AT], blob[_BODY_AT:], head + context)
    except InvalidTag:
        raise VaultError("unopened") from None
