"""The line of migrations: which tables this program needs, which a database has, and the steps in between."""

from collections.abc import Callable
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import Engine

from casework.config import resource


def settings() -> AlembicConfig:
    """Return what the runner of migrations needs to know: where they lie."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def newest() -> str:
    """Return which tables this program needs."""
    return _scripts().get_current_head() or ""


def found(connection: Connection) -> str:
    """Return which tables a database has; empty for one that has none of ours."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def older(revision: str) -> bool:
    """Tell whether this program knows a way from a revision up to the tables that it needs."""
    return revision != newest() and any(one.revision == revision for one in _scripts().walk_revisions())


def changed_since(revision: str) -> dict[str, Any]:
    """Return, by table, how rows were signed at a revision if a later step changes that; None for a newer table.

    Each step says so of the tables that it touches, in `before`; of two steps the earlier one counts.
    """
    changed: dict[str, Any] = {}
    for step in _scripts().walk_revisions():
        if step.revision == revision:
            break
        changed |= getattr(step.module, "before", {})
    return changed


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(settings())


def migrate(url: str, step: Callable[[AlembicConfig, str], None], to: str) -> None:
    """Take the database of this URL to a revision by one of alembic's steps, on a connection of its own."""
    engine, config = _engine(url), settings()
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            step(config, to)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    """Open an engine without guards; on SQLite foreign keys are off, or changing a parent empties its children.

    Whatever a step rewrites is zeroed where it stood, or it would outlive the erasure of its case.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    engine = create_engine(parsed, connect_args={"isolation_level": None, "timeout": 10}, hide_parameters=True)
    event.listen(engine, "connect", _zero)
    event.listen(engine, "begin", _begin)
    return engine


def _zero(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
