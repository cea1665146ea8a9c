"""How rows were signed by an older program: all are verified that way before any is signed as this program does.

No MAC is computed again that was not verified; the first row that does not verify stops everything.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, select

from casework import schema, unguarded_database
from casework.errors import VaultError
from casework.maintenance import signed_tables
from casework.maintenance.signed_tables import update_rows
from casework.vault.integrity import bound_rows
from casework.vault.integrity.commitments import NOTHING_BOUND
from casework.vault.integrity.signed_rows import Layout, layout, row_mac, verify_row_as
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Head

# Not copied by an upgrade: everybody signs in again.
NOT_COPIED = frozenset({"session", "interview"})
_AT_ONCE = 500
_HEADS, _LOG = "head", "audit_line"


def layouts(revision: str) -> Mapping[str, Layout]:
    """Return how the rows of each table were signed at a revision."""
    current = {signed.table: signed for signed in map(layout, signed_tables.signed_kinds(without=NOT_COPIED))}
    return {name: signed for name, signed in (current | schema.changed_since(revision)).items() if signed is not None}


def verify_all(connection: Connection, revision: str, server_keys_of: Callable[[UUID], ServerKeys]) -> int:
    """Verify every row as it was signed at a revision, and every head against the log; return how many rows.

    Raises VaultError at the first that does not verify.
    """
    stored = unguarded_database.reflected(connection)
    versions = _head_versions(connection, stored)
    return sum(
        _verify_table(connection, stored.tables[name], table_layout, server_keys_of, versions)
        for name, table_layout in layouts(revision).items()
        if name in stored.tables
    )


def _head_versions(connection: Connection, stored: MetaData) -> Mapping[UUID, int]:
    """Return the version of every head; raise VaultError unless the newest line about it holds its MAC."""
    heads, lines = stored.tables[_HEADS], stored.tables[_LOG].c
    about_heads = select(lines.commune_id, lines.head, lines.head_mac).where(lines.head.is_not(None)).order_by(lines.n)
    newest = {(row.commune_id, row.head): row.head_mac for row in connection.execute(about_heads)}
    rows = list(connection.execute(select(heads)))
    if {(row.commune_id, row.id): row.mac for row in rows} != {key: mac for key, mac in newest.items() if mac}:
        raise VaultError(
            "Bảng head có dòng mất, thừa hoặc cũ hơn nhật ký. / Rows of head are gone, too many or older than the log."
        )
    return {row.id: row.v for row in rows}


def _verify_table(
    connection: Connection,
    table: Table,
    table_layout: Layout,
    server_keys_of: Callable[[UUID], ServerKeys],
    versions: Mapping[UUID, int],
) -> int:
    count = 0
    with connection.execute(select(table).execution_options(yield_per=_AT_ONCE)) as rows:
        for stored in rows:
            row = SimpleNamespace(**stored._mapping)
            try:
                version = versions[getattr(row, table_layout.head)] if table_layout.head else 0
                verify_row_as(server_keys_of(getattr(row, table_layout.commune)), table_layout, row, version)
            except (KeyError, VaultError) as cause:
                raise VaultError(
                    f"Bảng {table.name} có dòng không đúng. / Rows of {table.name} do not hold."
                ) from cause
            count += 1
    return count


def sign_changed_tables(
    connection: Connection, revision: str, server_keys_of: Callable[[UUID], ServerKeys]
) -> Collection[str]:
    """Sign again the rows of every table whose layout changed since a revision; return those tables.

    Heads commit to the MACs of their rows: where either changed, they are signed after all others.
    """
    changed = set(schema.changed_since(revision))
    if changed.intersection(str(kind.__tablename__) for kind in bound_rows.committed_kinds()):
        changed.add(_HEADS)
    versions = {row.id: row.v for row in signed_tables.plain_rows(connection, Head)}
    for kind in signed_tables.signed_kinds(without=NOT_COPIED | {_HEADS}):
        if kind.__tablename__ in changed:
            update_rows(
                connection, kind, _signed(signed_tables.plain_rows(connection, kind), kind, server_keys_of, versions)
            )
    if _HEADS in changed:
        update_rows(connection, Head, list(_signed_heads(connection, server_keys_of)))
    return changed


def _signed_heads(
    connection: Connection, server_keys_of: Callable[[UUID], ServerKeys]
) -> Iterable[tuple[Any, dict[str, Any]]]:
    rows = list(signed_tables.plain_rows(connection, Head))
    found = bound_rows.all_commitments(connection, {row.commune_id for row in rows})
    for row in rows:
        bound = found.get(row.id, NOTHING_BOUND)
        yield row, {"bound": bound, "mac": row_mac(server_keys_of(row.commune_id), Head, row._replace(bound=bound), 0)}


def _signed(
    rows: Iterable[Any], kind: type[Any], server_keys_of: Callable[[UUID], ServerKeys], versions: Mapping[UUID, int]
) -> Iterable[tuple[Any, dict[str, Any]]]:
    for row in rows:
        server_keys = server_keys_of(getattr(row, kind.__commune__))
        yield row, {"mac": row_mac(server_keys, kind, row, signed_tables.head_version(kind, row, versions))}
