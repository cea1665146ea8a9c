"""Vietnamese first, English second, and times as people say them."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from casework import clock
from casework.web import translation

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Thoát nhanh"
msgstr "Leave now"

msgid "còn %(time)s"
msgstr "%(time)s left"

msgid "%(count)d giờ"
msgid_plural "%(count)d giờ"
msgstr[0] "%(count)d hour"
msgstr[1] "%(count)d hours"
"""


@pytest.fixture(autouse=True)
def _noon():
    with clock.use_clock(lambda: int(NOON.timestamp()) * clock.MICROSECOND):
        yield


@pytest.fixture
def english(tmp_path, monkeypatch):
    """An English catalogue of a few words."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, read_po(StringIO(CATALOGUE)))
    monkeypatch.setattr(translation, "CATALOGUES", tmp_path)


@pytest.fixture
def no_catalogue(tmp_path, monkeypatch):
    """A program that was never built."""
    monkeypatch.setattr(translation, "CATALOGUES", tmp_path)


def test_pages_are_vietnamese_until_somebody_asks(client):
    page = client.get("/everything", headers={"Accept-Language": "en"}).text
    assert '<html lang="vi">' in page
    assert "Thoát nhanh" in page


def test_english_is_read_from_its_catalogue(english, client):
    client.post("/ngon-ngu", data={"lang": "en"}, base_url="https://localhost")
    page = client.get("/everything", base_url="https://localhost").text
    assert '<html lang="en">' in page
    assert "Leave now" in page
    assert "5 hours left" in page
    assert "Beating" in page


def test_without_a_catalogue_english_pages_show_the_vietnamese_words(no_catalogue, client):
    client.post("/ngon-ngu", data={"lang": "en"}, base_url="https://localhost")
    assert "Thoát nhanh" in client.get("/everything", base_url="https://localhost").text


@pytest.mark.parametrize("lang", ["fr", "", "../en", "vi_VN"])
def test_an_unknown_language_changes_nothing(client, lang):
    assert "Set-Cookie" not in client.post("/ngon-ngu", data={"lang": lang}).headers


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/everything", "/everything"),
        ("//example.org", "/"),
        ("https://example.org", "/"),
        ("/\\example.org", "/"),
        ("/a\r\nX: y", "/"),
        ("", "/"),
    ],
)
def test_the_language_button_leads_nowhere_else(client, back, to):
    sent = client.post("/ngon-ngu", data={"lang": "vi", "back": back})
    assert (sent.status_code, sent.headers["Location"]) == (303, to)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(hours=5, minutes=59), "còn 5 giờ"),
        (timedelta(minutes=20), "còn 20 phút"),
        (timedelta(hours=47), "còn 47 giờ"),
        (timedelta(days=3, hours=5), "còn 3 ngày"),
        (timedelta(seconds=20), "đến hạn lúc này"),
        (timedelta(hours=-2), "quá hạn 2 giờ"),
        (timedelta(days=-9), "quá hạn 9 ngày"),
    ],
)
def test_how_long_is_left_is_said_in_words(app, away, said):
    with app.test_request_context():
        assert translation.due(NOON + away) == said
        assert translation.due(int((NOON + away).timestamp()) * clock.MICROSECOND) == said


@pytest.mark.parametrize(("away", "state"), [(-1, "late"), (0, "soon"), (24, "soon"), (25, "later")])
def test_how_pressing_it_is_has_three_states(away, state):
    assert translation.due_state(NOON + timedelta(hours=away)) == state


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOON, "12:00 hôm nay"),
        (NOON - timedelta(hours=13), "23:00 hôm qua"),
        (NOON + timedelta(hours=12), "00:00 ngày mai"),
        (NOON - timedelta(days=30), "12:00 ngày 24/10/2026"),
    ],
)
def test_a_moment_is_said_in_the_time_of_the_commune(app, at, said):
    with app.test_request_context():
        assert translation.when(at) == said


def test_a_day_is_the_day_of_the_commune():
    assert translation.day(datetime(2026, 11, 23, 18, tzinfo=UTC)) == "24/11/2026"
    assert translation.day(date(2026, 3, 5)) == "5/3/2026"


def test_numbers_have_the_marks_of_the_language(app):
    with app.test_request_context():
        assert translation.number(20000) == "20.000"
        assert translation.number(1234.5) == "1.234,5"
    with app.test_request_context(headers={"Cookie": "__Host-lang=en"}):
        assert translation.number(1234.5) == "1,234.5"


def test_words_can_be_asked_for_outside_of_a_request(app):
    with app.app_context():
        assert translation.when(NOON) == "12:00 hôm nay"
