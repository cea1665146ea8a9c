"""Any value of any column is replaced in the database: each page opens or says to stop, and `verify` names the row."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from casework import unguarded_database
from casework.db import Base
from casework.errors import AlteredRow
from casework.maintenance import dump, verify_database
from casework.oversight.actions import verify_all
from tests.house import House, only_sqlite
from tests.notices.scenes import told
from tests.referrals.scenes import referred

pytestmark = only_sqlite
STOP, BUSY, BROKEN = "Sổ không còn nguyên vẹn", "Máy đang bận", "Máy đang gặp trục trặc"
REPLACEMENTS: dict[str, Any] = {"text": "x", "null": None, "number": 7, "huge": 2**62, "bytes": b""}
# What no verification names, and why that gives nobody anything.
NO_EVIDENCE = {
    "session": "a sign-in that does not hold is a visitor's",
    "interview": "a screen that does not hold stays covered, and its tries rise by one statement each",
    "throttle": "counts of tries bear no MAC; whoever has the database can take any of them away",
    "tally": "a count that does not hold stops the next act of a visitor",
    "alembic_version": "a start compares it with the program",
    "totp.last_counter": "it rises by one statement; an earlier one lets a code be used twice within a minute",
}
# Values that pages once compared or counted with before they were verified.
COUNTED_WITH = [("case_file", "opened", "text"), ("audit_line", "head_mac", "text")]
FIRST_PAGES = {
    "lan": ("/", "/chuyen-gui", "/tin-bao", "/tu-van", "/tim", "/tai-khoan/cua-toi"),
    "hoa": ("/", "/nhat-ky", "/ra-soat", "/da-dong", "/chuyen-gui/khong-can-dong-y", "/vu-viec-da-bo", "/so-lieu"),
    "cuong": ("/", "/chuyen-gui"),
    "chinh": ("/", "/tin-bao"),
    "son": ("/", "/tai-khoan", "/cho-xac-nhan"),
    "quang": ("/", "/nhat-ky"),
    "": ("/dang-nhap", "/dia-chi", "/quy-tac"),
}
COLUMNS = [(table.name, str(column.key)) for table in Base.metadata.sorted_tables for column in table.columns]
EVERY = [(table, column, kind) for table, column in COLUMNS for kind in REPLACEMENTS]


@dataclass
class Scene:
    """A house in which something of everything was done, with browsers that are signed in."""

    house: House
    browsers: dict[str, FlaskClient]
    paths: dict[str, tuple[str, ...]]
    file: str

    def pages(self) -> Iterator[tuple[str, str, int, str]]:
        for username, paths in self.paths.items():
            for path in paths:
                page = self.browsers[username].get(path)
                yield username or "visitor", path, page.status_code, page.text


@pytest.fixture
def scene(house: House, browser: Callable[[str], FlaskClient]) -> Scene:
    case = referred(house).goes("open", "accept")
    told(house, case_id=case.case_id)
    case_path = f"/vu-viec/{case.case_id}"
    browsers = {username: browser(username) for username in FIRST_PAGES}
    file = str(make_url(house.config.database_url).database)
    return Scene(house, browsers, FIRST_PAGES | {"lan": (*FIRST_PAGES["lan"], case_path, case.path)}, file)


def _put(file: str, table: str, column: str, value: Any) -> tuple[int, Any] | None:
    """Replace a value in one row, one that has any if there is one; return the row and what stood there.

    Returns None where there is no row, or another one has that very key.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        found = database.execute(f"SELECT rowid, {column} FROM {table} ORDER BY {column} IS NULL, rowid LIMIT 1")
        row: tuple[int, Any] | None = found.fetchone()
        if row is None:
            return None
        update = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE rowid = ?"
        return row if database.execute(update, (value, row[0])).rowcount else None


def _put_back(file: str, table: str, column: str, row: tuple[int, Any]) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (row[1], row[0]))


def _without_not_null(file: str) -> None:
    """Let NULL stand anywhere, as whoever may write the schema can."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'")
        database.execute("PRAGMA writable_schema = RESET")


def _faults(scene: Scene, table: str, column: str, kind: str) -> Iterator[str]:
    """Yield what is wrong with the answers while one value is replaced."""
    value = REPLACEMENTS[kind]
    if (row := _put(scene.file, table, column, value)) is None:
        return
    try:
        if row[1] == value and type(row[1]) is type(value):
            return
        for username, path, status, text in scene.pages():
            if BUSY in text or BROKEN in text or not (status in (200, 303, 401, 403, 404) or STOP in text):
                yield f"{table}.{column} = {kind}: {username} {path}: {status}"
        if (named := _dumped(scene, table)) not in (None, table):
            yield f"{table}.{column} = {kind}: a backup names {named}"
        found: object = verify_database.find_all_faults(scene.house.config, scene.house.gate)
        holds = all(verdict.holds for _, verdict in verify_all(scene.house.gate))
        if not found and holds and not {table, f"{table}.{column}"} & NO_EVIDENCE.keys():
            yield f"{table}.{column} = {kind}: verified"
    except Exception as cause:  # noqa: BLE001 -- whatever breaks is a finding
        yield f"{table}.{column} = {kind}: {type(cause).__name__}: {cause}"[:300]
    finally:
        _put_back(scene.file, table, column, row)


def _dumped(scene: Scene, table: str) -> str | None:
    """Write a table into a backup; return the table of the row that it names, None if there is none."""
    with unguarded_database.snapshot(scene.house.config.database_url) as connection:
        tables = [one for one in dump.tables_of(connection) if one.name == table]
        try:
            list(dump.dump_lines(connection, {}, tables, advance=lambda _: None))
        except AlteredRow as named:
            return named.row if f"Bảng {table}: " in str(named) else str(named)
    return None


def _answers(scene: Scene, chosen: list[tuple[str, str, str]]) -> list[str]:
    _without_not_null(scene.file)
    return [fault for table, column, kind in chosen for fault in _faults(scene, table, column, kind)]


def test_some_values_of_columns_are_replaced_and_no_page_breaks(scene: Scene):
    assert _answers(scene, [*COUNTED_WITH, *random.Random(7).sample(EVERY, 14)]) == []


@pytest.mark.prove
@pytest.mark.parametrize("table", sorted({table for table, _ in COLUMNS}))
def test_every_value_of_every_column_is_replaced_and_no_page_breaks(scene: Scene, table: str):
    assert _answers(scene, [one for one in EVERY if one[0] == table]) == []
