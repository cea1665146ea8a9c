"""Several communes in one installation: answers for one more, and what stands in the database of each."""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect, text

from casework import unguarded_database
from tests.administration.new_installation import write_answers

# The migrations' own table, and counters that belong to no commune.
_OF_ALL = frozenset({"alembic_version", "throttle"})


def answers_of(folder: Path, name: str, suffix: str) -> Path:
    """A file of answers for one more commune, with names to sign in of its own."""

    def rename(raw: dict[str, Any]) -> None:
        raw["commune"]["name"] = name
        for person in raw["people"]:
            person["username"] += suffix
        for agency in raw["agencies"].values():
            agency["name"] = agency["name"].replace("xã Thanh Sơn", name)

    folder.mkdir(exist_ok=True)
    return write_answers(folder, rename)


def tables_of(connection: Connection) -> dict[str, str]:
    """Every table that the database has, by name, with the column that says whose a row is."""
    names = sorted(set(inspect(connection).get_table_names()) - _OF_ALL)
    return {name: "id" if name == "commune" else "commune_id" for name in names}


def rows_of(url: str, commune_id: UUID) -> dict[str, list[str]]:
    """Every row of a commune in every table, byte for byte as the driver reads it, whatever the models say."""
    with unguarded_database.snapshot(url) as connection:
        return {
            name: sorted(_written(row) for row in whole(connection, name) if _digits(row[owner]) == commune_id.hex)
            for name, owner in tables_of(connection).items()
        }


def whole(connection: Connection, name: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    return [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]


def _digits(value: object) -> str:
    return str(value).replace("-", "")


def _written(row: dict[str, Any]) -> str:
    return repr({name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()})
