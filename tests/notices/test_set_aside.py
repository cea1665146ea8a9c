"""The notice that is owed is given, recorded by word once, or set aside with a reason; what was withdrawn stays so."""

from html import unescape
from uuid import uuid4

import pytest

from casework.cases.sections import GroundEntry, Notice
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Ungrounded
from casework.notices import actions
from casework.referrals import ground_actions, unsent_actions
from casework.referrals import sending_actions as sending
from tests.house import House, both_databases, only_sqlite
from tests.notices.scenes import readers_of_sheets, told
from tests.referrals.scenes import ASKED, everything, ground
from tests.stories import dao

HEARD = Notice(who="Anh Tú, văn thư", when="2026-11-23T23:15+07:00", words="Có người bị đánh, chưa nói tên")


def untold(somebody) -> list:
    return [case.case_id for case in somebody.does(desk.list_cases, whole_page=True).untold]


@both_databases
def test_it_is_set_aside_with_a_reason_that_the_owner_alone_reads_until_that_is_withdrawn(house: House, lan, hoa):
    case_id = lan.opens_a_case(dao(grounds=()))
    assert untold(lan) == untold(hoa) == [case_id]
    notice_id = lan.does(actions.set_aside, case_id, "Chủ tịch đi họp tỉnh, mai báo trực tiếp")
    assert untold(lan) == untold(hoa) == []
    assert lan.does(unsent_actions.read_unsent, case_id).notice is None
    assert readers_of_sheets(house, case_id) == [{"lan", "mai", "hoa", "binh"}]
    assert house["chinh"].does(actions.list_notices).lines == ()
    page = hoa.does(actions.read_notice, case_id, notice_id)
    assert (page.line.state, page.line.first.words) == ("set_aside", "Chủ tịch đi họp tỉnh, mai báo trực tiếp")
    lan.does(actions.withdraw, case_id, notice_id, "Báo được rồi")
    assert untold(lan) == [case_id]
    lan.does(actions.send, case_id)


@only_sqlite
def test_the_step_offers_it_and_the_first_page_asks_no_more(lan, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    url = f"/vu-viec/{case_id}/tin-bao/de-lai"
    assert url in browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text
    assert browser("lan").get(url).status_code == 200
    empty = browser("lan").post(url, data={"words": " "})
    assert empty.status_code == 422
    assert "Hãy ghi vì sao chưa báo Chủ tịch" in unescape(empty.text)
    assert browser("lan").post(url, data={"words": "Chủ tịch đi vắng"}).status_code == 303
    assert "Để lại, không báo" in unescape(browser("lan").get(f"/vu-viec/{case_id}").text)
    assert "Chưa báo Chủ tịch xã" not in unescape(browser("lan").get("/").text)


@only_sqlite
def test_what_was_sent_or_set_aside_or_is_no_matter_for_the_chair_cannot_be_set_aside(house, lan):
    sent, aside = told(house).case_id, lan.opens_a_case(dao(grounds=()))
    once = uuid4()
    first = lan.does(actions.set_aside, aside, "Chủ tịch đi vắng", once=once)
    assert lan.does(actions.set_aside, aside, "Chủ tịch đi vắng", once=once) == first
    before = everything(house, aside)
    for case_id in (sent, aside):
        with pytest.raises(Conflict):
            lan.does(actions.set_aside, case_id, "nhầm")
    assert everything(house, aside) == before
    empty = lan.opens_a_case(dao(grounds=()))
    with pytest.raises(BadInput):
        lan.does(actions.set_aside, empty, "  ")
    lan.does(desk.close_case, empty, outcome="needs_met", words="")
    with pytest.raises(Conflict):
        lan.does(actions.set_aside, empty, "đã đóng")
    for name in ("mai", "cuong", "luu"):
        with pytest.raises(NotFound):
            house[name].does(actions.set_aside, aside, "nhầm")


@only_sqlite
def test_a_notice_by_word_that_is_written_down_twice_is_one(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    first = lan.does(actions.record_spoken, case_id, HEARD, once=uuid4())
    again = Notice(who="anh tú,  văn thư", when=HEARD.when, words="ghi lại")
    assert lan.does(actions.record_spoken, case_id, again, once=uuid4()) == first
    later = Notice(who=HEARD.who, when="2026-11-24T08:00+07:00")
    assert lan.does(actions.record_spoken, case_id, later) != first, "told again of what came again"


@only_sqlite
def test_a_form_that_comes_again_after_it_was_withdrawn_says_so_and_records_nothing(house, lan):
    case_id, once, word = lan.opens_a_case(dao(grounds=())), uuid4(), uuid4()
    entry = GroundEntry("consent", "police", "granted", "spoken")
    lan.does(actions.withdraw, case_id, lan.does(actions.send, case_id, once=once), "báo nhầm")
    lan.does(actions.withdraw, case_id, lan.does(actions.record_spoken, case_id, HEARD, once=word), "báo nhầm")
    first = lan.does(ground_actions.record_ground, case_id, entry, once=once)
    assert lan.does(ground_actions.record_ground, case_id, entry, once=once) == first
    lan.does(sending.withdraw, case_id, lan.does(sending.send, case_id, first, ASKED, once=once))
    lan.does(ground_actions.withdraw_ground, case_id, first)
    before = everything(house, case_id)
    with pytest.raises(Conflict):
        lan.does(actions.send, case_id, once=once)
    with pytest.raises(Conflict):
        lan.does(sending.send, case_id, first, ASKED, once=once)
    with pytest.raises(Conflict):
        lan.does(actions.record_spoken, case_id, HEARD, once=word)
    with pytest.raises(Conflict):
        lan.does(ground_actions.record_ground, case_id, entry, once=once)
    assert everything(house, case_id) == before


@only_sqlite
def test_danger_is_no_ground_of_a_closed_case_and_what_was_typed_comes_back(house, lan, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    before = everything(house, case_id)
    with pytest.raises(Ungrounded, match="đã đóng"):
        ground(house, case_id, kind="danger", consent="", reason="có dao")
    typed = {"receiver": "police", "reason": "Có dao ở cổng", "told": "yes", "parts": "1", "sections": "identity"}
    answer = browser("lan").post(f"/vu-viec/{case_id}/chuyen-gui/can-cu/nguy-hiem", data=typed)
    assert answer.status_code == 422
    assert "mở lại vụ việc" in unescape(answer.text)
    assert "Có dao ở cổng" in unescape(answer.text)
    assert everything(house, case_id) == before


@only_sqlite
def test_the_page_of_a_case_leads_to_the_step_while_something_is_unsent(house, lan, hoa, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    step = f"/vu-viec/{case_id}/gui-ngay"
    assert step not in browser("lan").get(f"/vu-viec/{case_id}").text
    ground_id = ground(house, case_id)
    for name in ("lan", "hoa"):
        page = unescape(browser(name).get(f"/vu-viec/{case_id}").text)
        assert "Đã nói mà chưa gửi: Công an" in page
        assert step in page
    assert "<title>Gửi ngay những gì đã nói" in unescape(browser("lan").get(step).text)
    lan.does(sending.send, case_id, ground_id, ASKED)
    assert step not in browser("lan").get(f"/vu-viec/{case_id}").text
