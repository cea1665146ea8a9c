"""Every row of one commune, found by the schema: what a removal deletes, and a restore of an older backup again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete

from casework.db import Base
from casework.maintenance import dump  # noqa: F401 - every table of the program must be known
from casework.vault.models import Commune

# Counters of attempts at the door, by a keyed hash: they belong to nobody, say nothing and end within the hour.
OF_NO_COMMUNE = frozenset({"throttle"})


def owned_tables() -> Iterator[tuple[Any, Any]]:
    """Yield each table that holds rows of communes with the column that says whose, children before their parents."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in OF_NO_COMMUNE:
            yield table, table.c["id" if table is Commune.__table__ else "commune_id"]


def delete_all(connection: Connection, commune_id: UUID) -> None:
    """Delete every row of a commune, its log and its released counts among them; those of others stay as they are."""
    for table, owner in owned_tables():
        connection.execute(delete(table).where(owner == commune_id))
