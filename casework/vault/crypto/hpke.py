"""HPKE (RFC 9180) with the post-quantum hybrid KEM X-Wing: seals to a public key (format E2).

E2 = 01 | 02 (ML-KEM-768 with X25519, HKDF-SHA256, AES-256-GCM) | enc 1120 | ciphertext | tag 16
info = first 2 bytes | context. A version or suite byte other than these is refused.
"""

from functools import lru_cache
from hashlib import shake_256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from casework.errors import VaultError
from casework.vault.crypto.aead import MAX_BLOB_BYTES, TAG_BYTES

PUBLIC_KEY_BYTES = 1216
_ENC_BYTES = 1120
# How a blob begins: version 1 of the format, and the suite.
E2_START = b"\x01\x02"
# By how much a blob is longer than its plaintext.
E2_OVERHEAD = len(E2_START) + _ENC_BYTES + TAG_BYTES
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_PUBLIC = 1184


def private_key(seed: bytes) -> MLKEM768X25519PrivateKey:
    """Expand a 32-byte seed to its private key once, to open many blobs."""
    expanded = shake_256(seed).digest(96)
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])
    )


def public_key(seed: bytes) -> bytes:
    """Return the 1,216-byte X-Wing public key of a 32-byte seed (draft-connolly-cfrg-xwing-kem)."""
    expanded = shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key().public_bytes_raw()
    return mlkem + X25519PrivateKey.from_private_bytes(expanded[64:]).public_key().public_bytes_raw()


@lru_cache(maxsize=256)
def _public(raw: bytes) -> MLKEM768X25519PublicKey:
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:]),
    )


def seal(public: bytes, plain: bytes, *, context: bytes) -> bytes:
    """Encrypt to a 1,216-byte X-Wing public key (E2); VaultError for bytes that are no such key."""
    if len(public) != PUBLIC_KEY_BYTES:
        raise VaultError("unopened")
    try:
        return E2_START + _SUITE.encrypt(plain, _public(public), E2_START + context)
    except ValueError:
        raise VaultError("unopened") from None


def open_sealed(seed: bytes | MLKEM768X25519PrivateKey, blob: bytes, *, context: bytes) -> bytes:
    """Decrypt an E2 blob with a 32-byte seed or its expanded private key; every failure is the same VaultError."""
    if not E2_OVERHEAD <= len(blob) <= MAX_BLOB_BYTES or blob[: len(E2_START)] != E2_START:
        raise VaultError("unopened")
    try:
        expanded = private_key(seed) if isinstance(seed, bytes) else seed
        return _SUITE.decrypt(blob[len(E2_START) :], expanded, E2_START + context)
    except (InvalidTag, ValueError):
        raise VaultError("unopened") from None
