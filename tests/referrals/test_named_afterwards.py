"""Named after something was sent: said at once and on the first page, taken out by one button, never quietly kept."""

from html import unescape
from uuid import UUID, uuid4

import pytest
from lxml import html

from casework.cases.sections import Perpetrator, SafetyPlan
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound
from casework.notices import actions as notices
from casework.referrals import named_actions
from casework.referrals import sending_actions as sending
from tests.house import House, Someone, both_databases, only_sqlite
from tests.intake.filling import shown
from tests.referrals.scenes import ASKED, ground
from tests.referrals.test_named_readers import holders
from tests.stories import dao
from tests.tampering import stolen

SAID, KIEN = "Người không được biết đang đọc được", "Vũ Trung Kiên"
NAMED = SafetyPlan(somebody="yes", who_must_not_know="anh Kiên công an")


@pytest.fixture
def kien(house: House) -> Someone:
    """An officer of three; kin, as will be known later."""
    house.hires("dung")
    return house.hires("kien")


def sent(house: House, lan: Someone, **answers) -> UUID:
    """Refer a case to the whole police, while nobody is named yet."""
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(), **answers))
    lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    return case_id


def names(somebody: Someone, case_id: UUID, plan: SafetyPlan = NAMED, *, base: int = 0) -> None:
    somebody.does(desk.write_section, case_id, plan, base=base)


def at_home(somebody: Someone) -> list[tuple[str, ...]]:
    return [case.names for case in somebody.does(desk.list_cases, whole_page=True).named]


@both_databases
def test_it_stands_on_the_first_page_of_holder_and_lead_until_they_are_taken_out(house, lan, hoa, mai, kien):
    case_id = sent(house, lan)
    assert at_home(lan) == []
    names(lan, case_id)
    assert at_home(lan) == at_home(hoa) == [(KIEN,)]
    assert at_home(mai) == at_home(house["cuong"]) == []
    [reader] = lan.does(named_actions.read_named, case_id).readers
    [read] = reader.referrals
    assert kien.id in read.without
    assert kien.id in holders(house, case_id)


@only_sqlite
@pytest.mark.parametrize("word", ["safety_plan", "perpetrator"])
def test_the_page_after_the_answer_says_so_and_its_button_takes_them_out(house, lan, browser, kien, word):
    case_id = sent(house, lan)
    typed = {"safety_plan": {"who_must_not_know": "anh Kiên công an", "somebody": "yes", "base": "0"}}
    typed["perpetrator"] = {"name": KIEN, "relation": "VO_CHONG", "base": "1"}
    answer = browser("lan").post(f"/vu-viec/{case_id}/{word}/sua", data=typed[word], follow_redirects=True)
    assert f"{SAID}: {KIEN}" in unescape(answer.text)
    assert KIEN in shown(browser("lan").get("/"))
    [form] = html.fromstring(answer.text).xpath("//form[contains(@action, 'nguoi-doc')]")
    assert f"Bỏ {KIEN} ra" in form.text_content()
    lan.proves(case_id)
    out = {"without": form.xpath(".//input[@name='without']/@value")}
    assert browser("lan").post(form.get("action"), data=out).status_code == 303
    assert kien.id not in holders(house, case_id)
    assert house["cuong"].id in holders(house, case_id)
    assert at_home(lan) == []
    assert SAID not in browser("lan").get(f"/vu-viec/{case_id}").text


@only_sqlite
def test_an_answer_that_names_nobody_who_reads_leads_to_what_was_saved(house, lan, browser, kien):
    case_id = sent(house, lan)
    typed = {"who_must_not_know": "anh Kiểm ở xã bên", "base": "0"}
    answer = browser("lan").post(f"/vu-viec/{case_id}/safety_plan/sua", data=typed)
    assert answer.location.endswith("/safety_plan")


@only_sqlite
def test_where_too_few_would_be_left_the_whole_referral_is_withdrawn(house, lan, browser):
    kien = house.hires("kien")
    case_id = sent(house, lan)
    names(lan, case_id)
    page = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}/khong-duoc-biet").text)
    assert page.xpath("//form[contains(@action, 'nguoi-doc')]") == []
    [form] = page.xpath("//form[contains(@action, '/rut')]")
    assert browser("lan").post(form.get("action")).status_code == 303
    assert kien.id not in holders(house, case_id)
    assert at_home(lan) == []


