"""A MAC on every row under the server's key K_ctl: set before a row is flushed, verified when it is loaded."""

import hmac
from collections import namedtuple
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, mapped_column

from casework.db import Base
from casework.errors import AlteredRow, VaultError
from casework.vault.crypto.encoding import ENCODERS, Encoders, Field, encode_field
from casework.vault.integrity.commitments import Committed
from casework.vault.keys.kek import ServerKeys


class SignedRow:
    """A row whose every column but those in `__unsigned__` is bound by a MAC, together with the `v` of its head.

    `__head__` names the column that holds the id of that head; None binds the row to no head (v is 0). A row that is
    not `__versioned__` is signed with 0 too: its head commits to it, and it is read where that head is not.
    `__commune__` names the column that holds the id of its commune. `__committed__` says in which part of its head's
    commitment the row is counted, and by which columns (see commitments.py); None for a row that may go unnoticed.
    """

    __layout__: ClassVar[int] = 1
    __head__: ClassVar[str | None] = None
    __commune__: ClassVar[str] = "commune_id"
    __versioned__: ClassVar[bool] = True
    __unsigned__: ClassVar[frozenset[str]] = frozenset()
    __committed__: ClassVar[Committed | None] = None

    mac: Mapped[bytes] = mapped_column()


def signed_columns(kind: type[SignedRow]) -> tuple[str, ...]:
    """Return the names of the columns that the MAC of this kind of row covers, in order."""
    table = kind.__table__  # type: ignore[attr-defined]
    return tuple(sorted(str(c.key) for c in table.columns if c.key != "mac" and c.key not in kind.__unsigned__))


@dataclass(frozen=True)
class Layout:
    """How the rows of a table are signed, or were before a migration: by which names, under which head and commune."""

    table: str
    columns: tuple[str, ...]
    head: str | None = None
    commune: str = "commune_id"
    number: int = 1


def layout(kind: type[SignedRow]) -> Layout:
    """Return how this program signs the rows of a kind."""
    name = str(kind.__table__.name)  # type: ignore[attr-defined]
    return Layout(name, signed_columns(kind), version_head(kind), kind.__commune__, kind.__layout__)


def version_head(kind: type[SignedRow]) -> str | None:
    """Return the name of the column that holds the id of the head whose version is signed with a row, if one is."""
    return kind.__head__ if kind.__versioned__ else None


@dataclass(frozen=True)
class _Encoding:
    """How a kind of row is encoded: its table and column names, with a place for each value and for the version."""

    message: bytes
    read: Callable[[Any], tuple[Any, ...]]


_COLUMN = Encoders(ENCODERS | {bool: lambda value: encode_field(int(value))})
_encodings: dict[type, _Encoding] = {}


def _encoding(kind: type[SignedRow]) -> _Encoding:
    """Cache the encoding of one kind of row: a list of cases verifies some thousand rows."""
    if kind not in _encodings:
        _encodings[kind] = _encoding_of(layout(kind))
    return _encodings[kind]


@lru_cache(maxsize=256)
def _encoding_of(layout: Layout) -> _Encoding:
    columns = tuple(sorted(layout.columns))
    fields: tuple[Field, ...] = ("cw/1/ctl", layout.table, layout.number)
    count = len(fields) + 2 * len(columns) + 1
    start = bytes((count,)) + b"".join(map(encode_field, fields))
    values = b"".join(encode_field(name).replace(b"%", b"%%") + b"%b" for name in columns)
    return _Encoding(start.replace(b"%", b"%%") + values + b"%b", attrgetter(*columns))


def row_mac(server_keys: ServerKeys, kind: type[SignedRow], row: Any, v: int) -> bytes:
    """Return the MAC of a row: u32be kek id, then HMAC-SHA256 over encode_fields(table, layout, names, values, v)."""
    return _mac(server_keys, _encoding(kind), row, v)


