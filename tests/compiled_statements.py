"""SQL is compiled once in a worker, not once for each database that a test opens.

SQLAlchemy remembers what it compiled by the dialect, and every engine has one of its own. Those of one kind are equal
here: what they compile depends on the driver and on the version of the server, which are the same in the whole run.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

# More than all statements of the program, so that none is forgotten and compiled again.
_STATEMENTS: LRUCache[Any, Any] = LRUCache(5_000)


def share() -> None:
    """Let every engine of this process use what another one of its kind has compiled."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__hash__ = _hash  # type: ignore[method-assign,assignment]
        dialect.__eq__ = _equal  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _use)


def _hash(dialect: object) -> int:
    return hash(type(dialect))


def _equal(dialect: object, other: object) -> bool:
    return type(dialect) is type(other)


def _use(connection: Connection) -> None:
    connection.engine._compiled_cache = _STATEMENTS
