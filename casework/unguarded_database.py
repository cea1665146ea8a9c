"""The database without its guards, for what is no act: a snapshot of all tables, a new database beside it.

Nothing here runs for a request; a backup reads encrypted rows as they stand, a restore writes them into an empty one.
"""

import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import BLOB, BOOLEAN, CHAR, Connection, MetaData, event, insert, inspect, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import DDL, CreateSchema, DropSchema

from casework.column_types import Blob, Flag, Id
from casework.database_errors import is_damaged
from casework.engine import open_engine
from casework.errors import DamagedDatabase
from casework.files import flush_folder

_NEW, _OLD = "restoring", "set_aside"
_SQLITE_PARTS = ("-wal", "-shm", "-journal")
_PAGES_AT_ONCE = 1000
_MOST_DAMAGE = 5
# How an id stands in a SQLite file.
_ID_DIGITS = 32


def _accept_any(_old: Connection) -> None:
    """Accept any old database: a restore replaces it anyway."""


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """Read all tables as they were at one moment, while others go on writing; DamagedDatabase if they cannot be."""
    engine = open_engine(url)
    postgresql = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    engine = engine.execution_options(**postgresql if engine.dialect.name == "postgresql" else {"deferred": True})
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as cause:
        if is_damaged(cause.orig):
            raise DamagedDatabase from cause
        raise
    finally:
        engine.dispose()


@contextmanager
def open_for_writing(url: str, **options: Any) -> Iterator[Connection]:
    """Write rows as they are in one transaction, which is kept at the end and undone on any error."""
    engine = open_engine(url).execution_options(**options)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def reflected(connection: Connection, *, place: str | None = None) -> MetaData:
    """Reflect the tables that a database has, whichever revision it is at; values are read as those of its models."""
    tables = MetaData(schema=place)
    event.listen(tables, "column_reflect", _read_as_models_do)
    tables.reflect(connection)
    return tables


def _read_as_models_do(_inspector: object, _table: object, column: Any) -> None:
    """Let a value of another kind come as one that is named, where the type of the library would stop at it."""
    kind = column["type"]
    if isinstance(kind, CHAR) and kind.length == _ID_DIGITS:
        column["type"] = Id()
    elif isinstance(kind, BLOB):
        column["type"] = Blob()
    elif isinstance(kind, BOOLEAN):
        column["type"] = Flag()


def copy_beside(url: str, *, without: Collection[str]) -> None:
    """Copy the database into the place beside it, which on PostgreSQL has the same tables and no rows yet.

    What is copied is how all tables stood at one moment; the rows of the tables in `without` stay behind.
    """
    if _is_sqlite(url):
        with closing(sqlite3.connect(_path(url))) as live, closing(sqlite3.connect(_path(url_beside(url)))) as copy:
            live.backup(copy, pages=_PAGES_AT_ONCE)
        _path(url_beside(url)).chmod(0o600)
        with open_for_writing(url_beside(url)) as connection:
            copied = reflected(connection)
            for name in without:
                connection.execute(copied.tables[name].delete())
        return
    with open_for_writing(url, isolation_level="REPEATABLE READ") as connection:
        live_tables, new_tables = reflected(connection, place="public"), reflected(connection, place=_NEW)
        for table in live_tables.sorted_tables:
            if table.name not in without and table.name != "alembic_version":
                new = new_tables.tables[f"{_NEW}.{table.name}"]
                names = [column.name for column in table.columns]
                connection.execute(insert(new).from_select(names, select(table)))


