"""Rows of the commune, its members, agencies and keys are changed or deleted: nothing of it stays hidden."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from casework import unguarded_database
from casework.addresses import actions as addresses
from casework.audit import freshness
from casework.cases.states import AddressState
from casework.cases.trusted_addresses import list_addresses
from casework.desk import actions as desk
from casework.maintenance import verify_database
from casework.maintenance.alarms import Alarms
from tests.circle_sheets import made_sheets
from tests.house import House, Someone, only_sqlite
from tests.people import STAFF, THANH_SON
from tests.referrals.scenes import ground
from tests.stories import HALL
from tests.tampering import refused, stolen

pytestmark = only_sqlite
STOP, RED, ONE = "Sổ không còn nguyên vẹn", "Có phần của sổ không còn nguyên vẹn", "1 vụ việc không mở được"
Browser = Callable[[str], FlaskClient]


def test_a_member_who_is_gone_with_a_head_that_says_nothing_more_of_members_is_missed(
    house: House, browser: Browser, mai: Someone, lan: Someone
):
    lan.opens_a_case()
    with stolen(house) as thief:
        thief.change("head", {"id": mai.id}, kind="case")
        thief.delete("member", id=mai.id)
    browser("lan").get("/")
    assert RED in browser("son").get("/").text


def _tables_named(house: House) -> set[str]:
    return {fault.table for fault in verify_database.find_all_faults(house.config, house.gate)}


def test_a_changed_commune_leads_to_the_page_that_says_so_and_to_no_sign_in(house: House, browser: Browser):
    client, visitor = browser("lan"), browser("")
    with stolen(house) as thief:
        thief.change("commune", {"id": THANH_SON}, name="Xã khác")
    page = client.get("/")
    assert (page.status_code, STOP in page.text) == (503, True)
    signed_in = visitor.post("/dang-nhap", data={"username": "lan", "passphrase": "khong dung dau nhe ban"})
    assert signed_in.status_code != 303
    assert client.post("/thoat").status_code == 200
    assert "commune" in _tables_named(house)


def test_a_deleted_commune_leads_nobody_in(house: House, browser: Browser):
    client = browser("lan")
    with stolen(house) as thief:
        thief.delete("commune", id=THANH_SON)
    for path in ("/", "/chuyen-gui"):
        assert client.get(path).status_code in (303, 503)
    refused(lambda: house.gate.perform(house.stranger(), list_addresses))
    for path in ("/dang-nhap", "/dia-chi"):
        assert browser("").get(path).status_code in (200, 303, 404, 503)
    assert _tables_named(house)


@pytest.mark.parametrize("values", [{"name": "Ai đó"}, {"roles": "lead"}, None])
def test_a_colleague_whose_row_was_changed_or_is_gone_cannot_be_hidden(
    house: House, browser: Browser, lan: Someone, binh: Someone, values: dict[str, str] | None
):
    case_id = lan.opens_a_case()
    binh.does(desk.read_case, case_id)
    client = browser("lan")
    assert STAFF["binh"].name in client.get(f"/vu-viec/{case_id}").text
    with stolen(house) as thief:
        if values is None:
            thief.delete("member", id=binh.id)
        else:
            thief.change("member", {"id": binh.id}, **values)
    page = client.get(f"/vu-viec/{case_id}")
    assert (page.status_code, STOP in page.text) == (503, True)
    assert {"member", "head"} & _tables_named(house)


def test_an_agency_whose_row_is_gone_is_missed(house: House, browser: Browser, lan: Someone, mai: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        [police] = thief.rows("agency", kind="police", commune_id=THANH_SON)
        thief.delete("agency", id=police["id"])
    mai.does(desk.list_cases)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)
    assert "agency" in _tables_named(house)
    refused(lambda: ground(house, case_id, "health_station"))
    with house.looking() as session:
        refused(lambda: freshness.agency(session, THANH_SON, police["id"]))
    assert browser("lan").get("/").status_code in (200, 503)


def test_a_member_whose_key_was_deleted_is_told_and_sees_no_empty_book(house: House, browser: Browser, lan: Someone):
    lan.opens_a_case()
    client = browser("lan")
    with stolen(house) as thief:
        assert thief.delete("wrap", member_id=lan.id)
    page = client.get("/")
    assert (page.status_code, STOP in page.text) == (503, True)
    assert "head" in _tables_named(house)


def test_somebody_of_a_circle_whose_key_was_deleted_is_missed(house: House, lan: Someone, binh: Someone):
    case_id = lan.opens_a_case(circle=[binh])
    with stolen(house) as thief:
        [case] = thief.rows("case_file", id=case_id)
        assert thief.delete("wrap", member_id=binh.id, agency_id=case["owner_id"])
    binh.does(desk.list_cases)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)
    assert "head" in _tables_named(house)


@pytest.mark.parametrize("values", [{"contact": "0900000666"}, {"state": "retired"}, {"capacity": 40}, None])
def test_an_address_that_was_changed_or_is_gone_rings_on_the_first_page_and_the_others_stay(
    house: House, browser: Browser, hoa: Someone, values: dict[str, object] | None
):
    other, place_id = (hoa.does(addresses.add_address, replace(HALL, name=name)) for name in ("Nhà khác", "Nhà này"))
    assert RED not in browser("hoa").get("/").text
    with stolen(house) as thief:
        key = {"id": place_id}
        assert thief.delete("address", **key) if values is None else thief.change("address", key, **values)
    browser("lan").get("/")
    assert RED in browser("hoa").get("/").text
    for username in ("lan", "hoa"):
        page = browser(username).get("/dia-chi").text
        assert ("Nhà này" in page, "Nhà khác" in page, "Có địa chỉ không hiện ra" in page) == (False, True, True)
    refused(lambda: hoa.does(addresses.change_state, other, AddressState.RETIRED))


@pytest.mark.parametrize("kind", ["member", "agency", "commune", "x"])
@pytest.mark.parametrize("gone", [False, True])
def test_a_head_that_was_given_another_kind_stops_one_case_and_no_page(
    house: House, browser: Browser, lan: Someone, kind: str, gone: bool
):
    case_id, other = lan.opens_a_case(), lan.opens_a_case()
    with stolen(house) as thief:
        thief.change("head", {"id": case_id}, kind=kind)
        if gone:
            thief.delete("case_file", id=case_id)
    for username in ("lan", "hoa"):
        assert ONE in browser(username).get("/").text
    for username in ("mai", "cuong", "chinh", "son", "quang"):
        assert browser(username).get("/").status_code == 200
    assert STOP in browser("lan").get(f"/vu-viec/{case_id}").text
    assert browser("lan").get(f"/vu-viec/{other}").status_code == 200
    assert RED in browser("son").get("/").text
    ground(house, other, "police")


@pytest.mark.parametrize("table", ["agency_epoch", "recovery", "recovery_officer", "recovery_pair"])
def test_what_opens_an_agency_again_is_missed_when_it_is_gone(house: House, mai: Someone, lan: Someone, table: str):
    """The attack: sheets that were tried open nothing any more, and nobody knows before they are needed."""
    case_id = lan.opens_a_case(circle=[mai])
    made_sheets(lan, case_id, ["Bà Tư", "Ông Năm"])
    assert not _tables_named(house)
    with stolen(house) as thief:
        assert thief.delete(table)
    with unguarded_database.snapshot(house.config.database_url) as connection:
        faults = verify_database.find_faults_quickly(connection, house.gate.server_keys)
    assert "head" in {fault.table for fault in faults}
