"""Log lines: a fixed list of fields, and never what somebody typed or where somebody went."""

import io
import json
import logging
import sys

import pytest

from casework.web.json_logging import FIELDS, JsonLine

SECRET = "Nguyễn Thị Đào"


def written(name: str, message: str, *args: object, exc_info: bool = False) -> dict[str, str]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    trouble = sys.exc_info() if exc_info else None
    handler.emit(logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, trouble))
    [line] = stream.getvalue().splitlines()
    return json.loads(line)


def test_our_own_sentence_keeps_the_fields_of_the_list():
    line = written("casework.web", "status=%d method=%s route=%s path=%s", 404, "GET", "/vu-viec/<uuid:id>", SECRET)
    assert line["status"] == "404"
    assert line["route"] == "/vu-viec/<uuid:id>"
    assert set(line) == {"time", "level", "event", "status", "method", "route"}


@pytest.mark.parametrize("name", ["waitress", "sqlalchemy.engine", "caseworker", "root"])
def test_what_others_say_is_reduced_to_their_name(name):
    line = written(name, "status=500 at=/tim?q=%s", SECRET)
    assert set(line) == {"time", "level", "event"}
    assert line["event"] == name


def test_an_exception_is_logged_by_its_class_and_places_alone():
    try:
        raise ValueError(SECRET)
    except ValueError:
        line = written("casework.gate", "act could not be kept", exc_info=True)
    assert line["fault"] == "ValueError"
    assert SECRET not in json.dumps(line, ensure_ascii=False)
    assert "test_an_exception" in line["at"]


@pytest.mark.parametrize("mark", ["\r\n{}", "\x1b[2K", "\x9b2K", "\x85", "\u2028", "\u202e", "\x00"])
def test_no_character_makes_a_second_line_or_hides_one(mark):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    handler.emit(logging.LogRecord("casework.web", logging.ERROR, __file__, 1, "status=%s", (f"200{mark}",), None))
    text = stream.getvalue()
    assert text.isascii()
    assert text.count("\n") == 1
    assert mark not in text
    assert json.loads(text)["status"].startswith("200")


def test_the_list_has_no_field_for_words():
    ids = {"about", "who", "commune"}
    assert set(FIELDS) == {"status", "method", "route", "fault", "at", "act", "port", "row", "state"} | ids
