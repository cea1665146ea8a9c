"""The injective encoding of a list of fields, from which every context and MAC is made; and padding."""

import struct
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from casework.errors import VaultError

Field: TypeAlias = int | str | UUID | bytes | None
_MIN_PADDED_BYTES = 1024
_PAD_START = b"\x80"
_prefix = struct.Struct(">BI").pack
_UUID = _prefix(3, 16)
_COUNTS = [bytes((count,)) for count in range(256)]


def encode_fields(*fields: Field) -> bytes:
    """Encode fields so that two different lists never give the same bytes ("lp" in docs/protocol.md).

    u8 count, then for each field u8 type (0 none, 1 int, 2 str, 3 uuid, 4 bytes), u32be length, bytes.
    Integers are minimal signed big-endian; times are integer microseconds UTC. At most 255 fields.
    """
    try:
        return _COUNTS[len(fields)] + b"".join([ENCODERS[type(field)](field) for field in fields])
    except IndexError:
        raise VaultError("too many fields") from None
    except KeyError:
        raise VaultError("cannot encode") from None


def encode_start(count: int, *fields: Field) -> bytes:
    """Encode the first of `count` fields, to which the encodings of the others are appended one by one."""
    return _COUNTS[count] + encode_fields(*fields)[1:]


def encode_id(value: UUID) -> bytes:
    """Encode one id as `encode_fields` does; VaultError for what is none, as a column of SQLite may hold."""
    try:
        return _UUID + value.int.to_bytes(16, "big")
    except AttributeError:
        raise VaultError("cannot encode") from None


def encode_field(field: Field) -> bytes:
    """Encode one field as `encode_fields` does."""
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

    def __missing__(self, field_type: type) -> Callable[[Any], bytes]:
        """Find the encoder of an enum once; raise KeyError for any other type."""
        for plain in (str, int):
            if issubclass(field_type, plain) and issubclass(field_type, Enum):
                self[field_type] = self[plain]
                return self[plain]
        raise KeyError(field_type)


# By the type of one field; signed_rows.py uses it value by value.
ENCODERS = Encoders(
    {
        type(None): lambda _: b"\x00\x00\x00\x00\x00",
        int: _int,
        str: _str,
        UUID: encode_id,
        bytes: lambda value: _prefix(4, len(value)) + value,
    }
)


def pad(plain: bytes) -> bytes:
    """Hide a length: append 0x80 and zeros up to the next power of two of at least 1,024 bytes."""
    return plain + _PAD_START + bytes(_padded(len(plain)) - len(plain) - 1)


def _padded(length: int) -> int:
    return max(_MIN_PADDED_BYTES, 1 << length.bit_length())


def unpad(padded: bytes) -> bytes:
    """Undo `pad`; raise VaultError on anything that `pad` does not make."""
    end = padded.rfind(_PAD_START)
    plain = padded[:end]
    if end < 0 or pad(plain) != padded:
        raise VaultError("unopened")
    return plain
