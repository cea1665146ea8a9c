"""What a list finds cases by, and what is routed to somebody, is changed in the database: no list loses it unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from casework.desk import actions as desk
from casework.errors import NotFound
from casework.referrals import promise_actions
from casework.retention import actions as retention
from casework.staffing import access_review
from tests.house import House, Someone, both_databases, only_sqlite
from tests.notices.scenes import told
from tests.referrals.scenes import referred
from tests.retention.scenes import CASE_TABLES, OWN, asked
from tests.tampering import refused, stolen

ONE, RED, STOP = "1 vụ việc không mở được", "Có phần của sổ không còn nguyên vẹn", "Sổ không còn nguyên vẹn"
Browser = Callable[[str], FlaskClient]
LATER = 9_000_000_000_000_000


def _page(browser: Browser, username: str, path: str = "/") -> str:
    return browser(username).get(path).text


def _changes_case(house: House, case_id: Any, **values: Any) -> None:
    with stolen(house) as thief:
        assert thief.change("case_file", {"id": case_id}, **values) == 1


@only_sqlite
@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("state", state) for state in ("void", "closed", "draft", "advice", "x")),
        ("holder_id", "mai"),
        ("owner_id", "police"),
        ("opened", 1),
        ("closed", 1),
        ("code_tag", b"x"),
    ],
)
def test_a_case_whose_row_was_changed_leaves_no_list_in_silence(
    house: House, browser: Browser, lan: Someone, column: str, value: Any
):
    case_id = lan.opens_a_case()
    lan.opens_a_case()
    words: Any = {"mai": house["mai"].id, "police": house["cuong"].person.actor.agency_id}
    _changes_case(house, case_id, **{column: words.get(value, value) if isinstance(value, str) else value})
    for username in ("lan", "hoa"):
        assert ONE in _page(browser, username), username
    assert STOP in _page(browser, "lan", f"/vu-viec/{case_id}")
    refused(lambda: lan.does(desk.read_case, case_id))


@both_databases
def test_a_case_that_is_gone_with_its_head_is_missed_by_the_next_list_and_an_erased_one_is_not(
    house: House, browser: Browser, lan: Someone, hoa: Someone
):
    """The attack: every row of a case is deleted, and the head that says so; no row contradicts another."""
    erased, taken = lan.opens_a_case(), lan.opens_a_case()
    lan.does(desk.list_cases)
    asked(lan, erased, hoa)
    hoa.does(retention.erase_case, erased)
    lan.does(desk.list_cases)
    assert RED not in _page(browser, "hoa")
    with stolen(house) as thief:
        for table, column in reversed((OWN | CASE_TABLES).items()):
            thief.delete(table, **{column: taken})
    lan.does(desk.list_cases)
    assert RED in _page(browser, "hoa")


@only_sqlite
def test_a_case_that_is_not_hers_rings_and_is_told_to_no_colleague(house: House, browser: Browser, lan: Someone):
    case_id = lan.opens_a_case()
    _changes_case(house, case_id, state="void")
    assert "không mở được" not in _page(browser, "mai")
    assert RED in _page(browser, "son")
    with pytest.raises(NotFound):
        house["mai"].does(desk.read_case, case_id)


@only_sqlite
@pytest.mark.parametrize("values", [{"state": "void"}, {"owner_id": None}, {"opened": 1}])
def test_a_list_without_gaps_refuses_when_a_case_was_changed(
    house: House, browser: Browser, lan: Someone, hoa: Someone, values: Any
):
    case_id = lan.opens_a_case()
    police: Any = house["cuong"].person.actor.agency_id
    _changes_case(house, case_id, **{name: police if value is None else value for name, value in values.items()})
    refused(lambda: hoa.does(access_review.read_review))
    refused(lambda: hoa.does(promise_actions.read_register))


@only_sqlite
def test_a_list_without_gaps_refuses_for_a_case_that_the_reader_would_not_have_found(
    house: House, lan: Someone, mai: Someone, hoa: Someone
):
    _changes_case(house, lan.opens_a_case(circle=[mai]), state="void")
    refused(lambda: hoa.does(access_review.read_review))
    hoa.does(desk.list_cases)


@only_sqlite
@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("referral", {"state": "withdrawn"}),
        ("referral", {"state": "x"}),
        ("referral", {"to_id": "health_station"}),
        ("referral", {"due": LATER}),
        ("referral", {"urgent": True}),
        ("ground", {"state": "withdrawn"}),
        ("ground", {"until": 1}),
        ("ground", {"receiver_id": "health_station"}),
        ("case_file", {"state": "closed"}),
        ("case_file", {"state": "void"}),
    ],
)
def test_a_receiver_is_told_when_what_routes_to_them_is_changed(
    house: House, browser: Browser, table: str, values: dict[str, Any]
):
    made = referred(house)
    health: Any = house["tam"].person.actor.agency_id
    with stolen(house) as thief:
        key = {"id" if table == "case_file" else "case_id": made.case_id}
        thief.change(
            table, key, **{name: health if value == "health_station" else value for name, value in values.items()}
        )
    for path in ("/", "/chuyen-gui"):
        assert ONE in _page(browser, "cuong", path), path
    assert ONE in _page(browser, "lan")


@both_databases
@pytest.mark.parametrize("table", ["referral", "ground", "envelope", "notice"])
def test_a_receiver_is_told_when_what_routes_to_them_is_gone(house: House, browser: Browser, table: str):
    made = referred(house)
    told(house, case_id=made.case_id)
    police: Any = house["cuong"].person.actor.agency_id
    with stolen(house) as thief:
        where = {"case_id": made.case_id} | ({"agency_id": police} if table == "envelope" else {})
        assert thief.delete(table, **where)
    for path in ("/", "/chuyen-gui"):
        assert ONE in _page(browser, "cuong", path), path


@only_sqlite
@pytest.mark.parametrize("values", [{"state": "withdrawn"}, {"to_id": None}, {"sent": 1}])
def test_the_chair_is_told_when_a_notice_to_them_is_changed(house: House, browser: Browser, values: dict[str, Any]):
    made = told(house)
    with stolen(house) as thief:
        assert thief.change("notice", {"id": made.notice_id}, **values) == 1
    assert ONE in _page(browser, "chinh")
    assert ONE in _page(browser, "lan")
