"""A night sheet: five answers at the door open a sealed case, once; what was not asked waits for the day."""

import json
from typing import Any
from uuid import uuid4

import pytest

from casework import clock
from casework.cases import holder_transfer
from casework.cases.sections import Assessment, Children, Identity, Incident, Injuries, Perpetrator, Reporter
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound, Refused
from casework.intake.night_actions import record_night_sheet
from casework.intake.night_sheet import NightSheet
from casework.notices import actions as notices
from casework.policy.vocabulary import Section
from casework.retention import voiding
from casework.vault.crypto import hpke
from tests.house import only_sqlite
from tests.intake.filling import shown, wrongs

pytestmark = only_sqlite
SHEET = NightSheet(
    danger="no",
    call_her="Chị Sen",
    children=2,
    care="now",
    medicine="thuốc tiểu đường",
    needs=("shelter", "health"),
    wishes="ở lại đêm nay",
    somebody="no",
)
TYPED: dict[str, Any] = {
    "danger": "no",
    "secret": "nobody",
    "call_her": "Chị Sen",
    "count": "2",
    "urgent": "now",
    "medicine": "thuốc tiểu đường",
    "needs": ["shelter", "health"],
    "wishes": "ở lại đêm nay",
}


def written(someone, case_id, section):
    return someone.does(desk.read_section, case_id, section.section)[0].data


def sends(client, **changes):
    return client.post("/don-dem", data={**TYPED, **changes})


def test_five_answers_open_a_case_that_holds_them_and_says_what_is_to_be_asked(lan, browser):
    client = browser("lan")
    answer = sends(client)
    assert answer.status_code == 303, wrongs(answer)
    (line,) = lan.does(desk.list_cases).cases
    case = lan.does(desk.read_case, line.id)
    assert case.contact.call_her == "Chị Sen"
    assert written(lan, line.id, Children).count == 2
    assert written(lan, line.id, Injuries) == Injuries(urgent="now", medicine="thuốc tiểu đường")
    assert written(lan, line.id, Assessment).wishes == "ở lại đêm nay"
    assert case.unasked == (Section.REPORTER, Section.IDENTITY, Section.INCIDENT, Section.PERPETRATOR)
    page = client.get(f"/vu-viec/{line.id}")
    assert "còn hỏi nốt" in shown(page)
    assert f"/vu-viec/{line.id}/incident/sua" in page.text


def test_what_is_asked_later_is_asked_no_more_once_it_is_written(lan):
    case_id = lan.does(record_night_sheet, SHEET)
    for section in (
        Reporter(reporter_type="BAN_THAN"),
        Identity(sex="NU"),
        Incident(acts=("A",)),
        Perpetrator(relation="VO_CHONG"),
    ):
        assert lan.does(desk.read_case, case_id).unasked[0] is section.section
        lan.does(desk.write_section, case_id, section, base=0)
    assert lan.does(desk.read_case, case_id).unasked == ()


def test_in_danger_the_telephones_come_before_anything_is_sent(lan, browser):
    client = browser("lan")
    answer = sends(client, danger="yes")
    case_id = lan.does(desk.list_cases).cases[0].id
    assert answer.location == f"/don-dem/{case_id}/goi-ngay"
    page = client.get(answer.location)
    assert "Gọi 113" in shown(page)
    assert f"/vu-viec/{case_id}/gui-ngay" in page.text
    assert lan.does(desk.list_cases).urgent[0].id == case_id


def test_the_same_sheet_sent_twice_is_one_case_and_two_sheets_of_the_same_words_are_two(lan):
    once = uuid4()
    first = lan.does(record_night_sheet, SHEET, once=once)
    assert lan.does(record_night_sheet, SHEET, once=once) == first
    assert lan.does(record_night_sheet, SHEET) != first
    assert len(lan.does(desk.list_cases).cases) == 2


def test_a_sheet_whose_case_went_is_said_to_be_recorded_when_it_is_sent_again(lan, hoa, mai, browser):
    """A page that is loaded again sends its form again; by then the case may be set aside, or somebody else's."""
    gone, given = uuid4(), uuid4()
    lan.does(voiding.void_case, lan.does(record_night_sheet, SHEET, once=gone), "nhầm")
    hoa.does(holder_transfer.transfer_holder, lan.does(record_night_sheet, SHEET, once=given), mai.id)
    client = browser("lan")
    for once in (gone, given):
        answer = sends(client, once=once.hex)
        assert answer.status_code == 409
        assert "Tờ này đã được ghi một lần rồi" in shown(answer)


