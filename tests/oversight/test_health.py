"""The administrator's first page says whether the book is well, and who waits."""

import pytest

from casework import clock
from casework.maintenance import backups
from casework.oversight import actions as oversight
from casework.oversight.health import Health
from casework.policy.vocabulary import Role
from tests.house import only_sqlite

DAY = 24 * 60 * 60 * clock.MICROSECOND


@only_sqlite
def test_the_first_page_says_when_the_log_was_verified_and_a_backup_made(house, browser):
    assert "chưa lần nào" in browser("son").get("/").text
    house.gate.perform(house.stranger(Role.SYSTEM), backups.note_backup, "sao-luu-1")
    house["quang"].does(oversight.verify_log)
    page = browser("son").get("/").text
    assert "chưa lần nào" not in page
    assert "quá hai ngày" not in page


@pytest.mark.parametrize(("days", "late"), [(1, False), (3, True)])
def test_two_days_without_a_backup_are_late(days, late):
    book = Health(verified=DAY * 10, backup=DAY * (10 - days), now=DAY * 10, invited=(), waiting=())
    assert (book.backup_is_late, book.verification_is_late) == (late, False)


@only_sqlite
def test_nobody_else_reads_the_health_of_the_book(browser):
    for name in ("quang", "thu", "rang", "hien", "lan"):
        assert "Sổ có ổn không" not in browser(name).get("/").text, name
