"""Nothing stands between the program and its tables: a trigger, a rule or a view of somebody else stops every act."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import make_url

from casework.desk import actions as desk
from casework.errors import AlteredRows, VaultError
from casework.gate import Person
from casework.maintenance import verify_database
from casework.policy.vocabulary import Section
from casework.web.session_loading import load_session
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import referred
from tests.tampering import stolen

KEEPS_WHAT_IS_DELETED = {
    "sqlite": "CREATE TRIGGER kept BEFORE DELETE ON envelope BEGIN SELECT RAISE(IGNORE); END",
    "postgresql": "CREATE RULE kept AS ON DELETE TO envelope DO INSTEAD NOTHING",
}
MEND = {"sqlite": "DROP TRIGGER kept", "postgresql": "DROP RULE kept ON envelope"}


def run(house: House, statements: dict[str, str]) -> None:
    with stolen(house) as thief:
        thief.connection.exec_driver_sql(statements[house.gate.database.engine.dialect.name])


@both_databases
def test_a_trigger_that_keeps_what_is_taken_away_stops_the_act(house: House, lan):
    sent = referred(house).goes("open", "accept")
    run(house, KEEPS_WHAT_IS_DELETED)
    with pytest.raises(AlteredRows):
        sent.goes("withdraw")
    run(house, MEND)
    sent.goes("withdraw")
    assert sent.state == "withdrawn"


@both_databases
def test_a_view_of_somebody_else_stops_every_act(house: House, lan):
    case_id = lan.opens_a_case()
    run(house, dict.fromkeys(MEND, "CREATE VIEW mirror AS SELECT 1 AS one"))
    with pytest.raises(AlteredRows):
        lan.does(desk.read_section, case_id, Section.STORY)
    run(house, dict.fromkeys(MEND, "DROP VIEW mirror"))
    assert lan.does(desk.read_section, case_id, Section.STORY)


def stopped(house: House, lan, person: Person, case_id: UUID) -> bool:
    """Tell whether a request that begins, or an act, is stopped by what does not hold; any other error is a failure."""
    found = False
    for doing in (
        lambda: load_session(house.gate, house.config, lan.cookie),
        lambda: house.gate.perform(person, desk.read_case, case_id),
    ):
        try:
            doing()
        except VaultError:
            found = True
    return found


@both_databases
@pytest.mark.parametrize("table", ["notice", "member", "head", "session"])
@pytest.mark.parametrize("taken", ["TABLE {} RENAME TO elsewhere", "TABLE {} RENAME COLUMN mac TO elsewhere"])
def test_a_table_or_column_that_was_taken_away_is_no_busy_machine(house: House, lan, table: str, taken: str):
    case_id, person = lan.opens_a_case(), lan.person
    run(house, dict.fromkeys(MEND, f"ALTER {taken.format(table)}"))
    assert stopped(house, lan, person, case_id)


RULES = {
    "sqlite": "UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - 1) || ', CHECK (length(state) > 99))'"
    " WHERE name = 'case_file'",
    "postgresql": "ALTER TABLE case_file ADD CHECK (length(state) > 99) NOT VALID",
}


@both_databases
def test_a_rule_of_somebody_else_is_no_busy_machine(house: House, lan: Someone):
    """A row that cannot be written for a rule that our schema does not have would be tried again for ever."""
    lan.opens_a_case()
    house.gate.database.engine.dispose()
    with stolen(house) as thief:
        if (kind := house.gate.database.engine.dialect.name) == "sqlite":
            thief.connection.exec_driver_sql("PRAGMA writable_schema = ON")
        thief.connection.exec_driver_sql(RULES[kind])
    with pytest.raises(AlteredRows):
        lan.opens_a_case()


@only_sqlite
def test_a_file_that_is_damaged_is_no_busy_machine(house: House, lan: Someone):
    case_id, person = lan.opens_a_case(), lan.person
    house.gate.database.engine.dispose()
    file = Path(str(make_url(house.config.database_url).database))
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'case_file'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    assert stopped(house, lan, person, case_id)


@only_sqlite
@pytest.mark.parametrize("table", ["head", "member", "agency", "case_file", "session", "commune"])
def test_a_row_that_stands_there_twice_is_no_busy_machine(house: House, lan, table: str):
    """Only a table without its primary key takes it, and whoever may write the schema can make one."""
    case_id, person = lan.opens_a_case(), lan.person
    for statement in (
        f"CREATE TABLE twice AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE twice RENAME TO {table}",
        f"INSERT INTO {table} SELECT * FROM {table}",
    ):
        run(house, dict.fromkeys(MEND, statement))
    # The same agency twice is the same agency; the verification counts it.
    assert stopped(house, lan, person, case_id) or verify_database.find_all_faults(house.config, house.gate)
