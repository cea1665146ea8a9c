"""At which revision a database stands, and which one this program needs."""

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from casework.config import resource
from casework.db import Database


def revisions(database: Database) -> tuple[str | None, str | None]:
    """Return the revision that a database stands at, and the one that this program needs."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")))
    with database.engine.connect() as connection:
        stands = MigrationContext.configure(connection).get_current_revision()
    return stands, ScriptDirectory.from_config(config).get_current_head()
