"""The three roles of an installation on PostgreSQL, made by the very files that an operator runs."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from casework import gate as gates
from casework.db import Base
from tests.house import House
from tests.source import ROOT

SQL = ROOT / "deploy" / "postgresql"


@dataclass(frozen=True)
class Roles:
    """The roles of one test, with names of their own: roles are shared by all databases of a server."""

    house: House
    mark: str

    def url(self, role: str) -> str:
        """Return the address of the house's database for one role."""
        return make_url(self.house.config.database_url).set(username=self.mark + role).render_as_string(False)

    def read(self, name: str) -> str:
        """Read one of the files as it is, but for the names of the roles."""
        text = (SQL / name).read_text(encoding="utf-8").replace("casework_", self.mark)
        # The database of the test is there already.
        return "\n".join(line for line in text.splitlines() if not line.startswith("CREATE DATABASE"))

    def connect(self, role: str = "") -> psycopg.Connection:
        """Connect as a role, or as the superuser."""
        url = self.url(role) if role else self.house.config.database_url
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def refused(self, role: str, statement: str) -> bool:
        """Tell whether a role is refused a statement for want of a right."""
        with self.connect(role) as connection:
            try:
                connection.execute(statement.encode())
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
                return True
            except psycopg.Error as error:
                raise AssertionError(f"{statement}: {error}") from error
        return False


@pytest.fixture
def roles(house: House) -> Iterator[Roles]:
    """The house's database with the three roles, its tables owned by the owner."""
    made = Roles(house, f"casework_{secrets.token_hex(4)}_")
    owner = sql.Identifier(made.mark + "owner")
    with made.connect() as root:
        root.execute(made.read("roles.sql").encode())
        for name in (*Base.metadata.tables, "alembic_version"):
            root.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(name), owner))
        database = sql.Identifier(str(make_url(house.config.database_url).database))
        root.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))
        with made.connect("owner") as own:
            own.execute(made.read("grants.sql").encode())
            own.execute(made.read("grants.sql").encode())
        yield made
        house.gate.database.engine.dispose()
        for role in ("counts", "app", "owner"):
            own_name = sql.Identifier(made.mark + role)
            for statement in ("REASSIGN OWNED BY {} TO postgres", "DROP OWNED BY {}", "DROP ROLE {}"):
                root.execute(sql.SQL(statement).format(own_name))


@contextlib.contextmanager
def as_service(roles: Roles) -> Iterator[House]:
    """Run the house as the service runs: the application's role, and the narrow one for counts."""
    config = replace(roles.house.config, database_url=roles.url("app"), counts_url=roles.url("counts"))
    gate = gates.open_gate(config, roles.house.gate.kek)
    try:
        yield House(gate, config)
    finally:
        gate.database.engine.dispose()
        assert gate.released
        gate.released.engine.dispose()
