"""The red banner of those who look after the log, when its checkpoints are missing."""

import pytest

from casework import clock
from casework.keeping import checkpoints
from tests.browsing import application, browser_of
from tests.house import only_sqlite
from tests.keeping.kept import Kept

WORDS = "không có mốc đã hơn 26 giờ"
pytestmark = only_sqlite


def _home(book: Kept, username: str) -> str:
    return browser_of(application(book.house), book.house[username]).get("/").get_data(as_text=True)


def test_the_lead_is_told_that_checkpoints_are_missing_and_a_counsellor_is_not(book: Kept):
    assert WORDS in _home(book, "hoa")
    assert WORDS not in _home(book, "lan")
    checkpoints.write_all(book.config, book.house.gate)
    assert WORDS not in _home(book, "hoa")


def test_what_was_found_is_remembered_for_a_minute(book: Kept, monkeypatch: pytest.MonkeyPatch):
    page = browser_of(application(book.house), book.house["hoa"])
    assert WORDS in page.get("/").get_data(as_text=True)
    checkpoints.write_all(book.config, book.house.gate)
    assert WORDS in page.get("/").get_data(as_text=True)
    later = clock.micros() + 61 * clock.MICROSECOND
    with clock.living_at(lambda: later):
        assert WORDS not in page.get("/").get_data(as_text=True)
