"""The number beside the first page in the menu is what that page showed last, for this session and for an hour."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casework import clock
from casework.desk.actions import list_cases
from casework.desk.waiting import work_of
from tests.browsing import application, browser_of
from tests.house import House, only_sqlite
from tests.referrals.scenes import referred

pytestmark = only_sqlite
HOUR = 3600 * clock.MICROSECOND
_NUMBER = re.compile(r'class="waits">\((\d+)[<)]')


def number(client: FlaskClient, path: str = "/so-lieu") -> int:
    """Return the number in the menu of a page, 0 if there is none."""
    found = _NUMBER.search(client.get(path, follow_redirects=True).text)
    return int(found[1]) if found else 0


@pytest.fixture
def app(house: House) -> Flask:
    return application(house)


def test_every_page_after_the_first_shows_what_waited_there(app: Flask, house: House):
    referred(house)
    cuong = browser_of(app, house["cuong"])
    assert number(cuong, "/tai-khoan/cua-toi") == 0, "nobody has looked yet"
    shown = number(cuong, "/")
    with app.test_request_context():
        assert shown == work_of(house["cuong"].does(list_cases, whole_page=True)).count > 0
    for path in ("/tai-khoan/cua-toi", "/chuyen-gui", "/tim"):
        assert number(cuong, path) == shown, path


def test_it_goes_down_when_what_waited_is_done_and_the_first_page_is_seen_again(app: Flask, house: House):
    referral = referred(house)
    cuong = browser_of(app, house["cuong"])
    before = number(cuong, "/")
    referral.goes("open")
    referral.goes("decline")
    assert number(cuong, "/") < before


def test_a_sealed_case_changes_the_number_of_its_members_alone(app: Flask, house: House):
    lan, mai = house["lan"], house["mai"]
    others = {name: number(browser_of(app, house[name]), "/") for name in ("hoa", "binh", "cuong", "tam")}
    lans = number(browser_of(app, lan), "/")
    lan.opens_a_case(circle=(lan, mai))
    assert {name: number(browser_of(app, house[name]), "/") for name in others} == others
    assert number(browser_of(app, lan), "/") >= lans


def test_it_ends_with_an_hour_with_the_session_and_for_whoever_signs_in_next(app: Flask, house: House):
    referred(house)
    cuong, now = browser_of(app, house["cuong"]), clock.micros()
    with clock.use_clock(lambda: now):
        assert number(cuong, "/") > 0
    kept = cuong.get_cookie("__Host-form")
    assert kept is not None
    tam = browser_of(app, house["tam"])
    tam.set_cookie("__Host-form", kept.value, secure=True)
    assert number(tam, "/tai-khoan/cua-toi") == 0, "the number of one session is not shown in another"
    with clock.use_clock(lambda: now - HOUR // 4):
        assert number(browser_with(app, house, kept.value), "/tai-khoan/cua-toi") == 0, "the clock was moved back"
    with clock.use_clock(lambda: now + HOUR):
        assert number(browser_with(app, house, kept.value), "/tai-khoan/cua-toi") == 0
    cuong.post("/dang-xuat")
    with cuong.session_transaction() as left:
        assert "waits" not in left


@pytest.mark.parametrize("forged", [None, "3", [], ["x", 3], [1, 2, 3], ["", -1, 0], [None, None, None], {"a": 1}])
def test_what_is_no_number_of_ours_shows_none_and_stops_no_page(app: Flask, house: House, forged):
    cuong = browser_of(app, house["cuong"])
    with cuong.session_transaction(base_url="https://localhost") as cookie:
        cookie["waits"] = forged
    assert number(cuong, "/tai-khoan/cua-toi") == 0


def browser_with(app: Flask, house: House, cookie: str) -> FlaskClient:
    client = browser_of(app, house["cuong"])
    client.set_cookie("__Host-form", cookie, secure=True)
    return client
