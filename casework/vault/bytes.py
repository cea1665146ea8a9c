"""Byte formats: injective lists, symmetric envelopes (E1), sealed envelopes (E2) and padding.

E1 = 01 | 01 (AES-256-GCM) | u32be key_ref | nonce 12 | ciphertext | tag 16       AAD  = first 6 bytes | context
E2 = 01 | 02 (ML-KEM-768 with X25519, HKDF-SHA256, AES-256-GCM) | enc | ct | tag  info = first 2 bytes | context
A version, algorithm or suite byte other than these is refused.
"""

import os
import struct
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from hashlib import shake_256
from typing import Any, TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casework.errors import VaultError

Field: TypeAlias = int | str | UUID | bytes | None

KEY_BYTES = 32
PUBLIC_KEY_BYTES = 1216
NONCE_BYTES, _TAG_BYTES, _ENC_BYTES = 12, 16, 1120
# How a blob begins: its version, and the algorithm or suite that sealed it.
E1_START, E2_START = b"\x01\x01", b"\x01\x02"
_E1_HEAD = struct.Struct(">2sI")
_NONCE_AT, _BODY_AT = _E1_HEAD.size, _E1_HEAD.size + NONCE_BYTES
# By how much a blob is longer than what it seals.
E1_OVERHEAD, E2_OVERHEAD = _BODY_AT + _TAG_BYTES, len(E2_START) + _ENC_BYTES + _TAG_BYTES
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_PUBLIC = 1184
_SMALLEST_PAD = 1024
_PAD_MARK = b"\x80"
# A blob larger than this was not written by us: it is refused before it is parsed.
_LARGEST = 32 * 1024 * 1024
_prefix = struct.Struct(">BI").pack
_UUID = _prefix(3, 16)


def lp(*fields: Field) -> bytes:
    """Encode fields so that two different lists never give the same bytes.

    u8 count, then for each field u8 type (0 none, 1 int, 2 str, 3 uuid, 4 bytes), u32be length, bytes.
    Integers are minimal signed big-endian; times are integer microseconds UTC. At most 255 fields.
    """
    if len(fields) > 255:
        raise VaultError("too many fields")
    try:
        return bytes((len(fields),)) + b"".join([ENCODERS[type(field)](field) for field in fields])
    except KeyError:
        raise VaultError("cannot encode") from None


def encoded(field: Field) -> bytes:
    """Encode one field as `lp` does."""
    try:
        return ENCODERS[type(field)](field)
    except KeyError:
        raise VaultError("cannot encode") from None


@lru_cache(maxsize=16_384)
def _int(value: int) -> bytes:
    raw = value.to_bytes((value.bit_length() // 8) + 1, "big", signed=True)
    return _prefix(1, len(raw)) + raw


def _str(value: str) -> bytes:
    raw = value.encode()
    return _prefix(2, len(raw)) + raw


class Encoders(dict[type, Callable[[Any], bytes]]):
    """How a field of each type is encoded; a member of an enum is encoded as the text or number that it is."""

    def __missing__(self, kind: type) -> Callable[[Any], bytes]:
        """Find the encoder of an enum once; raise KeyError for any other type."""
        for plain in (str, int):
            if issubclass(kind, plain) and issubclass(kind, Enum):
                self[kind] = self[plain]
                return self[plain]
        raise KeyError(kind)


# By the type of one field; `macs` uses it value by value.
ENCODERS = Encoders(
    {
        type(None): lambda _: b"\x00\x00\x00\x00\x00",
        int: _int,
        str: _str,
        UUID: lambda value: _UUID + value.int.to_bytes(16, "big"),
        bytes: lambda value: _prefix(4, len(value)) + value,
    }
)


def derive(secret: bytes, word: str, *more: Field, salt: bytes | None = None) -> bytes:
    """Derive 32 bytes for one purpose from a secret of at least 16 random bytes (HKDF-SHA256, RFC 5869)."""
    info = lp("cw/1/derive", word, *more)
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def fresh_key() -> bytes:
    """Return 32 random bytes from the operating system."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, *, context: bytes, key_ref: int) -> bytes:
    """Seal bytes under a 32-byte key (E1); the context must be given again to open."""
    head = _E1_HEAD.pack(E1_START, key_ref)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + _cipher(key).encrypt(nonce, plain, head + context)


def unseal(key: bytes, blob: bytes, *, context: bytes, key_ref: int) -> bytes:
    """Open an E1 blob; every failure is the same VaultError."""
    if not E1_OVERHEAD <= len(blob) <= _LARGEST:
        raise VaultError("unopened")
    head = blob[:_NONCE_AT]
    if _E1_HEAD.unpack(head) != (E1_START, key_ref):
        raise VaultError("unopened")
    try:
        return _cipher(key).decrypt(blob[_NONCE_AT:_BODY_AT], blob[_BODY_AT:], head + context)
    except InvalidTag:
        raise VaultError("unopened") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise VaultError("unopened")
    return AESGCM(key)


def opener(seed: bytes) -> MLKEM768X25519PrivateKey:
    """Prepare the private key of a 32-byte seed, to receive many blobs."""
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


def send(public: bytes, plain: bytes, *, context: bytes) -> bytes:
    """Seal bytes to an X-Wing public key (E2: HPKE, RFC 9180, ML-KEM-768 with X25519)."""
    if len(public) != PUBLIC_KEY_BYTES:
        raise VaultError("unopened")
    try:
        return E2_START + _SUITE.encrypt(plain, _public(public), E2_START + context)
    except ValueError:
        raise VaultError("unopened") from None


def receive(seed: bytes | MLKEM768X25519PrivateKey, blob: bytes, *, context: bytes) -> bytes:
    """Open an E2 blob with the 32-byte seed of its key pair, or its opener; every failure is the same VaultError."""
    if not E2_OVERHEAD <= len(blob) <= _LARGEST or blob[: len(E2_START)] != E2_START:
        raise VaultError("unopened")
    try:
        ready = opener(seed) if isinstance(seed, bytes) else seed
        return _SUITE.decrypt(blob[len(E2_START) :], ready, E2_START + context)
    except (InvalidTag, ValueError):
        raise VaultError("unopened") from None


def pad(plain: bytes) -> bytes:
    """Hide a length: append 0x80 and zeros up to the next power of two of at least 1,024 bytes."""
    return plain + _PAD_MARK + bytes(_padded(len(plain)) - len(plain) - 1)


def _padded(length: int) -> int:
    return max(_SMALLEST_PAD, 1 << length.bit_length())


def unpad(padded: bytes) -> bytes:
    """Undo `pad`; raise VaultError on anything that `pad` does not make."""
    end = padded.rfind(_PAD_MARK)
    plain = padded[:end]
    if end < 0 or pad(plain) != padded:
        raise VaultError("unopened")
    return plain
