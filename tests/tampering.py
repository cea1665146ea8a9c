"""An attacker with the whole database and none of the keys: reads, changes and puts back rows as they stand."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from casework.db import Base
from casework.engine import open_engine
from casework.errors import CaseworkError, VaultError
from tests.house import House
from tests.stories import CANARIES

Row = dict[str, Any]


class Thief:
    """Access of a database administrator: no guard, no MAC, no key."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def table(self, name: str) -> Table:
        """Return one table."""
        return Base.metadata.tables[name]

    def rows(self, name: str, /, **where: Any) -> list[Row]:
        """Copy the rows of a table that have these values."""
        return [dict(row) for row in self.connection.execute(select(self.table(name)).filter_by(**where)).mappings()]

    def put(self, name: str, *rows: Row) -> None:
        """Put rows in."""
        for row in rows:
            self.connection.execute(self.table(name).insert().values(**row))

    def delete(self, name: str, /, **where: Any) -> int:
        """Delete rows and say how many."""
        return self.connection.execute(self.table(name).delete().filter_by(**where)).rowcount

    def change(self, name: str, where: Row, /, **values: Any) -> int:
        """Change rows and say how many."""
        return self.connection.execute(self.table(name).update().filter_by(**where).values(**values)).rowcount

    def put_back(self, name: str, key: tuple[str, ...], *rows: Row) -> None:
        """Replace rows by older copies of themselves."""
        for row in rows:
            self.delete(name, **{column: row[column] for column in key})
        self.put(name, *rows)


@contextlib.contextmanager
def stolen(house: House) -> Iterator[Thief]:
    """Open the database of a house without its guards; changes are committed."""
    engine = open_engine(house.config.database_url).execution_options(deferred=True)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET session_replication_role = replica")
            yield Thief(connection)
    finally:
        engine.dispose()


def swap(house: House, table: str, first_key: Row, second_key: Row, columns: list[str]) -> None:
    """Exchange some columns of two rows."""
    with stolen(house) as thief:
        first, second = thief.rows(table, **first_key)[0], thief.rows(table, **second_key)[0]
        thief.change(table, first_key, **{name: second[name] for name in columns})
        thief.change(table, second_key, **{name: first[name] for name in columns})


def refused(call: Callable[[], object], *errors: type[CaseworkError]) -> None:
    """Check that a call raises VaultError, or one of `errors`, and that the message holds no canary."""
    with pytest.raises(errors or (VaultError,)) as caught:
        call()
    assert not any(canary in str(caught.value) for canary in CANARIES.values())


Book = dict[str, list[Row]]


def copied_book(house: House) -> Book:
    """Copy every row of every table."""
    with stolen(house) as thief:
        return {name: thief.rows(name) for name in Base.metadata.tables}


def put_book_back(house: House, book: Book, *, keeping: tuple[str, ...] = ()) -> None:
    """Put a whole copy in the place of what is there, but for some tables."""
    with stolen(house) as thief:
        for table in Base.metadata.sorted_tables:
            if table.name not in keeping:
                thief.delete(table.name)
                thief.put(table.name, *book[table.name])
