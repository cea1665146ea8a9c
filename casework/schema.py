"""Migrations (Alembic): the revision this program needs, the one a database has, and the steps in between."""

from collections.abc import Callable
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from casework.config import resource
from casework.engine import open_engine

# Where Alembic writes the revision of a database.
REVISION_TABLE = "alembic_version"


def settings() -> AlembicConfig:
    """Return the settings of Alembic: where the migrations lie."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def newest() -> str:
    """Return the revision that this program needs."""
    return _scripts().get_current_head() or ""


def revision_of(connection: Connection) -> str:
    """Return the revision of a database; empty for one that has none of our tables."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def can_upgrade(revision: str) -> bool:
    """Tell whether migrations lead from this revision to the newest one."""
    return revision != newest() and any(step.revision == revision for step in _scripts().walk_revisions())


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
    """Take the database of this URL to a revision by one of alembic's steps, on a connection of its own.

    On SQLite foreign keys are off meanwhile, or changing a parent would empty its children.
    """
    engine, config = open_engine(url), settings()
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            step(config, to)
    finally:
        engine.dispose()
