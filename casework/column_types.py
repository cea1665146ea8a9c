"""Types of columns as they are read from SQLite, which keeps whatever somebody puts into one.

A value of another type comes as `Malformed`: nothing encodes it, so the MAC of its row does not hold, and whoever reads
many rows can name that one and go on. On PostgreSQL the database refuses such values itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Boolean, LargeBinary, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin

from casework.errors import VaultError

Processor: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True)
class Malformed:
    """What stands in a column that cannot hold it."""

    value: object


class MalformedLookup(VaultError, DontWrapMixin):
    """Something is looked up by a value that cannot stand where it was read."""


@lru_cache(maxsize=65_536)
def read_id(text: object) -> UUID | Malformed | None:
    """Read an id from hexadecimal digits; most ids of a request come many times, and reading one is slow."""
    if text is None:
        return None
    try:
        return UUID(hex=text) if isinstance(text, str) else Malformed(text)
    except ValueError:
        return Malformed(text)


def _write_id(value: UUID | Malformed | None) -> str | None:
    if isinstance(value, Malformed):
        raise MalformedLookup
    return None if value is None else value.hex


def _read_bytes(value: object) -> object:
    return value if value is None or isinstance(value, bytes) else Malformed(value)


def _read_flag(value: object) -> object:
    if value is None:
        return None
    return bool(value) if type(value) is int and value in (0, 1) else Malformed(value)


class Id(Uuid[UUID]):
    """A UUID: native on PostgreSQL, 32 hexadecimal digits on SQLite, read through a cache."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        if dialect.supports_native_uuid:
            return super().result_processor(dialect, coltype)  # type: ignore[no-any-return, no-untyped-call]
        return read_id

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        if dialect.supports_native_uuid:
            return super().bind_processor(dialect)
        return _write_id


class Blob(LargeBinary):
    """Bytes."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)  # type: ignore[no-any-return, no-untyped-call]
        return _read_bytes


class Flag(Boolean):
    """Yes or no, on SQLite as 1 or 0."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)  # type: ignore[no-any-return, no-untyped-call]
        return _read_flag
