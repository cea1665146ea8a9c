"""What a head says of the rows that are bound to it: four hashes, so that none can be gone, planted or put back.

The MAC of a row says that it was written by the program, the version that it was not revoked since; only the head can
say that it is the newest of its kind, and that none is missing.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from casework.errors import VaultError


class Part(IntEnum):
    """The parts, each with a hash of its own: a list compares those of the rows that it reads."""

    CASE = 0
    ROUTING = 1
    DOCUMENTS = 2
    ENVELOPES = 3
    # The heads of agencies, members and the commune have none of the others, and that of a case none of these.
    OWN_ROW = CASE
    ADDRESSES = ROUTING
    MERGER = DOCUMENTS
    PROPOSALS = ENVELOPES
    # Of an agency.
    DUTY = ROUTING
    KEYS = DOCUMENTS
    # Of a member: slots, phone and passkeys, by their ids.
    CREDENTIALS = DOCUMENTS
    WRAPS = ENVELOPES


class Committed(NamedTuple):
    """In which part a kind of row is counted, and the columns that stand for a row: ids, or its MAC."""

    part: Part
    columns: tuple[str, ...] = ("mac",)


_DIGEST_BYTES = sha256().digest_size


def part_hash(tokens: Iterable[bytes]) -> bytes:
    """Return the hash of the rows of one part: of their tokens, all of one length, in ascending order.

    Raises VaultError for what is no token: SQLite keeps whatever somebody puts into a column.
    """
    try:
        return sha256(b"".join(sorted(tokens))).digest()
    except TypeError:
        raise VaultError("unopened") from None


def commitment(tokens: Mapping[Part, Collection[bytes]]) -> bytes:
    """Return what a head holds in `bound`: the hash of each part, one after the other."""
    return b"".join(part_hash(tokens.get(part, ())) for part in Part)


def is_one_row(bound: bytes, token: bytes) -> bool:
    """Tell whether the first part, that of the case, agency or member itself, is this very row."""
    return bound[:_DIGEST_BYTES] == sha256(token).digest()


def hash_of_part(bound: bytes, part: Part) -> bytes:
    """Return the hash of one part out of what a head holds."""
    return bound[part * _DIGEST_BYTES : (part + 1) * _DIGEST_BYTES]


def without_part(bound: bytes, part: Part) -> bytes:
    """Return what a head holds of all other parts."""
    return bound[: part * _DIGEST_BYTES] + bound[(part + 1) * _DIGEST_BYTES :]


def token(values: Iterable[UUID | bytes]) -> bytes:
    """Return what stands for one row, from the values of its columns; raise VaultError for a value of another kind."""
    try:
        return b"".join(value.bytes if isinstance(value, UUID) else value for value in values)
    except TypeError:
        raise VaultError("unopened") from None


NOTHING_BOUND = commitment({})
