"""Rows of every table under each other's keys: whoever holds the database and no key is always found out."""

import itertools
from collections.abc import Iterator

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError

from casework.db import Base
from casework.maintenance import verify_database
from tests.faults.numbers import times
from tests.faults.writer import log_holds
from tests.house import House, only_sqlite
from tests.referrals.scenes import referred
from tests.tampering import Row, stolen

pytestmark = only_sqlite
# Counts of tries say how often, and open nothing; a session's row is looked at when it is used (gate/test_forgery.py).
FREE = {"throttle", "session"}
# What is written down without a MAC, because it changes with every use, or because its hash stands elsewhere.
USE = {"totp": {"last_counter"}, "interview": {"tries"}}


def keys(table: Table) -> set[str]:
    return {column.name for column in table.primary_key}


def swaps(table: Table, first: Row, second: Row) -> Iterator[tuple[str, set[str]]]:
    """Name what is exchanged between two rows: all but their keys, with and without the MAC, and each for itself."""
    differing = {name for name in first if first[name] != second[name]} - keys(table) - USE.get(table.name, set())
    signed = sorted(differing - {"mac"})
    if signed:
        yield "all", differing
        yield "all but the MAC", set(signed)
        yield from ((name, {name}) for name in signed[: times("SWAPPED", short=0, long=99)])


def rows_of(house: House, table: Table) -> list[Row]:
    """Return the rows of one commune in a table that has a MAC."""
    with stolen(house) as thief:
        rows = [] if table.name in FREE else thief.rows(table.name)
    return [row for row in rows if row.get("commune_id") == rows[0].get("commune_id")]


def exchanged(house: House, table: Table, first: Row, second: Row, names: set[str]) -> bool:
    """Exchange some columns of two rows; False where the database itself refuses."""
    try:
        with stolen(house) as thief:
            for row, donor in ((first, second), (second, first)):
                key = {name: row[name] for name in keys(table)}
                thief.change(table.name, key, **{name: donor[name] for name in names})
    except IntegrityError:
        return False
    return True


def put_back(house: House, table: Table, *rows: Row) -> None:
    with stolen(house) as thief:
        for row in rows:
            thief.change(table.name, {name: row[name] for name in keys(table)}, **row)


def pairs(rows: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Take a few pairs: the first with the last, then neighbours."""
    chosen = [(rows[0], rows[-1]), *itertools.pairwise(rows)] if len(rows) > 1 else []
    yield from itertools.islice(chosen, times("SWAPS", short=1, long=4))


def noticed(house: House) -> bool:
    return bool(verify_database.find_all_faults(house.config, house.gate)) or not log_holds(house)


def test_no_row_passes_for_another(house: House):
    referred(house).goes("open", "accept", "answer")
    house["hoa"].opens_a_case(circle=[house["binh"]])
    assert not noticed(house)
    tried, passed = set[str](), list[tuple[str, str]]()
    for table in Base.metadata.tables.values():
        for first, second in pairs(rows_of(house, table)):
            for name, columns in swaps(table, first, second):
                tried.add(table.name)
                if exchanged(house, table, first, second, columns):
                    passed += [] if noticed(house) else [(table.name, name)]
                    put_back(house, table, first, second)
    assert not noticed(house)
    assert passed == []
    assert tried >= {
        "member",
        "wrap",
        "document",
        "envelope",
        "head",
        "agency",
        "audit_line",
        "slot",
        "totp",
    }
