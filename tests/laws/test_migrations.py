"""Migrations: one line of them, the models are where they lead, and a full database goes up and down."""

import uuid
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import inspect, text

import casework.app  # noqa: F401 - every model of the program
from casework import unguarded_database
from casework.config import resource
from casework.db import Base, Database, downgrade, upgrade
from casework.desk import actions as desk
from casework.engine import open_engine
from casework.maintenance import legacy_signatures
from tests.house import House, Someone, both_databases, only_sqlite
from tests.tampering import stolen

# Sessions are not brought along, and a line of the log is bound by its chain.
NOT_BY_LAYOUT = legacy_signatures.NOT_COPIED | {"audit_line"}
UNSIGNED = {"document": {"body"}, "totp": {"last_counter"}}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return ScriptDirectory.from_config(config)


def _tables(url: str) -> set[str]:
    engine = open_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_there_is_one_line_of_migrations():
    assert len(_scripts().get_heads()) == 1
    assert len(_scripts().get_bases()) == 1


def test_the_models_are_what_the_migrations_make(database_url: str):
    upgrade(database_url)
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
            assert context.get_current_heads() == tuple(_scripts().get_heads())
    finally:
        engine.dispose()


def test_an_empty_book_goes_up_and_down_and_up_again(database_url: str):
    for _ in range(2):
        upgrade(database_url)
        assert _tables(database_url) == set(Base.metadata.tables) | {"alembic_version"}
        downgrade(database_url)
        assert _tables(database_url) == {"alembic_version"}


@both_databases
def test_a_full_book_stays_whole_when_it_is_brought_up_to_date(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        before = {name: thief.rows(name) for name in Base.metadata.tables}
    upgrade(house.config.database_url)
    with stolen(house) as thief:
        assert {name: thief.rows(name) for name in Base.metadata.tables} == before
    assert lan.does(desk.read_case, case_id).line.id == case_id


@both_databases
def test_a_full_book_goes_down_step_by_step_and_up_again(house: House, lan: Someone):
    """Going down loses what is dropped, and says so; it never stops half way."""
    lan.opens_a_case()
    house.gate.database.engine.dispose()
    for revision in [script.down_revision or "base" for script in _scripts().walk_revisions()]:
        downgrade(house.config.database_url, to=str(revision))
    assert _tables(house.config.database_url) == {"alembic_version"}
    upgrade(house.config.database_url)
    assert _tables(house.config.database_url) == set(Base.metadata.tables) | {"alembic_version"}


def test_every_step_says_how_the_rows_that_it_changes_were_signed_before(tmp_path: Path):
    """`casework upgrade` checks a database of any earlier program by what its steps say."""
    for script in _scripts().walk_revisions():
        url = f"sqlite:///{tmp_path / script.revision}"
        upgrade(url, to=script.revision)
        with unguarded_database.snapshot(url) as connection:
            tables = unguarded_database.reflected(connection).tables
        signed = legacy_signatures.layouts(script.revision)
        assert signed.keys() == {name for name, table in tables.items() if "mac" in table.c} - NOT_BY_LAYOUT
        unsigned = {name: set(tables[name].c.keys()) - set(one.columns) - {"mac"} for name, one in signed.items()}
        assert {name: left for name, left in unsigned.items() if left} == UNSIGNED


@only_sqlite
def test_a_row_without_its_parent_stops_the_migration(house: House, lan: Someone):
    lan.opens_a_case()
    engine = open_engine(house.config.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ground SET case_id = :nobody"), {"nobody": uuid.uuid4().hex})
    engine.dispose()
    with pytest.raises(RuntimeError, match="foreign keys do not hold"):
        upgrade(house.config.database_url)


@both_databases
def test_a_database_of_a_newer_program_is_refused(house: House):
    engine = open_engine(house.config.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(CommandError, match="9999"):
        upgrade(house.config.database_url)


@both_databases
def test_the_database_is_opened_with_the_promised_settings(house: House):
    database = Database(house.config.database_url)
    try:
        if database.engine.dialect.name != "sqlite":
            with database.read_only() as session:
                assert session.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
            return
        with database.read_only() as session:
            found = {
                name: session.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "trusted_schema")
            }
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
            "trusted_schema": 0,
        }
    finally:
        database.engine.dispose()
