"""What is new stands on top: for whom, and until when."""

from functools import partial

from casework import clock
from casework.cases.sections import Letter
from casework.desk import actions as desk
from casework.desk import today
from casework.referrals import receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import only_sqlite
from tests.referrals.scenes import ground, referred
from tests.stories import dao

pytestmark = only_sqlite


def test_an_answer_stands_on_top_until_she_has_read_that_very_referral(house, lan):
    police, health = referred(house), None
    health = referred(house, "health_station", case_id=police.case_id)
    for referral in (police, health):
        referral.goes("open", "accept", "answer")
    assert {line.id for line in lan.does(receiving_actions.list_referrals).answered} == {
        police.referral_id,
        health.referral_id,
    }
    lan.does(receiving_actions.read_referral, *police.at)
    assert [line.id for line in lan.does(receiving_actions.list_referrals).answered] == [health.referral_id]
    police.goes("answer")
    assert len(lan.does(receiving_actions.list_referrals).answered) == 2


def test_what_the_holder_has_read_is_no_news_to_her_lead_but_not_the_other_way_round(house, lan, hoa):
    police = referred(house)
    health = referred(house, "health_station", case_id=police.case_id)
    for referral in (police, health):
        referral.goes("open", "accept", "answer")
    assert len(hoa.does(receiving_actions.list_referrals).answered) == 2
    lan.does(receiving_actions.read_referral, *police.at)
    assert [line.id for line in hoa.does(receiving_actions.list_referrals).answered] == [health.referral_id]
    hoa.does(receiving_actions.read_referral, *health.at)
    assert hoa.does(receiving_actions.list_referrals).answered == []
    assert [line.id for line in lan.does(receiving_actions.list_referrals).answered] == [health.referral_id]


def test_what_was_taken_back_brings_no_news(house, lan):
    referred(house).goes("open", "accept", "withdraw")
    assert lan.does(receiving_actions.list_referrals).answered == []


def test_a_list_calls_an_agency_by_few_words_and_a_circle_by_those_of_its_agency(house, browser, lan, mai):
    case_id = lan.opens_a_case(dao(grounds=()), circle=[mai])
    lan.does(sending.send, case_id, ground(house, case_id), Letter(asks=("police",)))
    referred(house)
    assert {line.other_kind for line in house["cuong"].does(receiving_actions.list_referrals).lines} == {"womens_union"}
    assert browser("cuong").get("/chuyen-gui").text.count("<span>Hội Phụ nữ</span>") == 2


def test_a_first_page_on_which_nothing_waits_says_that_this_is_normal(house, browser):
    referred(house, "chairman").goes("open", "accept", "answer")
    page = browser("chinh").get("/").text
    assert "Không còn việc nào đang chờ." in page
    assert "Không còn việc nào đang chờ." not in browser("phuc").get("/").text


def test_what_should_have_come_back_by_the_end_of_today_is_due_on_the_first_page(house, app, lan):
    sent = referred(house)
    due = lan.does(receiving_actions.list_referrals).waiting[0].due
    before = clock.midnight(clock.local(due).date()) - clock.MICROSECOND
    days = [(before, False), (before + clock.MICROSECOND, True), (due + 2 * clock.MICROSECOND, True)]
    for at, shown in days:
        with clock.use_clock(partial(int, at)), app.test_request_context():
            house["lan"].leaves()
            lines = today.lines_of(lan.does(desk.list_cases, whole_page=True), lan.id)
            due_now = {(line.kind, line.case_id) for line in today.due_by_tonight(lines)}
            assert (("awaited", sent.case_id) in due_now) == shown
