"""Runs migrations on the connection that casework.db hands over: one transaction, foreign keys checked at its end."""

from alembic import context
from sqlalchemy import text

import casework.audit.models
import casework.cases.models
import casework.statistics.models
import casework.vault.models  # noqa: F401
from casework.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with connection.begin():
    context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"foreign keys do not hold after the migration: {broken[:3]}")
