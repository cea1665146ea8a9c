"""Closing lists what stands, danger stops it, a review goes on, and opening again asks only for what truly ended."""

from html import unescape
from uuid import UUID

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import GroundEntry, Incident, Perpetrator, Plan, SafetyPlan
from casework.desk import actions as desk
from casework.errors import BadInput
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, promise_actions, sending_actions
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, ground
from tests.stories import dao
from tests.tampering import stolen

DAY = 86_400 * clock.MICROSECOND
WHY = "Người kia đã bị tạm giam từ hôm qua"
WORDS = "Chị đã về với mẹ, hẹn gặp lại"


@pytest.fixture
def night(lan: Someone) -> UUID:
    """A case with danger on."""
    return lan.opens_a_case(dao(danger="yes", grounds=()))


def in_danger(house: House, case_id: UUID) -> UUID:
    """Send a case to the police for danger, which a second person is to review."""
    danger = ground(house, case_id, kind="danger", consent="", form="", reason="Cầm dao ngoài cổng")
    house["lan"].does(sending_actions.send, case_id, danger, ASKED)
    return danger


def closes(who: Someone, case_id: UUID, danger_over: str = "") -> None:
    who.does(desk.close_case, case_id, outcome="needs_met", words=WORDS, danger_over=danger_over)


def opens_again(who: Someone, case_id: UUID) -> None:
    who.does(desk.close_case, case_id, outcome="", words="Chị trở lại", again=True)


def plan_of(who: Someone, case_id: UUID) -> Plan:
    [written] = who.does(desk.read_section, case_id, Section.PLAN)
    return Plan.from_json(written.data.to_json())


def state(house: House, case_id: UUID) -> str:
    with stolen(house) as thief:
        [row] = thief.rows("case_file", id=case_id)
    return str(row["state"])


def live_grounds(who: Someone, case_id: UUID) -> set[str]:
    ledger = who.does(ground_actions.read_ledger, case_id)
    return {line.entry.kind for line in ledger.grounds if line.live}


@both_databases
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_case_with_danger_on_is_not_closed_without_a_reason(house: House, lan: Someone, night: UUID, reason: str):
    with pytest.raises(BadInput, match="Còn nguy hiểm thì chưa đóng"):
        closes(lan, night, reason)
    assert state(house, night) == "open"
    assert lan.does(desk.read_case, night).line.urgent


@both_databases
def test_why_danger_is_over_is_kept_and_the_case_says_that_it_is_over(lan: Someone, night: UUID):
    closes(lan, night, WHY)
    assert lan.does(desk.read_case, night).label.danger == "no"
    plan = plan_of(lan, night)
    assert (plan.danger_over, plan.outcome) == (WHY, "needs_met")


def test_the_page_asks_why_danger_is_over_and_keeps_what_was_typed(house: House, night: UUID, browser):
    page = browser("lan").post(f"/vu-viec/{night}/dong", data={"outcome": "needs_met", "words": WORDS})
    assert page.status_code == 422
    assert "Vì sao biết là đã hết nguy hiểm" in page.text
    assert "Còn nguy hiểm thì chưa đóng" in page.text
    assert WORDS in unescape(page.text)
    assert state(house, night) == "open"
    sent = {"outcome": "needs_met", "words": WORDS, "danger_over": WHY}
    assert browser("lan").post(f"/vu-viec/{night}/dong", data=sent).status_code == 303
    assert state(house, night) == "closed"


def test_without_danger_the_page_asks_nothing_about_it(lan: Someone, browser):
    case_id = lan.opens_a_case()
    assert "danger_over" not in browser("lan").get(f"/vu-viec/{case_id}/dong").text
    sent = {"outcome": "needs_met", "words": WORDS, "danger_over": WHY}
    browser("lan").post(f"/vu-viec/{case_id}/dong", data=sent)
    assert plan_of(lan, case_id).danger_over == ""


def test_the_page_lists_what_stands_and_what_closing_does_to_it(house: House, lan: Someone, browser):
    child = dao(danger="yes", grounds=(), age_group="under_16")
    case_id = lan.opens_a_case(child)
    in_danger(house, case_id)
    ground(house, case_id, "health_station", consent="not_asked", form="")
    ground(house, case_id, "child_protection", kind="duty", consent="", form="", duty="LTE_51")
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/dong").text)
    for standing in (
        "Đã chuyển Công an",
        "Đã nói mà chưa gửi: Bảo vệ trẻ em",
        "Chờ người thứ hai xem lại: Công an",
        "Chưa hỏi ý về: Trạm Y tế",
        "Chưa báo Chủ tịch xã",
        "Đóng thì sổ không nhắc nữa, luật vẫn buộc.",
    ):
        assert standing in page, standing


