"""On PostgreSQL nothing sealed of an erased case is left in the tables' files once the owner has rewritten them."""

import time
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from casework.retention import actions as retention
from tests.house import House
from tests.retention.scenes import asked, found_in, rows_of, sealed_in

TABLES = ("document", "envelope", "case_file", "referral", "notice", "ground", "head")


def base_files(house: House) -> dict[str, bytes]:
    """Every file of this database in the server's folder; indexes, maps and what TOAST holds included."""
    url = make_url(house.config.database_url)
    with psycopg.connect(_address(house), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT oid, current_setting('data_directory') FROM pg_database WHERE datname = %s", [url.database]
        ).fetchone()
    assert row
    return {file.name: file.read_bytes() for file in Path(row[1], "base", str(row[0])).iterdir() if file.is_file()}


def _address(house: House) -> str:
    return make_url(house.config.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _rewrite(house: House) -> None:
    with psycopg.connect(_address(house), autocommit=True) as connection:
        for table in TABLES:
            connection.execute(sql.SQL("VACUUM FULL {}").format(sql.Identifier(table)))


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_after_the_owner_has_rewritten_the_tables_no_sealed_byte_is_left_in_their_files(house: House, lan, hoa):
    case_id, kept = lan.opens_a_case(), lan.opens_a_case()
    asked(lan, case_id, hoa)
    doomed, other = sealed_in(rows_of(house, case_id)), sealed_in(rows_of(house, kept))
    assert found_in(doomed, base_files(house))
    hoa.does(retention.erase_case, case_id)
    # VACUUM alone gives the space free and leaves what stood in it; the tables must be written anew, and once more if
    # somebody's transaction might still have seen what was erased.
    for _ in range(5):
        _rewrite(house)
        left = base_files(house)
        if not found_in(doomed, left):
            break
        time.sleep(1)
    assert found_in(doomed, left) == []
    assert found_in(other, left) == other