def url_beside(url: str) -> str:
    """Return the URL of the place beside a database in which a new one is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(database=f"{parsed.database}.{_NEW}").render_as_string(hide_password=False)
    options = f"{parsed.query.get('options', '')} -csearch_path={_NEW}".strip()
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)


def clear_beside(url: str) -> None:
    """Make the place beside a database empty, whatever a broken-off attempt has left there."""
    if _is_sqlite(url):
        remove(url_beside(url))
        return
    with open_for_writing(url) as connection:
        connection.execute(DropSchema(_NEW, cascade=True, if_exists=True))
        connection.execute(CreateSchema(_NEW))


def swap_in(url: str, *, still: Callable[[Connection], None] = _accept_any) -> None:
    """Put the new database in the place of the old one, at once or not at all; the old one is kept aside.

    `still` looks at the old one while nobody can write to it, and raises if it must stay.
    """
    if _is_sqlite(url):
        if still is not _accept_any:
            with snapshot(url) as connection:
                still(connection)
        _rename_files(_path(url))
        return
    with open_for_writing(url) as connection:
        if still is not _accept_any:
            connection.exec_driver_sql("LOCK TABLE audit_line IN ACCESS EXCLUSIVE MODE")
            still(connection)
        connection.execute(DropSchema(_OLD, cascade=True, if_exists=True))
        connection.execute(_renaming("public", _OLD))
        connection.execute(_renaming(_NEW, "public"))


def swap_back(url: str) -> None:
    """Put the database that was kept aside in its place again, as it was."""
    if _is_sqlite(url):
        live = _path(url)
        for part in _SQLITE_PARTS:
            Path(f"{live}{part}").unlink(missing_ok=True)
        for part in (*_SQLITE_PARTS, ""):
            if (kept := Path(f"{live}.{_OLD}{part}")).exists():
                kept.replace(f"{live}{part}")
        flush_folder(live.parent)
        return
    with open_for_writing(url) as connection:
        connection.execute(_renaming("public", _NEW))
        connection.execute(_renaming(_OLD, "public"))
    remove_leftovers(url)


def _renaming(schema: str, name: str) -> DDL:
    return DDL(f"ALTER SCHEMA {schema} RENAME TO {name}")  # type: ignore[no-untyped-call]


def drop_aside(url: str) -> None:
    """Delete the old database that was kept aside."""
    if _is_sqlite(url):
        remove(f"{url}.{_OLD}")
        return
    with open_for_writing(url) as connection:
        connection.execute(DropSchema(_OLD, cascade=True, if_exists=True))


def remove_leftovers(url: str) -> None:
    """Delete everything that a broken-off attempt has left beside a database."""
    drop_aside(url)
    if _is_sqlite(url):
        remove(url_beside(url))
        return
    with open_for_writing(url) as connection:
        connection.execute(DropSchema(_NEW, cascade=True, if_exists=True))


def has_no_leftovers(url: str) -> bool:
    """Tell whether nothing lies beside a database."""
    if _is_sqlite(url):
        return not any(Path(f"{_path(url)}.{name}").exists() for name in (_NEW, _OLD))
    with snapshot(url) as connection:
        return {_NEW, _OLD}.isdisjoint(inspect(connection).get_schema_names())


def is_empty(url: str) -> bool:
    """Tell whether a database has no table at all; a SQLite file that is not there is made by nobody who asks."""
    if _is_sqlite(url) and not _path(url).is_file():
        return True
    with snapshot(url) as connection:
        return not inspect(connection).get_table_names()


def remove(url: str) -> None:
    """Delete the file of a SQLite database with all that belongs to it."""
    path = _path(url)
    for part in ("", *_SQLITE_PARTS):
        Path(f"{path}{part}").unlink(missing_ok=True)


def find_damage(url: str) -> list[str]:
    """Return what SQLite finds wrong in the pages of its file, in its own words; nothing for a file that is whole.

    They name tables, indexes and numbers of pages, and no value. PostgreSQL looks after its own pages (checksums).
    """
    if not _is_sqlite(url):
        return []
    try:
        with closing(sqlite3.connect(f"file:{quote(str(_path(url)))}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_DAMAGE})")]
    except sqlite3.DatabaseError as cause:
        if not is_damaged(cause):
            raise
        return [str(cause.sqlite_errorname)]
    return [] if found == ["ok"] else [" ".join(words.split()) for words in found]


def flush_wal(url: str) -> None:
    """Write what still stands beside a SQLite file into it and flush it, so that the one file is the database."""
    if not _is_sqlite(url):
        return
    with closing(sqlite3.connect(_path(url), isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with _path(url).open("rb+") as file:
        os.fsync(file.fileno())


def _rename_files(live: Path) -> None:
    """Rename files; what the old database has beside it is linked first, for it must not be read with the new file."""
    new, old = Path(f"{live}.{_NEW}"), Path(f"{live}.{_OLD}")
    for part in ("", *_SQLITE_PARTS):
        source, target = Path(f"{live}{part}"), Path(f"{old}{part}")
        if source.exists():
            target.unlink(missing_ok=True)
            os.link(source, target)
    for part in _SQLITE_PARTS:
        Path(f"{live}{part}").unlink(missing_ok=True)
    new.replace(live)
    flush_folder(live.parent)


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))