def test_a_safety_call_is_listed_and_still_asked_for_after_the_closing(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case()
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    lan.does(ground_actions.withdraw_ground, case_id, line.id)
    assert "Đã hẹn gọi hỏi thăm" in browser("lan").get(f"/vu-viec/{case_id}/dong").text
    closes(lan, case_id)
    assert [call.case_id for call in lan.does(promise_actions.list_promises).calls] == [case_id]


def test_nothing_stands_in_a_case_where_all_is_done(lan: Someone, browser):
    outside = {"incident": Incident(other=("HIEP_DAM",)), "perpetrator": Perpetrator(relation="NGUOI_LA")}
    case_id = lan.opens_a_case(dao(grounds=(), **outside))
    assert "Không còn việc nào đang dở." in browser("lan").get(f"/vu-viec/{case_id}/dong").text


@both_databases
def test_the_second_person_still_reviews_what_was_sent_for_danger_after_the_closing(
    house: House, lan: Someone, night: UUID, browser
):
    danger = in_danger(house, night)
    closes(lan, night, WHY)
    assert [waiting.ground_id for waiting in house["hoa"].does(ground_actions.list_reviews)] == [danger]
    review = f"/vu-viec/{night}/chuyen-gui/can-cu/{danger}/xem-lai"
    assert review in browser("hoa").get("/").text
    assert review in browser("hoa").get(f"/vu-viec/{night}/chuyen-gui").text
    assert browser("hoa").get(review).status_code == 200
    house["hoa"].does(ground_actions.review_ground, night, danger, agrees=True)
    assert house["hoa"].does(ground_actions.list_reviews) == ()
    assert live_grounds(lan, night) == set()


@both_databases
def test_opening_again_asks_no_consent_that_only_the_closing_ended(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case()
    [agreed] = lan.does(ground_actions.read_ledger, case_id).grounds
    lan.does(sending_actions.send, case_id, agreed.id, ASKED)
    closes(lan, case_id)
    assert live_grounds(lan, case_id) == set()
    page = browser("lan").get(f"/vu-viec/{case_id}/dong").text
    assert "Mở lại thì có hiệu lực trở lại" in page
    opens_again(lan, case_id)
    [again] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert (again.live, again.until, again.sendable) == (True, agreed.until, True)
    assert lan.does(promise_actions.list_promises).asks == ()


@only_sqlite
def test_opening_again_asks_anew_where_the_consent_has_run_out_meanwhile(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    [agreed] = lan.does(ground_actions.read_ledger, case_id).grounds
    lan.does(sending_actions.send, case_id, agreed.id, ASKED)
    closes(lan, case_id)
    later = clock.micros() + 184 * DAY
    with clock.use_clock(lambda: later):
        lan.leaves()
        opens_again(lan, case_id)
        assert live_grounds(lan, case_id) == set()
        assert [ask.expired for ask in lan.does(promise_actions.list_promises).asks] == [True]


@only_sqlite
def test_danger_does_not_come_back_with_the_case_sent_or_not(house: House, lan: Someone, night: UUID):
    in_danger(house, night)
    unsent = GroundEntry("danger", "health_station", reason="Bóp cổ, khó thở", told="no")
    lan.does(ground_actions.record_ground, night, unsent)
    closes(lan, night, WHY)
    opens_again(lan, night)
    assert live_grounds(lan, night) == set()


def test_a_case_that_was_written_down_twice_is_merged_and_not_closed(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case(dao(danger="yes", grounds=()))
    page = browser("lan").post(f"/vu-viec/{case_id}/dong", data={"outcome": "duplicate", "words": WORDS})
    assert page.status_code == 422
    form = html.fromstring(page.text).xpath("//form[contains(@action, '/gop')]")[0]
    assert form.xpath("string(.//textarea)").strip() == WORDS
    assert state(house, case_id) == "open"
    with pytest.raises(BadInput):
        lan.does(desk.close_case, case_id, outcome="duplicate", words=WORDS)


def test_what_was_refused_and_rests_on_another_ground_is_not_called_unsent(house: House, lan: Someone, night, browser):
    danger = in_danger(house, night)
    ground(house, night, sections=("contact", "incident"))
    house["hoa"].does(ground_actions.review_ground, night, danger, agrees=False, words="Người kia đã đi xa")
    assert lan.does(ground_actions.read_ledger, night).undecided == []
    assert "Đã nói mà chưa gửi" not in unescape(browser("lan").get(f"/vu-viec/{night}/dong").text)


@only_sqlite
def test_the_closing_page_says_that_no_safety_plan_is_written_and_where_to_write_it(lan: Someone, browser):
    without = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(somebody="unknown")))
    page = browser("lan").get(f"/vu-viec/{without}/dong").text
    assert "Chưa ghi kế hoạch an toàn" in page
    assert f"/vu-viec/{without}/safety_plan/sua" in page
    planned = lan.opens_a_case(dao(grounds=()))
    assert "Chưa ghi kế hoạch an toàn" not in browser("lan").get(f"/vu-viec/{planned}/dong").text
