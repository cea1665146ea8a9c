"""Readers of a sealed case see at home that it may be lost; whoever must not know of it sees nothing."""

from collections.abc import Callable

from flask.testing import FlaskClient

from casework.accounts import admission_actions
from casework.administration import agency_recovery
from casework.cases import restriction
from casework.staffing import actions as staffing
from tests.cases.test_circle_recovery import at_the_console, readmits
from tests.circle_sheets import made_sheets
from tests.house import House, Someone, only_sqlite
from tests.staffing.model import sign_in_with

pytestmark = only_sqlite
TOLD, ALONE, LOST = "Vụ việc kín có thể mất", "chỉ còn một người mở được", "hoặc tạm thời không mở được: "
Browser = Callable[[str], FlaskClient]


def test_nobody_is_told_while_two_can_open_it(browser: Browser, lan: Someone, mai: Someone):
    lan.opens_a_case(circle=[mai])
    lan.leaves()
    assert TOLD not in browser("lan").get("/").text


def test_the_one_who_is_left_is_told_and_nobody_outside(browser: Browser, lan: Someone, mai: Someone, hoa: Someone):
    lan.opens_a_case(circle=[mai])
    lan.leaves()
    hoa.does(staffing.lock, mai.id)
    page = browser("lan").get("/").text
    assert TOLD in page
    assert ALONE in page
    assert f"{LOST}Phạm Thu Mai" in page
    for username in ("hoa", "binh", "son", "quang"):
        assert TOLD not in browser(username).get("/").text
    hoa.does(staffing.unlock_account, mai.id)
    assert TOLD not in browser("lan").get("/").text


def test_who_starts_anew_is_named_until_a_reader_has_put_them_back(house: House, browser: Browser, lan, mai, binh):
    """An administrator who lets somebody start anew takes them out of every circle, and cannot know it."""
    case_id = lan.opens_a_case(circle=[mai, binh])
    for member in (lan, mai, binh):
        member.leaves()
    house["son"].does(admission_actions.restart, lan.id)
    assert f"{LOST}Trần Thị Lan" in browser("mai").get("/").text
    lan = sign_in_with(house, "lan", readmits(house, "lan"))
    # She held the case, so that she is missed for good; two others open it, so that nobody is alone.
    page = browser("mai").get("/").text
    assert f"{LOST}Trần Thị Lan" in page
    assert ALONE not in page
    mai.does(restriction.change, case_id, [lan.id, binh.id])
    mai.leaves()
    assert TOLD not in browser("mai").get("/").text


def test_sheets_that_were_tried_are_enough_for_one_reader(house: House, browser: Browser, lan: Someone, mai: Someone):
    case_id = lan.opens_a_case(circle=[mai])
    lan.leaves()
    sheets = made_sheets(lan, case_id, ("Cụ Thọ", "Bà Pha"))
    house["hoa"].does(staffing.leave, mai.id)
    lan.leaves()
    assert ALONE in browser("lan").get("/").text
    for sheet in sheets.sheets:
        at_the_console(house, agency_recovery.drill_sheet, sheets, sheet.seat, sheet.secret)
    assert TOLD not in browser("lan").get("/").text
