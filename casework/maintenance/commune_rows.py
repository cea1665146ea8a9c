"""Every row of one commune, found by the schema: what a removal deletes, and a restore of an older backup again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from casework.config import ConfigurationError
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


def require_rights(connection: Connection) -> None:
    """Raise ConfigurationError unless the role of a connection may delete lines of the log: the service's may not."""
    if connection.dialect.name != "postgresql":
        return
    tables = [table.name for table, _ in owned_tables()]
    if not all(connection.execute(select(func.has_table_privilege(name, "DELETE"))).scalar_one() for name in tables):
        raise ConfigurationError(
            "Vai của chương trình không được xóa nhật ký, nên chưa có gì bị xóa. Hãy chạy lại với vai làm chủ các "
            "bảng: --owner-url. / Run it as the role that owns the tables."
        )


def delete_all(connection: Connection, commune_id: UUID) -> None:
    """Delete every row of a commune, its log and its released counts among them; those of others stay as they are."""
    for table, owner in owned_tables():
        connection.execute(delete(table).where(owner == commune_id))
