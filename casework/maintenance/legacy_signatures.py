"""How rows were signed by an older program: every one is checked so, before any is signed as this program does.

Nothing redoes a MAC that it has not verified; the first row that does not hold stops everything.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, bindparam, select, update

from casework import schema, unguarded
from casework.errors import VaultError
from casework.maintenance import row_verification
from casework.vault.integrity.signed_rows import Layout, layout, row_mac, verify_row_as
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Head

# These are not brought along: whoever was signed in signs in again.
ENDED = frozenset({"session", "interview"})
_AT_ONCE = 500
_HEADS, _LOG = "head", "audit_line"


def layouts(revision: str) -> Mapping[str, Layout]:
    """Return how the rows of each table were signed at a revision."""
    now = {one.table: one for one in map(layout, row_verification.kinds(without=ENDED))}
    return {name: one for name, one in (now | schema.changed_since(revision)).items() if one is not None}


def verify_all(connection: Connection, revision: str, control_of: Callable[[UUID], ServerKeys]) -> int:
    """Check every row as it was signed at a revision, and every head against the log; return how many rows.

    Raises VaultError at the first that does not hold.
    """
    there = unguarded.reflected(connection)
    versions = _fresh_versions(connection, there)
    return sum(
        _check_all(connection, there.tables[name], one, control_of, versions)
        for name, one in layouts(revision).items()
        if name in there.tables
    )


def _fresh_versions(connection: Connection, there: MetaData) -> Mapping[UUID, int]:
    """Return the version of every head, which must be the one that the newest line of the log about it holds."""
    heads, lines = there.tables[_HEADS], there.tables[_LOG].c
    told = select(lines.commune_id, lines.head, lines.head_mac).where(lines.head.is_not(None)).order_by(lines.n)
    newest = {(row.commune_id, row.head): row.head_mac for row in connection.execute(told)}
    found = list(connection.execute(select(heads)))
    if {(row.commune_id, row.id): row.mac for row in found} != {key: mac for key, mac in newest.items() if mac}:
        raise VaultError("Bảng head có dòng mất, thừa hoặc cũ hơn nhật ký.")
    return {row.id: row.v for row in found}


def _check_all(
    connection: Connection,
    table: Table,
    signed: Layout,
    control_of: Callable[[UUID], ServerKeys],
    versions: Mapping[UUID, int],
) -> int:
    count = 0
    with connection.execute(select(table).execution_options(yield_per=_AT_ONCE)) as rows:
        for found in rows:
            row = SimpleNamespace(**found._mapping)
            try:
                v = versions[getattr(row, signed.head)] if signed.head else 0
                verify_row_as(control_of(getattr(row, signed.commune)), signed, row, v)
            except (KeyError, VaultError) as cause:
                raise VaultError(f"Bảng {table.name} có dòng không đúng.") from cause
            count += 1
    return count


def sign(connection: Connection, revision: str, control_of: Callable[[UUID], ServerKeys]) -> Collection[str]:
    """Sign the rows of every table that was changed since a revision as this program does; return those tables."""
    changed = schema.changed_since(revision).keys()
    versions = {row.id: row.v for row in row_verification.plain_rows(connection, Head)}
    for kind in row_verification.kinds(without=ENDED):
        if kind.__tablename__ in changed:
            put(connection, kind, _signed(row_verification.plain_rows(connection, kind), kind, control_of, versions))
    return changed


def _signed(
    rows: Iterable[Any], kind: type[Any], control_of: Callable[[UUID], ServerKeys], versions: Mapping[UUID, int]
) -> Iterable[tuple[Any, dict[str, Any]]]:
    for row in rows:
        own = control_of(getattr(row, kind.__commune__))
        yield row, {"mac": row_mac(own, kind, row, row_verification.version(kind, row, versions))}


def put(connection: Connection, kind: type[Any], rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Give rows of one table new values, each found by the key that it has."""
    table: Table = kind.__table__
    changed = [
        {f"old_{one.key}": getattr(row, str(one.key)) for one in table.primary_key}
        | {f"new_{name}": value for name, value in values.items()}
        for row, values in rows
    ]
    if changed:
        same = [one == bindparam(f"old_{one.key}") for one in table.primary_key]
        names = [name.removeprefix("new_") for name in changed[0] if name.startswith("new_")]
        connection.execute(
            update(table).where(*same).values({name: bindparam(f"new_{name}") for name in names}), changed
        )
