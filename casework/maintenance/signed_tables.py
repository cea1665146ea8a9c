"""The tables whose rows carry a MAC, read and written row by row as they stand: nothing here checks a MAC."""

from collections.abc import Collection, Generator, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select, update

from casework.db import Base
from casework.errors import VaultError
from casework.maintenance.dump import NOT_DUMPED
from casework.vault.integrity.signed_rows import SignedRow, columns, split_row, version_head

ROWS_AT_ONCE = 500


def signed_kinds(*, without: Collection[str] = NOT_DUMPED) -> list[type[Any]]:
    """Return every kind of row with a MAC, but those of some tables; by default, those that a backup holds."""
    kinds: set[type[Any]] = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)}
    chosen = (kind for kind in kinds if kind.__tablename__ not in without)
    return sorted(chosen, key=lambda kind: str(kind.__tablename__))


def head_version(kind: type[Any], row: Any, versions: Mapping[UUID, int]) -> int:
    """Return the version of the head that a row is bound to; raise VaultError if that head is not there."""
    if (column := version_head(kind)) is None:
        return 0
    try:
        return versions[getattr(row, column)]
    except KeyError:
        raise VaultError(f"{kind.__tablename__}: một dòng không có đầu mục.") from None


def plain_rows(connection: Connection, kind: type[Any]) -> Generator[Any, None, None]:
    """Read every row of one kind as it stands, unchecked."""
    statement = select(*columns(kind)).execution_options(yield_per=ROWS_AT_ONCE)
    with connection.execute(statement) as rows:
        for row in rows:
            yield split_row(row, [kind])[0]


def update_rows(connection: Connection, kind: type[Any], rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Give rows of one table new values, found by their old primary keys; all are read before one is written."""
    table: Table = kind.__table__
    parameters = [
        {f"old_{column.key}": getattr(row, str(column.key)) for column in table.primary_key}
        | {f"new_{name}": value for name, value in values.items()}
        for row, values in rows
    ]
    if parameters:
        by_key = [column == bindparam(f"old_{column.key}") for column in table.primary_key]
        changed_columns = [name.removeprefix("new_") for name in parameters[0] if name.startswith("new_")]
        connection.execute(
            update(table).where(*by_key).values({name: bindparam(f"new_{name}") for name in changed_columns}),
            parameters,
        )
