"""Verifies a database row by row without any key of an agency: every MAC, and every newest body against its head."""

from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from casework.errors import VaultError
from casework.maintenance.signed_tables import ROWS_AT_ONCE, head_version, plain_rows, signed_kinds
from casework.vault.integrity import bound_rows, heads
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.keys.count_ledger import Series
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Document, Head


@dataclass(frozen=True)
class VerifiedCounts:
    """How many rows were verified by their MACs, and how many newest bodies by the hash in their head."""

    rows: int
    bodies: int


def verify_all(connection: Connection, server_keys_of: Callable[[UUID], ServerKeys]) -> VerifiedCounts:
    """Verify every row and every newest body; raise VaultError at the first that does not verify."""
    versions, listed, head_rows = {}, {}, list(plain_rows(connection, Head))
    for head in head_rows:
        verify_row(server_keys_of(head.commune_id), Head, head, 0)
        versions[head.id] = head.v
        for entry in heads.listed_revisions(head.listing):
            listed[head.id, entry.section, entry.series, entry.revision] = entry.digest
    count = sum(_verify_kind(connection, kind, server_keys_of, versions) for kind in signed_kinds() if kind is not Head)
    if heads_without_their_rows(connection, head_rows):
        raise VaultError(
            "Bảng head có mục mà dòng bị bỏ hoặc thay. / A row that head lists was dropped or put in another's place."
        )
    return VerifiedCounts(len(versions) + count, _verify_bodies(connection, listed))


def heads_without_their_rows(connection: Connection, head_rows: Collection[Any]) -> list[UUID]:
    """Return the ids of the heads whose rows are not those that they commit to."""
    communes = {head.commune_id for head in head_rows if isinstance(head.commune_id, UUID)}
    found = bound_rows.all_commitments(connection, communes)
    return [*bound_rows.unlike(head_rows, found), *(found.keys() - {head.id for head in head_rows})]


def _verify_kind(
    connection: Connection, kind: type[Any], server_keys_of: Callable[[UUID], ServerKeys], versions: Mapping[UUID, int]
) -> int:
    count = 0
    with closing(plain_rows(connection, kind)) as rows:
        for row in rows:
            try:
                verify_row(server_keys_of(getattr(row, kind.__commune__)), kind, row, head_version(kind, row, versions))
            except VaultError as cause:
                raise VaultError(
                    f"Bảng {kind.__tablename__} có dòng không đúng. Hãy chạy `casework verify`. / A row of table "
                    f"{kind.__tablename__} does not hold. Run `casework verify`."
                ) from cause
            count += 1
    return count


def _verify_bodies(connection: Connection, listed: dict[tuple[UUID, int, UUID, int], bytes]) -> int:
    """Compare every newest body with the hash in its head, and miss none; return how many."""
    unseen = dict(listed)
    table: Table = Document.__table__  # type: ignore[assignment]
    key = (table.c.case_id, table.c.section, table.c.series, table.c.revision)
    for row in connection.execute(select(*key, table.c.body).execution_options(yield_per=ROWS_AT_ONCE)):
        digest = unseen.pop((row.case_id, row.section, row.series, row.revision), None)
        if digest is not None and not (isinstance(row.body, bytes) and digest == sha256(row.body).digest()):
            raise VaultError(
                "Bảng document có dòng không đúng. Hãy chạy `casework verify`. / A row of table document does not hold."
            )
    missing = [place for place in unseen if not is_release_entry(place)]
    if missing:
        raise VaultError(
            "Bảng document thiếu dòng. Hãy chạy `casework verify`. / Rows of table document are gone. Run `casework "
            "verify`."
        )
    return len(listed) - len(unseen)


def is_release_entry(place: tuple[UUID, int, UUID, int]) -> bool:
    """Tell whether a listed entry is a statistical release, whose hash is that of a row in another table."""
    return place[2].int >> 64 == Series.RELEASE