def _mac(server_keys: ServerKeys, encoding: _Encoding, row: Any, v: int) -> bytes:
    try:
        message = encoding.message % (*[_COLUMN[type(value)](value) for value in encoding.read(row)], encode_field(v))
    except KeyError:
        raise VaultError("cannot encode") from None
    return server_keys.sign(message)


def verify_row_as(server_keys: ServerKeys, layout: Layout, row: Any, v: int) -> None:
    """Raise VaultError unless a row is one of ours that was signed as the layout says, as those of an older program."""
    ours = getattr(row, layout.commune) == server_keys.commune_id and isinstance(row.mac, bytes)
    if not ours or not hmac.compare_digest(row.mac, _mac(server_keys, _encoding_of(layout), row, v)):
        raise AlteredRow(row=layout.table)


_plain_rows: dict[type, type[Any]] = {}


def plain_row(kind: type[SignedRow]) -> type[Any]:
    """Return the named tuple of a kind's columns, into which a row of a joined statement is split to be verified."""
    if kind not in _plain_rows:
        columns = kind.__table__.columns  # type: ignore[attr-defined]
        _plain_rows[kind] = namedtuple(kind.__name__, [str(column.key) for column in columns])
    return _plain_rows[kind]


def columns(*kinds: type[SignedRow]) -> list[Any]:
    """Return all columns of some kinds of rows, for a statement whose rows go through `split_row`."""
    return [column for kind in kinds for column in kind.__table__.columns]  # type: ignore[attr-defined]


def split_row(row: Any, kinds: Iterable[type[SignedRow]]) -> list[Any]:
    """Cut a row of a joined statement into one plain row for each kind; nothing is verified yet."""
    parts, at = [], 0
    for kind in kinds:
        width = len(plain_row(kind)._fields)
        parts.append(plain_row(kind)._make(row[at : at + width]))
        at += width
    return parts


def verify_row(server_keys: ServerKeys, kind: type[SignedRow], row: Any, v: int) -> None:
    """Raise VaultError unless the row is one that we wrote, unchanged, and not revoked since."""
    commune_id = getattr(row, kind.__commune__)
    ours = commune_id is server_keys.commune_id or commune_id == server_keys.commune_id
    if (
        not ours
        or not isinstance(row.mac, bytes)
        or not hmac.compare_digest(row.mac, row_mac(server_keys, kind, row, v))
    ):
        raise AlteredRow(row=layout(kind).table)


def attach_keys(session: Session, server_keys: ServerKeys) -> None:
    """Give a transaction the keys that sign and verify; without them no signed row can be read or written."""
    session.info["server_keys"] = server_keys
    session.info["versions"] = {}


def remember_version(session: Session, head_id: UUID, v: int) -> None:
    """Note the verified version of a head, so that rows bound to it can be checked."""
    session.info["versions"][head_id] = v


def _version(session: Session, row: SignedRow) -> int:
    if (column := version_head(type(row))) is None:
        return 0
    known: dict[UUID, int] = session.info.get("versions", {})
    head_id = getattr(row, column)
    if head_id not in known:
        raise VaultError("a row was reached before its head")
    return known[head_id]


def _server_keys(session: Session | None) -> ServerKeys:
    server_keys = session.info.get("server_keys") if session is not None else None
    if not isinstance(server_keys, ServerKeys):
        raise VaultError("no server keys in this transaction")
    return server_keys


def _sign_changed(session: Session, _context: object, _instances: object) -> None:
    rows: Iterable[object] = [*session.new, *session.dirty]
    for row in rows:
        if isinstance(row, SignedRow):
            row.mac = row_mac(_server_keys(session), type(row), row, _version(session, row))


def _verify_loaded(row: object, context: Any, *_attributes: object) -> None:
    if isinstance(row, SignedRow):
        session = context.session
        verify_row(_server_keys(session), type(row), row, _version(session, row))


event.listen(Session, "before_flush", _sign_changed)
event.listen(Base, "load", _verify_loaded, propagate=True)
event.listen(Base, "refresh", _verify_loaded, propagate=True)