def test_nobody_finds_by_the_id_of_a_form_what_somebody_else_recorded(lan, mai):
    once = uuid4()
    assert lan.does(record_night_sheet, SHEET, once=once) != mai.does(record_night_sheet, SHEET, once=once)


def test_where_somebody_must_not_know_only_those_who_are_named_can_read(lan, hoa, mai, browser):
    client = browser("lan")
    refused = sends(client, secret="somebody", whom="cô Tư ở Hội")
    assert refused.status_code == 422
    assert "Hãy chọn ít nhất một người khác được đọc." in shown(refused)
    assert 'value="Chị Sen"' in refused.text
    with pytest.raises(BadInput):
        lan.does(record_night_sheet, NightSheet("no", "Chị Sen", somebody="yes"))
    assert lan.does(desk.list_cases).cases == ()
    assert sends(client, secret="somebody", whom="cô Tư ở Hội", readers=[str(mai.id)]).status_code == 303
    (line,) = mai.does(desk.list_cases).cases
    assert lan.does(desk.read_case, line.id).restricted
    assert hoa.does(desk.list_cases).cases == ()
    with pytest.raises(NotFound):
        hoa.does(desk.read_case, line.id)


@pytest.mark.parametrize("left_out", ["danger", "secret", "call_her"])
def test_without_danger_readers_or_what_to_call_them_it_is_asked_again_and_nothing_is_lost(lan, browser, left_out):
    answer = sends(browser("lan"), **{left_out: ""})
    assert answer.status_code == 422
    assert "thuốc tiểu đường" in answer.text
    assert lan.does(desk.list_cases).cases == ()


def test_no_notice_is_due_before_it_is_said_what_happened(lan):
    case_id = lan.does(record_night_sheet, SHEET)
    assert lan.does(notices.list_due) == ()
    lan.does(desk.write_section, case_id, Incident(acts=("A",)), base=0)
    assert [case.case_id for case in lan.does(notices.list_due)] == [case_id]


def test_who_opens_no_cases_records_no_sheet(house, browser):
    for username in ("thu", "rang", "hien"):
        with pytest.raises(Refused):
            house[username].does(record_night_sheet, SHEET)
        assert browser(username).get("/don-dem").status_code == 403


def test_an_officer_at_the_station_records_one_too(cuong):
    case_id = cuong.does(record_night_sheet, SHEET)
    assert cuong.does(desk.read_case, case_id).contact.call_her == "Chị Sen"


def test_the_paper_asks_what_the_page_asks_and_has_nobodys_name(browser):
    client = browser("lan")
    paper, page = shown(client.get("/don-dem/giay")), shown(client.get("/don-dem"))
    for question in (
        "Đang có nguy hiểm",
        "Có ai không được biết",
        "Gọi người ấy là gì",
        "Số trẻ em đi cùng",
        "Cần khám khi nào",
    ):
        assert question in paper
        assert question in page
    assert "Không mở cửa." in paper
    assert "113" in paper
    assert "In từ Sổ ca" not in paper


def test_it_is_received_on_the_day_on_which_it_is_recorded(lan):
    case_id = lan.does(record_night_sheet, SHEET)
    assert lan.does(desk.read_case, case_id).line.opened == clock.today()


def test_a_sheet_that_was_sealed_to_an_agency_elsewhere_opens_a_case_when_it_comes_in(lan):
    (agency,) = lan.person.keyring.agencies.values()
    blob = hpke.seal(agency.public_key, json.dumps(SHEET.to_json()).encode(), context=b"elsewhere")
    assert SHEET.call_her.encode() not in blob
    came = NightSheet.from_json(json.loads(hpke.open_sealed(agency.seed, blob, context=b"elsewhere")))
    case_id = lan.does(record_night_sheet, came)
    assert lan.does(desk.read_case, case_id).contact.call_her == SHEET.call_her
