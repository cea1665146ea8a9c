"""On a real PostgreSQL: the service makes no tables, the log is written once, and one role reads counts alone."""

from datetime import time

import pytest
from psycopg import sql

from casework import clock
from casework.audit.verify import verify
from casework.db import Base
from casework.desk import actions as desk
from casework.errors import MissingGrants
from casework.statistics import actions as statistics
from tests.deploy.roles import Roles, as_service
from tests.source import ROOT
from tests.statistics.timeline import Timeline, closes, first_of

pytestmark = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


def test_the_service_does_its_whole_work_without_owning_a_table(roles: Roles):
    with as_service(roles) as house:
        lan = house["lan"]
        case_id = lan.opens_a_case()
        lan.does(desk.add_note, case_id, "đã gọi lại")
        assert house["hoa"].does(desk.search, "nguyen thi dao")
        with house.crypto() as crypto:
            assert verify(crypto).holds


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


def test_what_the_narrow_role_sees_besides_is_what_the_documents_own_up_to(roles: Roles):
    """The day of a release and not the moment; and, as all that may connect, how many rows were written where."""
    timeline = Timeline(roles.house, first_of(roles.house))
    timeline.close(timeline.first)
    with roles.connect("counts") as counts:
        [(at,)] = counts.execute("SELECT released FROM release").fetchall()
        told = counts.execute("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'case_file'").fetchall()
    assert clock.local(at).time() == time(0)
    assert len(told) == 1
    for document in ("SECURITY.md", "deploy/POSTGRESQL.md"):
        assert "how many rows were written to each table" in (ROOT / document).read_text(encoding="utf-8")


def test_the_statistician_reads_releases_through_the_narrow_role_alone(roles: Roles):
    timeline = Timeline(roles.house, first_of(roles.house))
    timeline.record(timeline.first, 4)
    with timeline.on(timeline.first.next_day):
        released = closes(timeline.house["hoa"])
        with as_service(roles) as house, roles.connect() as root:
            thu = house["thu"]
            assert thu.does(statistics.read_releases) == (released,)
            app, counts = sql.Identifier(roles.mark + "app"), sql.Identifier(roles.mark + "counts")
            root.execute(sql.SQL("REVOKE ALL ON release FROM {}").format(app))
            assert thu.does(statistics.read_releases) == (released,)
            root.execute(sql.SQL("REVOKE ALL ON release FROM {}").format(counts))
            with pytest.raises(MissingGrants, match="release"):
                thu.does(statistics.read_releases)


@pytest.mark.parametrize("role", ["app", "owner"])
def test_the_log_of_the_server_repeats_no_row_that_could_not_be_written(roles: Roles, role: str):
    with roles.connect(role) as connection:
        assert connection.execute(b"SHOW log_error_verbosity").fetchone() == ("terse",)
        assert roles.refused(role, "SET log_error_verbosity = default")
