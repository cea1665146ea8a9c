"""The database without its guards, for what has no act: one look at all tables, and a new database beside the old one.

Nothing here runs for a request; a backup reads sealed rows as they stand, a restore writes them into an empty place.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import URL, Engine
from sqlalchemy.schema import DDL, CreateSchema, DropSchema

from casework.config import resource

_NEW, _OLD = "restoring", "set_aside"
_SQLITE_PARTS = ("-wal", "-shm", "-journal")


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """Read all tables as they were at one moment, while others go on writing."""
    engine = _engine(url)
    try:
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def filling(url: str) -> Iterator[Connection]:
    """Write rows as they are in one transaction, which is kept at the end and undone on any error."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def revision(connection: Connection) -> str:
    """Return which tables this database has; empty for one that has none of ours."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def newest_revision() -> str:
    """Return which tables this program needs."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")))
    return ScriptDirectory.from_config(config).get_current_head() or ""


def beside(url: str) -> str:
    """Return the URL of the place beside a database in which a new one is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(database=f"{parsed.database}.{_NEW}").render_as_string(hide_password=False)
    options = f"{parsed.query.get('options', '')} -csearch_path={_NEW}".strip()
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)


def clear_beside(url: str) -> None:
    """Make the place beside a database empty, whatever a broken-off attempt has left there."""
    if _is_sqlite(url):
        remove(beside(url))
        return
    with filling(url) as connection:
        connection.execute(DropSchema(_NEW, cascade=True, if_exists=True))
        connection.execute(CreateSchema(_NEW))


def take_over(url: str) -> None:
    """Put the new database in the place of the old one, at once or not at all; the old one is kept aside."""
    if _is_sqlite(url):
        _rename_files(_path(url))
        return
    with filling(url) as connection:
        connection.execute(DropSchema(_OLD, cascade=True, if_exists=True))
        connection.execute(_renaming("public", _OLD))
        connection.execute(_renaming(_NEW, "public"))


def _renaming(schema: str, name: str) -> DDL:
    return DDL(f"ALTER SCHEMA {schema} RENAME TO {name}")  # type: ignore[no-untyped-call]


def drop_aside(url: str) -> None:
    """Delete the old database that was kept aside."""
    if _is_sqlite(url):
        remove(f"{url}.{_OLD}")
        return
    with filling(url) as connection:
        connection.execute(DropSchema(_OLD, cascade=True, if_exists=True))


def remove(url: str) -> None:
    """Delete the file of a SQLite database with all that belongs to it."""
    path = _path(url)
    for part in ("", *_SQLITE_PARTS):
        Path(f"{path}{part}").unlink(missing_ok=True)


def settle(url: str) -> None:
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
        here, there = Path(f"{live}{part}"), Path(f"{old}{part}")
        if here.exists():
            there.unlink(missing_ok=True)
            os.link(here, there)
    for part in _SQLITE_PARTS:
        Path(f"{live}{part}").unlink(missing_ok=True)
    new.replace(live)
    handle = os.open(live.parent, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(handle)
    os.close(handle)


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))


def _engine(url: str) -> Engine:
    parsed: URL = make_url(url)
    if not _is_sqlite(url):
        return create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    engine = create_engine(parsed, connect_args={"isolation_level": None, "timeout": 10}, hide_parameters=True)
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return engine


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
