"""Proves a database row by row without any key of an agency: every MAC, and every newest body against its head."""

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from casework.db import Base
from casework.errors import VaultError
from casework.maintenance.dump import LEFT_OUT
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import SignedRow, columns, split_row, verify_row
from casework.vault.keys.count_ledger import Series
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Document, Head

_AT_ONCE = 500


@dataclass(frozen=True)
class Verified:
    """How many rows were checked by their MACs, and how many newest bodies by the hash in their head."""

    rows: int
    bodies: int


def kinds(*, without: Collection[str] = LEFT_OUT) -> list[type[Any]]:
    """Return every kind of row with a MAC, but those of some tables; by default, those that a backup holds."""
    maced: set[type[Any]] = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)}
    kept = (kind for kind in maced if kind.__tablename__ not in without)
    return sorted(kept, key=lambda kind: str(kind.__tablename__))


def verify_all(connection: Connection, control_of: Callable[[UUID], ServerKeys]) -> Verified:
    """Check every row and every newest body; raise VaultError at the first that does not hold."""
    versions, listed = {}, {}
    for head in plain_rows(connection, Head):
        verify_row(control_of(head.commune_id), Head, head, 0)
        versions[head.id] = head.v
        for one in heads.entries(head.listing):
            listed[head.id, one.section, one.series, one.revision] = one.digest
    count = sum(_check_all(connection, kind, control_of, versions) for kind in kinds() if kind is not Head)
    return Verified(len(versions) + count, _bodies(connection, listed))


def version(kind: type[Any], row: Any, versions: Mapping[UUID, int]) -> int:
    """Return the version of the head that a row is bound to; raise VaultError if that head is not there."""
    if kind.__head__ is None:
        return 0
    try:
        return versions[getattr(row, kind.__head__)]
    except KeyError:
        raise VaultError(f"{kind.__tablename__}: một dòng không có đầu mục.") from None


def _check_all(
    connection: Connection, kind: type[Any], control_of: Callable[[UUID], ServerKeys], versions: Mapping[UUID, int]
) -> int:
    count = 0
    with closing(plain_rows(connection, kind)) as rows:
        for row in rows:
            try:
                verify_row(control_of(getattr(row, kind.__commune__)), kind, row, version(kind, row, versions))
            except VaultError as cause:
                raise VaultError(f"Bảng {kind.__tablename__} có dòng không đúng.") from cause
            count += 1
    return count


def plain_rows(connection: Connection, kind: type[Any]) -> Generator[Any, None, None]:
    """Read every row of one kind as it stands, unchecked."""
    statement = select(*columns(kind)).execution_options(yield_per=_AT_ONCE)
    with connection.execute(statement) as rows:
        for row in rows:
            yield split_row(row, [kind])[0]


def _bodies(connection: Connection, listed: dict[tuple[UUID, int, UUID, int], bytes]) -> int:
    """Compare the body of every newest revision with what its head says; one that is not there is told too."""
    left = dict(listed)
    table: Table = Document.__table__  # type: ignore[assignment]
    key = (table.c.case_id, table.c.section, table.c.series, table.c.revision)
    for row in connection.execute(select(*key, table.c.body).execution_options(yield_per=_AT_ONCE)):
        digest = left.pop((row.case_id, row.section, row.series, row.revision), None)
        if digest is not None and digest != sha256(row.body).digest():
            raise VaultError("Bảng document có dòng không đúng.")
    missing = [place for place in left if not is_release(place)]
    if missing:
        raise VaultError("Bảng document thiếu dòng.")
    return len(listed) - len(left)


def is_release(place: tuple[UUID, int, UUID, int]) -> bool:
    """Tell a release that the ledger lists; its hash is that of a row in another table."""
    return place[2].int >> 64 == Series.RELEASE
