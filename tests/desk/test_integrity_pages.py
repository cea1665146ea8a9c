"""What does not hold has a page of its own: stop, whom to call, what not to do; who looks after the book sees red."""

import logging
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from lxml import html

from casework.desk import actions as desk
from casework.oversight.actions import verify_all, verify_log
from casework.policy.vocabulary import Section
from casework.web.form_tokens import FIELD
from tests.browsing import application, browser_of
from tests.house import House, Someone, only_sqlite
from tests.notices.scenes import told
from tests.people import STAFF
from tests.referrals.scenes import referred
from tests.tampering import refused, stolen

pytestmark = only_sqlite
STOP, BUSY, RED = "Sổ không còn nguyên vẹn", "Máy đang bận", "Có phần của sổ không còn nguyên vẹn"
ONE = "1 vụ việc không mở được"
Browser = Callable[[str], FlaskClient]


def _loses_its_label(house: House, case_id: UUID) -> None:
    with stolen(house) as thief:
        [label] = thief.rows("document", case_id=case_id, section=int(Section.LABEL))
        thief.delete("document", id=label["id"])


def _home(house: House, username: str) -> str:
    return browser_of(application(house), house[username]).get("/").text


def test_a_case_that_is_not_whole_says_to_stop_and_whom_to_call(house: House, browser: Browser, lan: Someone, caplog):
    case_id = lan.opens_a_case()
    _loses_its_label(house, case_id)
    with caplog.at_level(logging.ERROR):
        page = browser("lan").get(f"/vu-viec/{case_id}")
    assert page.status_code == 503
    assert STOP in page.text
    assert BUSY not in page.text
    assert STAFF["son"].name in page.text
    assert "quay lại trang trước" not in page.text
    [line] = [record.getMessage() for record in caplog.records if record.name == "casework.gate"]
    for said in ("fault=AlteredRows", "act=case.read", f"about={case_id}", f"who={lan.id}"):
        assert said in line
    assert STAFF["lan"].name not in caplog.text


def test_what_was_typed_is_said_not_to_be_written(house: House, browser: Browser, lan: Someone):
    case_id = lan.opens_a_case()
    form = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}").text).xpath(
        "//form[contains(@action, 'ghi-chu')]"
    )[0]
    token = {FIELD: form.xpath(f".//input[@name='{FIELD}']/@value")[0]}
    _loses_its_label(house, case_id)
    page = browser("lan").post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "Đã gọi.", **token})
    assert (page.status_code, STOP in page.text) == (503, True)
    [kept] = html.fromstring(page.text).xpath("//a[starts-with(@href, '/viet-do/')]/@href")
    assert "Đã gọi." in browser("lan").get(f"{kept}/chu").text


@pytest.mark.parametrize("table", ["case_file", "document", "envelope", "ground", "head", "notice", "referral"])
def test_no_page_breaks_where_all_rows_of_a_table_are_gone(house: House, browser: Browser, lan: Someone, table):
    case = referred(house)
    told(house, case_id=case.case_id)
    with stolen(house) as thief:
        thief.delete(table, **{"id" if table in ("case_file", "head") else "case_id": case.case_id})
    paths = ("", "/chuyen-gui", f"/chuyen-gui/{case.referral_id}", "/phan/story", "/chuyen-gui/can-cu/luat", "/xoa")
    for username in ("lan", "hoa", "cuong", "chinh"):
        client = browser(username)
        for address in ("/", "/chuyen-gui", "/da-dong", *(f"/vu-viec/{case.case_id}{path}" for path in paths)):
            page = client.get(address)
            assert page.status_code in (200, 303, 403, 404, 405) or STOP in page.text, (username, address)
            assert BUSY not in page.text
    assert ONE in browser("lan").get("/").text


def test_a_list_counts_what_it_passes_over_in_red(house: House, browser: Browser, lan: Someone):
    lan.opens_a_case()
    assert ONE not in browser("lan").get("/").text
    _loses_its_label(house, lan.opens_a_case())
    for page in (
        browser("lan").get("/"),
        browser("lan").post("/tim", data={"query": "nguyen"}),
        browser("hoa").get("/"),
    ):
        assert ONE in page.text
    assert ONE not in browser("mai").get("/").text


def test_those_who_look_after_the_book_see_red_until_every_row_was_verified(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        envelopes = thief.rows("envelope", case_id=case_id)
        thief.delete("envelope", case_id=case_id)
    assert RED not in _home(house, "son")
    refused(lambda: lan.does(desk.read_case, case_id))
    for username, sees in (("hoa", True), ("son", True), ("quang", True), ("lan", False)):
        assert (RED in _home(house, username)) is sees
    house["hoa"].does(verify_log)
    verify_all(house.gate)
    assert RED in _home(house, "hoa")
    with stolen(house) as thief:
        thief.put("envelope", *envelopes)
    verify_all(house.gate, rows_hold=True)
    assert RED not in _home(house, "hoa")


def test_a_list_that_passes_something_over_rings_too(house: House, lan: Someone):
    _loses_its_label(house, lan.opens_a_case())
    lan.does(desk.list_cases)
    assert RED in _home(house, "son")


def test_a_visitor_and_a_book_that_cannot_be_read_get_the_page_without_a_name(house: House, lan: Someone, browser):
    case_id, client = lan.opens_a_case(), browser("lan")
    _loses_its_label(house, case_id)
    with stolen(house) as thief:
        thief.change("member", {"id": house["hoa"].id}, name="Ai đó")
    page = client.get(f"/vu-viec/{case_id}")
    assert (page.status_code, STOP in page.text) == (503, True)
    assert STAFF["son"].name not in page.text


def test_an_agency_whose_row_was_changed_gets_the_page_that_says_so_and_no_bare_fault(house: House, browser: Browser):
    client = browser("cuong")
    with stolen(house) as thief:
        thief.connection.exec_driver_sql("UPDATE agency SET duty_phone = '0999' WHERE kind = 'police'")
    for path in ("/", "/chuyen-gui"):
        page = client.get(path)
        assert (page.status_code, STOP in page.text, "<style" in page.text or "app.css" in page.text) == (
            503,
            True,
            True,
        )
    assert client.post("/thoat").status_code == 200


def test_a_line_of_the_log_that_is_none_rings_and_breaks_no_page(house: House, browser: Browser, lan: Someone):
    lan.opens_a_case()
    with stolen(house) as thief:
        thief.connection.exec_driver_sql(
            "UPDATE audit_line SET outcome = 'failed', body = 'x' WHERE n = (SELECT max(n) - 1 FROM audit_line)"
        )
    for username in ("hoa", "quang", "son"):
        page = browser(username).get("/")
        assert (username, page.status_code, RED in page.text) == (username, 200, True)