@only_sqlite
def test_a_chair_who_is_named_later_is_led_to_the_notice_that_is_withdrawn(house, lan, browser):
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan()))
    notice_id = lan.does(notices.send, case_id)
    names(lan, case_id, SafetyPlan(who_must_not_know="ông Chính"))
    assert at_home(lan) == [("Đặng Văn Chính",)]
    page = browser("lan").get(f"/vu-viec/{case_id}/khong-duoc-biet").text
    assert f"/tin-bao/{notice_id}/rut" in page
    lan.does(notices.withdraw, case_id, notice_id, "Người không được biết")
    assert at_home(lan) == []


@only_sqlite
def test_who_is_left_in_has_a_reason_and_is_asked_about_again_when_the_answer_changes(house, lan, hoa, browser, kien):
    case_id = sent(house, lan)
    names(lan, case_id)
    url = f"/vu-viec/{case_id}/khong-duoc-biet/{kien.id}/de-lai"
    assert browser("lan").post(url, data={"words": " "}).status_code == 422
    assert at_home(lan) == [(KIEN,)]
    assert browser("lan").post(url, data={"words": "Anh Kiên khác, ở tổ tuần tra"}).status_code == 303
    assert at_home(lan) == at_home(hoa) == []
    page = shown(browser("hoa").get(f"/vu-viec/{case_id}/khong-duoc-biet"))
    assert "Anh Kiên khác, ở tổ tuần tra" in page
    assert "Trần Thị Lan đã để lại" in page
    assert SAID not in browser("lan").get(f"/vu-viec/{case_id}").text
    names(lan, case_id, SafetyPlan(who_must_not_know="anh Kiên, chính anh ấy"), base=1)
    assert at_home(lan) == [(KIEN,)]


@only_sqlite
def test_only_who_is_named_and_reads_can_be_left_in_and_only_by_those_of_the_case(house, lan, mai, kien):
    case_id = sent(house, lan)
    with pytest.raises(NotFound):
        lan.does(named_actions.keep, case_id, kien.id, "chưa ai nêu tên")
    names(lan, case_id)
    for member_id in (uuid4(), house["cuong"].id, lan.id):
        with pytest.raises(NotFound):
            lan.does(named_actions.keep, case_id, member_id, "nhầm")
    with pytest.raises(BadInput):
        lan.does(named_actions.keep, case_id, kien.id, "  ")
    for name in ("mai", "kien", "cuong", "luu"):
        for case in (case_id, uuid4()):
            with pytest.raises(NotFound):
                house[name].does(named_actions.keep, case, kien.id, "tôi được biết")
            with pytest.raises(NotFound):
                house[name].does(named_actions.read_named, case)
    assert at_home(lan) == [(KIEN,)]


@only_sqlite
def test_two_taps_are_one_decision_and_the_receiving_side_never_learns_of_it(house, lan, kien):
    case_id, once = sent(house, lan), uuid4()
    names(lan, case_id)
    for _ in range(2):
        lan.does(named_actions.keep, case_id, kien.id, "Anh Kiên khác", once=once)
    with stolen(house) as thief:
        [entry] = thief.rows("document", case_id=case_id, section=30)
        [envelope] = [row for row in thief.rows("envelope", case_id=case_id) if row["document_id"] == entry["id"]]
        [case] = thief.rows("case_file", id=case_id)
    assert envelope["agency_id"] == case["owner_id"]


@only_sqlite
def test_who_comes_to_work_there_later_and_was_named_before_is_said_on_the_first_page(house, lan):
    plan = SafetyPlan(who_must_not_know=NAMED.who_must_not_know)
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=plan))
    lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    assert at_home(lan) == []
    house["cuong"].does(desk.list_cases)
    house.hires("kien")
    assert at_home(lan) == [(KIEN,)]


@only_sqlite
def test_a_closed_case_is_still_said_while_the_chair_reads_its_notice(house, lan):
    case_id = lan.opens_a_case(dao(grounds=(), perpetrator=Perpetrator(name="", relation="VO_CHONG")))
    lan.does(notices.send, case_id)
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    names(lan, case_id, SafetyPlan(who_must_not_know="ông Chính"), base=1)
    assert at_home(lan) == [("Đặng Văn Chính",)]
