"""Byte formats: injective lists, symmetric envelopes (E1), sealed envelopes (E2) and padding."""

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
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casework.errors import VaultError
from casework.vault import algorithms
from casework.vault.algorithms import NONCE_BYTES, TAG_BYTES, VERSION
from casework.vault.chance import drawn

Field: TypeAlias = int | str | UUID | bytes | None

KEY_BYTES = 32
PUBLIC_KEY_BYTES = 1216
_E1_HEAD = struct.Struct(">BBI")
_NONCE_AT, _BODY_AT = _E1_HEAD.size, _E1_HEAD.size + NONCE_BYTES
_ENC = 1120
_MLKEM_PUBLIC = 1184
_SMALLEST_PAD = 1024
_PAD_MARK = b"\x80"
# A blob larger than this was not written by us: it is refused before it is parsed.
_LARGEST = 32 * 1024 * 1024
_prefix = struct.Struct(">BI").pack
# What stands before the 16 bytes of every id; contexts of many pages are put together by hand with it.
ID = _prefix(3, 16)


def lp(*fields: Field) -> bytes:
    """Encode fields so that two different lists never give the same bytes.

    u8 count, then for each field u8 type (0 none, 1 int, 2 str, 3 uuid, 4 bytes), u32be length, bytes.
    Integers are minimal signed big-endian; times are integer microseconds UTC. At most 255 fields.
    """
    if len(fields) > 255:
        raise VaultError("too many fields")
    try:
        return b"".join([bytes((len(fields),)), *[ENCODERS[type(field)](field) for field in fields]])
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


# By the type of one field; `macs` uses it field by field.
ENCODERS = Encoders(
    {
        type(None): lambda _: b"\x00\x00\x00\x00\x00",
        int: _int,
        str: _str,
        UUID: lambda value: ID + value.int.to_bytes(16, "big"),
        bytes: lambda value: _prefix(4, len(value)) + value,
    }
)


def derive(secret: bytes, word: str, *more: Field, salt: bytes | None = None) -> bytes:
    """Derive 32 bytes for one purpose from a secret of at least 16 random bytes (HKDF-SHA256, RFC 5869)."""
    info = lp("cw/1/derive", word, *more)
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def fresh_key() -> bytes:
    """Return 32 random bytes from the operating system."""
    return drawn(KEY_BYTES)


class Cipher:
    """A 32-byte key prepared to seal and open many blobs in one request, whichever known algorithm sealed them."""

    def __init__(self, key: bytes) -> None:
        """Take the key; raises VaultError unless it has 32 bytes."""
        self._key = _whole(key)
        self._made: dict[int, algorithms.Cipher] = {}

    def __repr__(self) -> str:
        """Never print the key."""
        return "<sealed cipher>"

    def by(self, number: int) -> algorithms.Cipher:
        """Return the cipher of one algorithm."""
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = _made(self._key, number)
        return made


def _made(key: bytes, number: int) -> algorithms.Cipher:
    """Make the cipher of one algorithm; no two algorithms ever share a key."""
    own = key if number == algorithms.FIRST else derive(key, "algorithm", number)
    return algorithms.E1.known[number](own)


def _by(key: bytes | Cipher, number: int) -> algorithms.Cipher:
    return key.by(number) if isinstance(key, Cipher) else _made(_whole(key), number)


def _whole(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise VaultError("unopened")
    return key


def seal(key: bytes | Cipher, plain: bytes, *, context: bytes, key_ref: int) -> bytes:
    """Seal bytes under a 32-byte key, prepared or not (E1); the context must be given again to open."""
    number = algorithms.E1.current
    head = _E1_HEAD.pack(VERSION, number, key_ref)
    nonce = drawn(NONCE_BYTES)
    return head + nonce + _by(key, number).encrypt(nonce, plain, head + context)


def unseal(key: bytes | Cipher, blob: bytes, *, context: bytes, key_ref: int) -> bytes:
    """Open an E1 blob; every failure is the same VaultError."""
    if not _BODY_AT + TAG_BYTES <= len(blob) <= _LARGEST:
        raise VaultError("unopened")
    head = blob[:_NONCE_AT]
    version, number, ref = _E1_HEAD.unpack(head)
    if version != VERSION or ref != key_ref or number not in algorithms.E1.known:
        raise VaultError("unopened")
    try:
        return _by(key, number).decrypt(blob[_NONCE_AT:_BODY_AT], blob[_BODY_AT:], head + context)
    except InvalidTag:
        raise VaultError("unopened") from None


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
    head = algorithms.E2.newest
    try:
        return head + algorithms.E2.known[head[1]].encrypt(plain, _public(public), head + context)
    except ValueError:
        raise VaultError("unopened") from None


def receive(seed: bytes | MLKEM768X25519PrivateKey, blob: bytes, *, context: bytes) -> bytes:
    """Open an E2 blob with the 32-byte seed of its key pair, or its opener; every failure is the same VaultError."""
    head = blob[:2]
    if not 2 + _ENC + TAG_BYTES <= len(blob) <= _LARGEST or head[0] != VERSION or head[1] not in algorithms.E2.known:
        raise VaultError("unopened")
    try:
        ready = opener(seed) if isinstance(seed, bytes) else seed
        return algorithms.E2.known[head[1]].decrypt(blob[2:], ready, head + context)
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
