"""On a real PostgreSQL: the service makes no tables, the log is written once, and one role reads counts alone."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from casework import gate as gates
from casework.audit.verify import verify
from casework.db import Base
from casework.desk import actions as desk
from casework.errors import Busy
from casework.statistics import actions as statistics
from tests.house import House
from tests.source import ROOT
from tests.statistics.book import Book, closes, first_of

pytestmark = pytest.mark.parametrize("house", ["postgresql"], indirect=True)
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
            except psycopg.Error as other:
                raise AssertionError(f"{statement}: {other}") from other
        return False


@pytest.fixture
def roles(house: House) -> Iterator[Roles]:
    """The house's database with the three roles, its tables owned by the owner."""
    found = Roles(house, f"casework_{secrets.token_hex(4)}_")
    owner = sql.Identifier(found.mark + "owner")
    with found.connect() as root:
        root.execute(found.read("roles.sql").encode())
        for name in (*Base.metadata.tables, "alembic_version"):
            root.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(name), owner))
        database = sql.Identifier(str(make_url(house.config.database_url).database))
        root.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))
        with found.connect("owner") as own:
            own.execute(found.read("grants.sql").encode())
            own.execute(found.read("grants.sql").encode())
        yield found
        house.gate.database.engine.dispose()
        for role in ("counts", "app", "owner"):
            own_name = sql.Identifier(found.mark + role)
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


def test_the_service_does_its_whole_work_without_owning_a_table(roles: Roles):
    with as_service(roles) as house:
        lan = house["lan"]
        case_id = lan.opens_a_case()
        lan.does(desk.add_note, case_id, "đã gọi lại")
        assert house["hoa"].does(desk.search, "nguyen thi dao")
        with house.hands() as hands:
            assert verify(hands).holds


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "ALTER TABLE member ADD COLUMN a int",
        "DROP TABLE envelope",
        "TRUNCATE document",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE INDEX ON document (case_id)",
        "UPDATE audit_line SET act = 'x'",
        "DELETE FROM audit_line",
        "UPDATE release SET body = ''",
        "DELETE FROM release",
        "UPDATE alembic_version SET version_num = 'x'",
        "SELECT rolpassword FROM pg_authid",
        "COPY member TO PROGRAM 'cat'",
        "CREATE ROLE another",
    ],
)
def test_the_service_may_not(roles: Roles, statement: str):
    assert roles.refused("app", statement)


def test_whoever_reads_counts_reads_nothing_else(roles: Roles):
    for name in sorted({*Base.metadata.tables, "alembic_version"}):
        assert roles.refused("counts", f"SELECT 1 FROM {name}") == (name != "release"), name
    for statement in (
        "INSERT INTO release SELECT * FROM release",
        "SET default_transaction_read_only = off; UPDATE release SET body = ''",
        "SET default_transaction_read_only = off; DELETE FROM release",
        "SET default_transaction_read_only = off; CREATE TABLE mine (a int)",
        "SET default_transaction_read_only = off; CREATE TEMPORARY TABLE mine (a int)",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT lo_import('/etc/passwd')",
    ):
        assert roles.refused("counts", statement), statement


def test_the_statistician_reads_releases_through_the_narrow_role_alone(roles: Roles):
    book = Book(roles.house, first_of(roles.house))
    book.record(book.first, 4)
    with book.on(book.first.next_day):
        released = closes(book.house["hoa"])
        with as_service(roles) as house, roles.connect() as root:
            thu = house["thu"]
            assert thu.does(statistics.read_releases) == (released,)
            app, counts = sql.Identifier(roles.mark + "app"), sql.Identifier(roles.mark + "counts")
            root.execute(sql.SQL("REVOKE ALL ON release FROM {}").format(app))
            assert thu.does(statistics.read_releases) == (released,)
            root.execute(sql.SQL("REVOKE ALL ON release FROM {}").format(counts))
            with pytest.raises(Busy):
                thu.does(statistics.read_releases)
