"""Opens engines: how SQLite is tuned, how a transaction begins there, and how PostgreSQL's driver is called.

An engine made here has no guards; `db.Database` adds them.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.engine import Engine

from casework.database_errors import without_values

# How long a transaction waits for the one before it.
PATIENCE_SECONDS = 10.0
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    # Whatever is rewritten is zeroed where it stood, or it would outlive the erasure of its case.
    "secure_delete=ON",
    "temp_store=MEMORY",
)


def open_engine(url: str, *, pragmas: Sequence[str] = (), waits_forever: bool = True, **options: Any) -> Engine:
    """Open the engine of `sqlite:///file` or `postgresql+psycopg://...`; nothing is created yet.

    On SQLite a transaction begins with the write lock held, unless the execution option `deferred` is set; foreign
    keys are not looked at unless `pragmas` say so. PostgreSQL waits for a lock for ever, or as long as SQLite does.
    """
    parsed = make_url(url)
    # What a statement carried, and what the database says of it, stays out of error messages, which go to logs.
    options["hide_parameters"] = True
    engine = _open(parsed, pragmas, waits_forever=waits_forever, options=options)
    event.listen(engine, "handle_error", without_values)
    return engine


def _open(parsed: URL, pragmas: Sequence[str], *, waits_forever: bool, options: dict[str, Any]) -> Engine:
    if parsed.get_backend_name() == "sqlite":
        arguments = {"isolation_level": None, "timeout": PATIENCE_SECONDS}
        engine = create_engine(parsed, connect_args=arguments, **options)
        event.listen(engine, "connect", partial(_tune, (*_PRAGMAS, *pragmas)))
        event.listen(engine, "begin", _begin)
        return engine
    # What lies outside the database is written after a commit and must never be ahead of what a crash leaves of it.
    settings = f"{parsed.query.get('options', '')} -c synchronous_commit=on"
    if not waits_forever:
        settings += f" -c lock_timeout={PATIENCE_SECONDS * 1000:.0f}"
    options["connect_args"] = {"options": settings}
    return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)


def _tune(pragmas: Sequence[str], connection: sqlite3.Connection, _record: object) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    deferred = connection.get_execution_options().get("deferred")
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")
