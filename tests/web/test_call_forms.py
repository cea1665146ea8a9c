"""When a call was: of today or yesterday, by a telephone whose clock is not this machine's."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from casework import clock
from casework.web.call_forms import PhoneCallForm

DAY = datetime(2026, 11, 29, tzinfo=clock.LOCAL)


@pytest.fixture
def call(app: Flask):
    """Fill the form at a moment of a day."""

    def filled(at: str, **typed: str) -> PhoneCallForm:
        hours, minutes = map(int, at.split(":"))
        moment = int((DAY + timedelta(hours=hours, minutes=minutes)).timestamp() * clock.MICROSECOND)
        with app.test_request_context(), clock.use_clock(lambda: moment):
            answers = {"reached": "yes"} | {name.replace("_", "-"): value for name, value in typed.items()}
            form = PhoneCallForm(formdata=MultiDict(answers) if typed else None)
            form.validate()
            return form

    return filled


@pytest.mark.parametrize(
    ("at", "typed", "read"),
    [
        ("23:00", {"hour": "22:58"}, DAY + timedelta(hours=22, minutes=58)),
        ("23:00", {"hour": "23:02"}, DAY + timedelta(hours=23, minutes=2)),
        ("23:58", {"hour": "0:01"}, DAY + timedelta(days=1, minutes=1)),
        ("0:10", {"hour": "23:50", "hour_day": "2026-11-28"}, DAY - timedelta(minutes=10)),
        ("0:10", {"hour": "0:05", "hour_day": "2026-11-29"}, DAY + timedelta(minutes=5)),
        ("12:00", {"hour": "11:00", "hour_day": "2026-11-27"}, DAY + timedelta(hours=11)),
        ("12:00", {"hour": "11:00", "hour_day": "không rõ"}, DAY + timedelta(hours=11)),
    ],
)
def test_an_hour_is_the_moment_that_was_meant(call, at: str, typed: dict[str, str], read: datetime):
    assert call(at, **typed).hour.data == read


def test_an_hour_that_has_not_come_is_asked_about_and_stays(call):
    form = call("0:10", hour="23:50")
    assert form.hour.errors == ["23:50 hôm nay chưa tới. Nếu là hôm qua thì chọn Hôm qua."]
    assert form.hour._value() == "23:50"


def test_an_empty_form_is_filled_with_now(call):
    assert call("23:05").hour._value() == "23:05"


def test_a_call_without_an_answer_is_asked_whether_anybody_was_reached(call):
    form = call("23:05", hour="23:00", reached="")
    assert form.reached.errors
    assert not form.was_reached
