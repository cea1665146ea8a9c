"""No value of a row reaches a log or a traceback by an error of the database, whatever was to be written or read."""

import io
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import SQLAlchemyError

from casework.engine import open_engine
from casework.vault.models import Commune, Member, Slot
from casework.web.json_logging import JsonLine
from tests.house import House, both_databases
from tests.people import DONG_HAI, THANH_SON
from tests.source import ROOT

CANARY = "canary_Nguyen_Thi_Dao"

Fails = Callable[[Connection], object]


def again(connection: Connection) -> object:
    """Write a member whose name to sign in with is there already."""
    member = dict(connection.execute(select(Member.__table__)).mappings().first() or {})
    member |= {"id": THANH_SON, "name": CANARY, "username": CANARY}
    connection.execute(insert(Member), member)
    return connection.execute(insert(Member), member | {"id": DONG_HAI})


def without_a_parent(connection: Connection) -> object:
    """Write a row that names nobody and lacks a value."""
    slot = {"commune_id": THANH_SON, "id": THANH_SON, "member_id": THANH_SON, "kind": CANARY[:10], "salt": b""}
    return connection.execute(insert(Slot), slot | {"memory_kib": 0, "passes": 0, "blob": CANARY.encode(), "mac": None})


def of_another_kind(connection: Connection) -> object:
    """Compare an id or a number with words."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql("SELECT 1 FROM member WHERE id = %s::text::uuid", (CANARY,)).all()
    return connection.execute(insert(Commune), {"id": CANARY, "name": CANARY})


def of_no_letters(connection: Connection) -> object:
    """Read bytes that are no text, and text that is no number."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql("SELECT cast(name || %s AS integer) FROM member", (CANARY,)).all()
    raw = CANARY.encode() + b"\xff"
    return connection.exec_driver_sql("SELECT cast(? AS text)", (raw,)).all()


def planted_words(connection: Connection) -> object:
    """Be stopped by words of a trigger or function that somebody has put there."""
    if connection.dialect.name == "postgresql":
        raised = f"BEGIN RAISE EXCEPTION '{CANARY}' USING DETAIL = '{CANARY}'; END"
        connection.exec_driver_sql(f"CREATE FUNCTION pg_temp.planted() RETURNS int LANGUAGE plpgsql AS $${raised}$$")
        return connection.exec_driver_sql("SELECT pg_temp.planted()")
    raised = f"CREATE TEMP TRIGGER planted BEFORE INSERT ON throttle BEGIN SELECT RAISE(ABORT, '{CANARY}'); END"
    connection.exec_driver_sql(raised)
    return connection.exec_driver_sql("INSERT INTO throttle VALUES (x'00', 1, 1)")


FAILURES: tuple[Fails, ...] = (again, without_a_parent, of_another_kind, of_no_letters, planted_words)


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Listen to every logger in the form of the program, and in Python's own with whole tracebacks."""
    stream, root = io.StringIO(), logging.getLogger()
    ours, plain = logging.StreamHandler(stream), logging.StreamHandler(stream)
    ours.setFormatter(JsonLine())
    root.addHandler(ours)
    root.addHandler(plain)
    yield stream
    root.removeHandler(ours)
    root.removeHandler(plain)


def failing(house: House, fails: Fails) -> SQLAlchemyError:
    engine = open_engine(house.config.database_url)
    try:
        with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
            fails(connection)
    finally:
        engine.dispose()
    return caught.value


@both_databases
@pytest.mark.parametrize("fails", FAILURES)
def test_no_error_says_what_was_to_be_written_or_read(house: House, fails: Fails, heard: io.StringIO):
    error = failing(house, fails)
    logging.getLogger("casework.any").error("it failed", exc_info=error)
    told = "".join(traceback.format_exception(error)) + str(error) + repr(getattr(error, "orig", "")) + heard.getvalue()
    assert "it failed" in told
    assert CANARY[:10] not in told
    assert CANARY.encode().hex()[:20] not in told


@both_databases
def test_the_operator_is_told_which_table_and_which_rule_of_it(house: House, heard: io.StringIO):
    logging.getLogger("casework.any").error("it failed", exc_info=failing(house, again))
    line = json.loads(heard.getvalue().splitlines()[0])
    assert line["code"] in ("23505", "SQLITE_CONSTRAINT_UNIQUE")
    assert line["table"].startswith("member")


UNCAUGHT = """
import sys, threading, warnings
from casework.web import json_logging
json_logging.install()
def fall():
    try:
        raise ValueError(sys.argv[1])
    except ValueError as cause:
        raise RuntimeError("again " + sys.argv[1]) from cause
class Falls:
    def __del__(self):
        fall()
warnings.warn(sys.argv[1])
thread = threading.Thread(target=fall)
thread.start()
thread.join()
Falls()
fall()
"""


def test_what_nobody_caught_is_a_line_of_the_log_and_says_no_word_either():
    told = [sys.executable, "-c", UNCAUGHT, CANARY]
    ended = subprocess.run(told, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 1
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line.get("fault") for line in lines] == [None, "RuntimeError", "RuntimeError", "RuntimeError"]
    assert all("fall:" in line["at"] for line in lines[1:])
    assert CANARY not in ended.stdout + ended.stderr


def test_no_engine_and_no_connection_is_opened_elsewhere():
    """One place takes the values out of errors, so that one place opens engines."""
    opened = [
        path.relative_to(ROOT / "casework").as_posix()
        for path in (ROOT / "casework").rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("create_engine(", "psycopg.connect("))
    ]
    assert opened == ["engine.py"]
