"""A commune goes into another one: from the day on nothing new is written here, and what is there goes on."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from casework import clock
from casework.cases import commune_merger
from casework.cases.advice import Advice
from casework.cases.commune_merger import MergedCommune
from casework.desk import actions as desk
from casework.errors import AlteredRows, BadInput, CommuneMerged, Refused
from casework.intake import actions as intake
from casework.intake import advice_actions
from casework.maintenance import row_comparison, verify_database
from casework.staffing import detail_actions
from casework.vault.states import Detail
from tests.browsing import browser_of
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.stories import dao
from tests.tampering import stolen

INTO = "xã Bình Minh"
_DAYS = {"today": 0, "tomorrow": 1}


def merged(house: House, when: str = "today") -> str:
    """Propose and confirm a merger; return what was proposed."""
    value = MergedCommune(INTO, clock.today() + timedelta(days=_DAYS[when])).written()
    change_id = house["son"].does(detail_actions.propose, Detail.MERGED, value)
    house["hoa"].does(detail_actions.confirm, change_id)
    return value


@both_databases
def test_a_merged_commune_takes_no_new_case_and_goes_on_with_those_it_has(house: House, lan: Someone):
    case_id, draft = lan.opens_a_case(), lan.does(intake.start_draft, {1: {"danger": "no"}})
    merged(house)
    for tries in (
        lambda: lan.does(intake.begin_intake),
        lambda: lan.does(intake.start_draft, {1: {"danger": "no"}}),
        lambda: lan.does(advice_actions.record_advice, Advice(topics=("law",), words="Hỏi thủ tục")),
    ):
        with pytest.raises(CommuneMerged) as told:
            tries()
        assert told.value.into == INTO
    lan.does(desk.add_note, case_id, "Chị gọi lại")
    lan.does(intake.start_draft, {1: {"danger": "no"}}, instead_of=draft)
    lan.does(desk.close_case, case_id, outcome="needs_met", words="Xong")
    assert house["luu"].opens_a_case()
    assert verify_database.find_all_faults(house.config, house.gate) == []


@only_sqlite
def test_a_draft_of_before_becomes_a_case_all_the_same(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    merged(house)
    assert isinstance(lan.does(intake.open_case, draft, dao()), UUID)


@only_sqlite
@pytest.mark.parametrize("username", ["lan", "son"])
def test_before_its_day_nobody_is_sent_elsewhere_with_a_new_case(app: Flask, house: House, username: str):
    merged(house, "tomorrow")
    page = browser_of(app, house[username]).get("/").text
    assert "trước ngày ấy vẫn ghi ở đây" in page


@only_sqlite
def test_before_its_day_a_merger_is_only_announced(house: House, lan: Someone):
    merged(house, "tomorrow")
    assert lan.opens_a_case()
    home = lan.does(desk.list_cases, whole_page=True)
    assert home.merged == MergedCommune(INTO, clock.today() + timedelta(days=1))
    dawn = clock.midnight(clock.today() + timedelta(days=1))
    with clock.use_clock(lambda: dawn):
        lan.leaves()
        with pytest.raises(CommuneMerged):
            lan.does(intake.begin_intake)


@only_sqlite
def test_one_person_alone_merges_nothing(house: House, lan: Someone):
    value = MergedCommune(INTO, clock.today()).written()
    change_id = house["son"].does(detail_actions.propose, Detail.MERGED, value)
    for username in ("son", "lan", "chinh"):
        with pytest.raises(Refused):
            house[username].does(detail_actions.confirm, change_id)
    assert lan.opens_a_case()


@only_sqlite
def test_a_merger_is_taken_back_by_two_as_well(house: House, lan: Someone):
    value = merged(house)
    assert lan.does(detail_actions.list_details).value_of(Detail.MERGED, None)[1] == value
    house["hoa"].does(detail_actions.confirm, house["son"].does(detail_actions.propose, Detail.MERGED, ""))
    assert lan.opens_a_case()
    assert verify_database.find_all_faults(house.config, house.gate) == []


@only_sqlite
@pytest.mark.parametrize("value", ["xã Bình Minh", "xã Bình Minh\n2027-01-01", "xã\n31/02/2027"])
def test_what_is_no_commune_and_no_day_is_refused(house: House, value: str):
    with pytest.raises(BadInput):
        house["son"].does(detail_actions.propose, Detail.MERGED, value)


@only_sqlite
def test_a_merger_that_somebody_plants_or_takes_away_rings_and_shows_the_first_page(house: House, lan: Someone):
    merged(house)
    with stolen(house) as thief:
        [row] = thief.rows("merger")
        thief.delete("merger", commune_id=THANH_SON)
    with pytest.raises(AlteredRows):
        lan.does(intake.begin_intake)
    assert lan.does(desk.list_cases, whole_page=True).merged is None
    assert house.config.fault_file.exists()
    with pytest.raises(AlteredRows):
        row_comparison.compare_all(house.config, house.gate)
    with stolen(house) as thief:
        thief.put("merger", row | {"into_name": "xã Khác"})
    with pytest.raises(AlteredRows):
        lan.does(intake.begin_intake)


@only_sqlite
def test_the_pages_say_where_to_go(app: Flask, house: House):
    merged(house)
    browser = browser_of(app, house["lan"])
    home = browser.get("/").text
    assert INTO in home
    answer = browser.get("/ghi-nhan")
    assert answer.status_code == 423
    assert INTO in answer.text
    assert "113" in answer.text
    assert INTO in browser_of(app, house["son"]).get("/").text
    assert "Sáp nhập vào xã khác" in browser.get("/xa").text


@only_sqlite
def test_the_page_proposes_both_commune_and_day_or_neither(app: Flask, house: House, hoa: Someone):
    son, day = browser_of(app, house["son"]), clock.today() + timedelta(days=30)
    boxes = {f"since-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    for half in ({"value": INTO}, boxes):
        answer = son.post("/xa/sua/merged", data=half)
        assert (answer.status_code, "cả tên xã mới lẫn ngày" in answer.text) == (422, True)
    assert son.post("/xa/sua/merged", data={"value": f" {INTO} ", **boxes}).status_code == 303
    [change] = hoa.does(detail_actions.list_details).changes
    assert change.new == MergedCommune(INTO, day).written()
    asked = browser_of(app, hoa).get(f"/xa/doi/{change.id}").text
    assert "không ai ghi được vụ việc mới" in asked
    hoa.does(detail_actions.confirm, change.id)
    page = son.get("/xa/sua/merged").text
    assert f'value="{INTO}"' in page
    assert f'value="{day.year}"' in page
    assert son.post("/xa/sua/merged", data={"value": ""}).status_code == 303
    assert [change.new for change in hoa.does(detail_actions.list_details).changes] == [""]


def test_a_merger_is_read_as_it_was_written():
    merger = MergedCommune(INTO, clock.today())
    assert commune_merger.read(merger.written()) == merger
    assert commune_merger.read("") is None
