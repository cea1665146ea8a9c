"""The portable form of a whole database: lines of JSON, table by table in the order of their keys.

It is the same for both kinds of database, so that a backup of one can be restored into the other. Sealed columns stay
sealed; sessions, counters of attempts and tallies are left out.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from casework import unguarded_database
from casework.audit import models as _audit  # noqa: F401 - a backup needs every table of the program
from casework.cases import models as _cases  # noqa: F401
from casework.column_types import Malformed
from casework.db import Base
from casework.errors import AlteredRow, VaultError
from casework.statistics import models as _statistics  # noqa: F401
from casework.vault import models as _vault  # noqa: F401
from casework.vault.keys.enrolment import models as _entry  # noqa: F401
from casework.vault.keys.recovery import models as _recovery  # noqa: F401

FORM = 1
NOT_DUMPED = frozenset({"session", "throttle", "interview", "kept_form", "tally"})
_AT_ONCE = 500
# So much of a key that is none is told.
_LONGEST_KEY = 80
Advance = Callable[[int], None]
# Given the total (rows or bytes), returns what is called with each number of them that is done.
Progress = Callable[[int], Advance]


def no_progress(_total: int) -> Advance:
    return lambda _: None


@dataclass(frozen=True)
class Contents:
    """What was read back: the first line, and the number of rows in each table."""

    about: Mapping[str, Any]
    rows: Mapping[str, int]


def tables() -> list[Table]:
    """Return the tables of a dump, parents before their children."""
    return [table for table in Base.metadata.sorted_tables if table.name not in NOT_DUMPED]


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables to dump of a database as it stands, whatever program made them; parents come first."""
    excluded = NOT_DUMPED | {"alembic_version"}
    return [table for table in unguarded_database.reflected(connection).sorted_tables if table.name not in excluded]


def count_rows(connection: Connection, tables: Iterable[Table]) -> int:
    """Count all rows, so that progress can be shown."""
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def dump_lines(
    connection: Connection, about: Mapping[str, Any], tables: Iterable[Table], *, advance: Advance
) -> Iterator[bytes]:
    """Yield the whole database as lines of JSON; `advance` is called with the number of rows of each batch."""
    yield _line({"form": FORM} | dict(about))
    for table in tables:
        columns, count = [column.name for column in table.columns], 0
        yield _line({"table": table.name, "columns": columns})
        rows = connection.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE))
        for batch in rows.partitions():
            yield b"".join(_row_line(table, row) for row in batch)
            count += len(batch)
            advance(len(batch))
        yield _line({"end": table.name, "rows": count})
    yield _line({"done": True})


def fill_from_lines(connection: Connection, stream: Iterable[bytes]) -> Contents:
    """Write the lines of a dump into empty tables; raise VaultError if they are not whole or not of these tables."""
    reader = _Reader(_split(stream))
    about = reader.first()
    expected, rows = {table.name: table for table in tables()}, {}
    while expected:
        table, columns = reader.table(expected)
        count = 0
        for batch in reader.batches(table, columns):
            connection.execute(table.insert(), batch)
            count += len(batch)
        rows[table.name] = count
        del expected[table.name]
    reader.end()
    return Contents(about, rows)


def first_line(stream: Iterable[bytes]) -> Mapping[str, Any]:
    """Return the first line of a dump, which tells about it; raise VaultError if it is none."""
    return _Reader(_split(stream)).first()


@dataclass(frozen=True)
class _Reader:
    lines: Iterator[Any]

    def _next(self) -> Any:
        try:
            return next(self.lines)
        except (StopIteration, ValueError) as cause:
            raise VaultError("unopened") from cause

    def first(self) -> Mapping[str, Any]:
        about: Mapping[str, Any] = self._next()
        if about.get("form") != FORM:
            raise VaultError("unopened")
        return about

    def table(self, expected: Mapping[str, Table]) -> tuple[Table, list[str]]:
        """Read which table comes next, parents before their children, and in which order its columns stand."""
        line = self._next()
        table = expected.get(line.get("table", "")) if isinstance(line, dict) else None
        columns = line["columns"] if table is not None else []
        if table is None or sorted(columns) != sorted(column.name for column in table.columns):
            raise VaultError("unopened")
        return table, columns

    def batches(self, table: Table, columns: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of a table some hundred at a time, and compare their number at the end."""
        batch: list[dict[str, Any]] = []
        count = 0
        while isinstance(row := self._next(), list):
            batch.append(dict(zip(columns, map(value_of, row), strict=True)))
            count += 1
            if len(batch) == _AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch
        if row != {"end": table.name, "rows": count}:
            raise VaultError("unopened")

    def end(self) -> None:
        if self._next() != {"done": True} or next(self.lines, None) is not None:
            raise VaultError("unopened")


def plain_line(values: Mapping[str, Any]) -> bytes:
    """Return one row by the names of its columns as a line of JSON."""
    return _line({name: _plain(value) for name, value in values.items()})


def _row_line(table: Table, row: Any) -> bytes:
    """Return a row as a line; raise AlteredRow, which names it, for a value that its column cannot hold."""
    try:
        return _line([_plain(value) for value in row])
    except AlteredRow as cause:
        key = ", ".join(f"{column.name} {_key_text(row._mapping[column])}" for column in table.primary_key)
        raise AlteredRow(f"Bảng {table.name}: {key}: {cause}", row=table.name) from None


def _key_text(value: Any) -> str:
    if isinstance(value, Malformed):
        return f"{value.value!r}"[:_LONGEST_KEY]
    return value.hex() if isinstance(value, bytes) else str(value)


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _split(stream: Iterable[bytes]) -> Iterator[Any]:
    unfinished = b""
    for chunk in stream:
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        yield from map(json.loads, lines)
    if unfinished:
        raise VaultError("unopened")


def _plain(value: Any) -> Any:
    if isinstance(value, Malformed):
        raise AlteredRow("một giá trị sai loại / a value of another kind")
    if isinstance(value, UUID):
        return {"u": value.hex}
    return {"b": value.hex()} if isinstance(value, bytes) else value


def value_of(plain: Any) -> Any:
    """Return the value that stands in a line."""
    if not isinstance(plain, dict):
        return plain
    return UUID(hex=plain["u"]) if "u" in plain else bytes.fromhex(plain["b"])
