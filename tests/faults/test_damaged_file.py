"""A damaged file is named as damaged, on a page of its own and at the console; a stop leaves one whole file."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import make_url

from casework import unguarded_database
from casework.desk import actions as desk
from casework.errors import DamagedDatabase
from casework.maintenance import verify_database
from casework.policy.vocabulary import Section
from tests.browsing import application, browser_of
from tests.commands import call
from tests.faults.served import served
from tests.house import House, Someone, only_sqlite

pytestmark = only_sqlite
DAMAGED, STOP, BUSY = "Tệp của sổ bị hỏng", "Sổ không còn nguyên vẹn", "Máy đang bận"


def file_of(house: House) -> Path:
    return Path(str(make_url(house.config.database_url).database))


def overwrites(house: House, table: str) -> None:
    """Overwrite the first page of a table, as a disk does that fails."""
    house.gate.database.engine.dispose()
    with closing(sqlite3.connect(file_of(house), isolation_level=None)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file_of(house).open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)


def checked(house: House) -> tuple[int, str]:
    (house.config.data / "casework.toml").write_text(f"database_url = '{house.config.database_url}'\n")
    done = call("check", "--data", str(house.config.data))
    return done.exit_code, done.output


def test_a_page_that_cannot_be_read_is_no_busy_machine_and_no_attack(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    browser = browser_of(application(house), lan)
    overwrites(house, "document")
    page = browser.get(f"/vu-viec/{case_id}")
    assert page.status_code == 503
    assert DAMAGED in page.text
    assert "bản sao lưu còn thì sổ khôi phục được" in page.text
    assert BUSY not in page.text
    assert STOP not in page.text
    with pytest.raises(DamagedDatabase):
        lan.does(desk.read_section, case_id, Section.STORY)


@pytest.mark.parametrize("table", ["document", "session"])
def test_check_and_verify_name_a_damaged_file(house: House, lan: Someone, table: str):
    lan.opens_a_case()
    assert unguarded_database.find_damage(house.config.database_url) == []
    overwrites(house, table)
    status, shown = checked(house)
    assert (status, "cơ sở dữ liệu bị hỏng" in shown, "casework restore" in shown) == (2, True, True), shown
    faults = verify_database.find_all_faults(house.config, house.gate)
    assert {fault.table for fault in faults} == {"database"}
    assert all("hỏng / the file is damaged" in fault.words for fault in faults)
    done = call("verify", "--data", str(house.config.data))
    assert (done.exit_code, "tệp cơ sở dữ liệu hỏng" in done.output or "bị hỏng" in done.output) == (1, True), (
        done.output
    )


def test_a_file_that_is_no_database_is_named_by_every_command(house: House, lan: Someone):
    lan.opens_a_case()
    house.gate.database.engine.dispose()
    file_of(house).write_bytes(b"\0" * 8192)
    for suffix in ("-wal", "-shm"):
        Path(f"{file_of(house)}{suffix}").unlink(missing_ok=True)
    assert "cơ sở dữ liệu bị hỏng" in checked(house)[1]
    for words in (("verify",), ("serve", "--port", "5106"), ("backup",), ("tick",)):
        done = call(words[0], "--data", str(house.config.data), *words[1:])
        assert (done.exit_code, "bị hỏng" in done.output) == (1, True), done.output
        assert "Traceback" not in done.output


def test_a_file_that_is_whole_is_not_touched_by_looking(house: House, lan: Someone):
    lan.opens_a_case()
    house.gate.database.engine.dispose()
    before = file_of(house).read_bytes()
    assert unguarded_database.find_damage(house.config.database_url) == []
    assert file_of(house).read_bytes() == before


def writes_until_some_of_it_is_in_the_wal(house: House, lan: Someone, case_id: UUID) -> None:
    """The server that has just started empties the WAL as well, after its first work in the background."""
    for _ in range(50):
        lan.does(desk.add_note, case_id, "ghi khi sổ đang chạy")
        if Path(f"{file_of(house)}-wal").stat().st_size > 0:
            return
    pytest.fail("nothing was left in the WAL")


def test_a_stop_leaves_the_whole_book_in_one_file(house: House, lan: Someone, tmp_path: Path):
    """Whoever copies the one file after a stop has everything, as somebody does who changes the machine."""
    case_id = lan.opens_a_case()
    with served(house) as server:
        assert server.status("/dang-nhap") == 200
        writes_until_some_of_it_is_in_the_wal(house, lan, case_id)
        house.gate.database.engine.dispose()
        assert Path(f"{file_of(house)}-wal").exists()
    wal = Path(f"{file_of(house)}-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    moved = tmp_path / "moved.sqlite3"
    shutil.copyfile(file_of(house), moved)
    with closing(sqlite3.connect(file_of(house))) as live, closing(sqlite3.connect(moved)) as copy:
        count = "SELECT count(*), max(n) FROM audit_line"
        assert copy.execute(count).fetchone() == live.execute(count).fetchone()
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
