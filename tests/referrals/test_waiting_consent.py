"""A consent that waits for a second person, or that ended before anything was sent, protects nobody in silence."""

from html import unescape
from typing import Any
from uuid import UUID

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import GroundEntry, Identity, Letter, Perpetrator, SafetyPlan
from casework.errors import Conflict
from casework.notices import actions as notices
from casework.referrals import ground_actions, unsent_actions
from tests.house import House, Someone, only_sqlite
from tests.referrals.scenes import ground
from tests.stories import dao

pytestmark = only_sqlite
FATHER: dict[str, Any] = {
    "consent": "granted",
    "form": "spoken",
    "consent_by": "both",
    "representative": "Lò Văn Páo",
    "representative_relation": "CHA_ME",
    "represented_because": "from_7",
    "suspected": "yes",
    "no_other": "Mẹ đi làm xa",
}
BANNER, DUTY = "chưa ghi lý do để báo Công an", "Ghi lý do: luật buộc báo trẻ em bị xâm hại"
WAITS = "chờ người thứ hai xem lại rồi mới gửi được"
TELL = "Ghi lý do để báo người bảo vệ trẻ em"


def agreed_with_the_father(receiver: str) -> GroundEntry:
    return GroundEntry(kind="consent", receiver=receiver, **FATHER)


@pytest.fixture
def child(lan: Someone) -> UUID:
    """A girl of 14 whom her father hits: she and he agreed to the police and the child officer, nothing at once."""
    answers = dao(
        danger="yes",
        identity=Identity(name="Lò Thị Bống", sex="NU", birth_year=clock.today().year - 14),
        perpetrator=Perpetrator(name="Lò Văn Páo", relation="CHA_ME"),
        grounds=(agreed_with_the_father("police"), agreed_with_the_father("child_protection")),
    )
    return lan.opens_a_case(answers)


def both_pages(browser, case_id: UUID) -> list[str]:
    """Return the step and the page of the case, as lan sees them."""
    client = browser("lan")
    return [unescape(client.get(f"/vu-viec/{case_id}{path}").text) for path in ("/gui-ngay", "")]


def line_for(lan: Someone, case_id: UUID, receiver: str):
    lines = lan.does(ground_actions.read_ledger, case_id).grounds
    return next(line for line in lines if line.entry.receiver == receiver)


def protects_nobody(browser, case_id: UUID) -> None:
    for page in both_pages(browser, case_id):
        assert BANNER in page
        for link in ("tel:113", "tel:0203", f"/vu-viec/{case_id}/chuyen-gui/can-cu/nguy-hiem", "/can-cu/luat"):
            assert link in page
        assert DUTY in page
        assert TELL in page


def test_while_it_waits_the_number_and_the_grounds_by_law_stand_on_the_step_and_on_the_case(browser, child: UUID):
    protects_nobody(browser, child)
    step, _ = both_pages(browser, child)
    assert step.count(WAITS) == 2
    assert 'href="tel:111"' in step


@pytest.mark.parametrize("end", ["disagreed", "withdrawn", "set_aside", "refused"])
def test_once_it_has_ended_it_protects_nobody_either(house: House, browser, lan: Someone, child: UUID, end: str):
    line = line_for(lan, child, "police")
    if end == "disagreed":
        house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=False, words="Hỏi bà ngoại")
    elif end == "set_aside":
        house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=True)
        lan.does(unsent_actions.set_aside, child, line.id, "Đã gọi 113")
    else:
        lan.does(ground_actions.withdraw_ground, child, line.id)
    if end == "refused":
        ground(house, child, consent="refused", refusal="sợ bố biết")
    protects_nobody(browser, child)


def test_a_consent_that_was_reviewed_and_danger_that_waits_let_the_police_be_told(
    house: House, browser, lan: Someone, child: UUID
):
    officer = line_for(lan, child, "child_protection")
    house["hoa"].does(ground_actions.review_ground, child, officer.id, agrees=True)
    assert all(BANNER in page and TELL not in page for page in both_pages(browser, child))
    ground(house, child, kind="danger", consent="", form="", reason="Bố đánh, có dao")
    assert all(BANNER not in page for page in both_pages(browser, child))


def test_where_kin_may_answer_the_number_of_the_police_that_is_said_beside_it(house: House, browser, lan: Someone):
    house.hires("dung")
    house.hires("kien")
    plan = SafetyPlan(who_must_not_know="anh Kiên công an")
    case_id = lan.opens_a_case(dao(danger="yes", safety_plan=plan, grounds=()))
    for page in both_pages(browser, case_id):
        assert "Người trực có thể là Vũ Trung Kiên" in page


def home(browser, name: str = "lan") -> str:
    return " ".join(unescape(browser(name).get("/").text).split())


def test_what_waits_stands_on_the_home_of_the_holder_and_leads_to_the_step(browser, child: UUID):
    words = home(browser)
    assert f"/vu-viec/{child}/gui-ngay" in words
    for agency in ("Công an", "Bảo vệ trẻ em"):
        assert f"{agency}: chờ người thứ hai xem lại" in words
    assert str(child) not in home(browser, "mai")


def test_a_no_stands_on_her_home_on_the_step_and_in_the_ledger_as_what_it_is(
    house: House, browser, lan: Someone, child: UUID
):
    line = line_for(lan, child, "police")
    house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=False, words="Hỏi bà ngoại")
    said = "người xem lại không đồng ý: Hỏi bà ngoại"
    assert f"Công an: {said}" in home(browser)
    step, case = both_pages(browser, child)
    assert said in step
    assert "Đã nói mà chưa gửi: " in case
    ledger = unescape(browser("lan").get(f"/vu-viec/{child}/chuyen-gui").text)
    assert "Người xem lại không đồng ý" in ledger
    assert "Đã rút lại" not in ledger


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "danger", "consent": "", "form": "", "reason": "Bố đánh, có dao"},
        {"kind": "duty", "consent": "", "form": "", "duty": "LTE_51"},
        {"consent": "refused", "refusal": "sợ bố biết"},
    ],
)
def test_another_ground_for_the_same_receiver_answers_a_no(
    house: House, browser, lan: Someone, child: UUID, answer: dict[str, str]
):
    for receiver in ("police", "child_protection"):
        line = line_for(lan, child, receiver)
        house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=False, words=f"Không, {receiver}")
    ground(house, child, **answer)
    words = home(browser)
    assert "Không, police" not in words
    assert "Không, child_protection" in words, "what was recorded for one receiver answers for no other"


@pytest.mark.parametrize("refused", [True, False])
def test_what_waits_or_was_refused_is_set_aside_with_a_reason_and_rests(
    house: House, browser, lan: Someone, child: UUID, refused: bool
):
    for receiver in ("police", "child_protection"):
        line = line_for(lan, child, receiver)
        if refused:
            house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=False, words="Hỏi bà ngoại")
        path = f"/vu-viec/{child}/gui-ngay/{line.id}/de-lai"
        assert path in browser("lan").get(f"/vu-viec/{child}/gui-ngay").text
        assert browser("lan").post(path, data={"words": " "}).status_code == 422
        assert browser("lan").post(path, data={"words": "Đã gọi 111"}).status_code == 303
        assert line_for(lan, child, receiver).entry.unsent == "Đã gọi 111"
        with pytest.raises(Conflict):
            lan.does(unsent_actions.set_aside, child, line.id, "lần nữa")
        with pytest.raises(Conflict):
            house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=True)
    assert f"/vu-viec/{child}/gui-ngay" not in home(browser)
    assert "Để lại, không gửi" in unescape(browser("lan").get(f"/vu-viec/{child}/chuyen-gui").text)


def test_danger_that_was_refused_before_it_was_sent_is_not_silent_either(house: House, browser, lan: Someone):
    case_id = lan.opens_a_case(dao(danger="yes", grounds=()))
    ground_id = ground(house, case_id, kind="danger", consent="", form="", reason="Dọa giết")
    house["hoa"].does(ground_actions.review_ground, case_id, ground_id, agrees=False, words="Đã ở nhà mẹ")
    assert "Công an: người xem lại không đồng ý: Đã ở nhà mẹ" in home(browser)


def test_what_the_holder_withdrew_herself_is_no_news_to_her(browser, lan: Someone, child: UUID):
    for receiver in ("police", "child_protection"):
        lan.does(ground_actions.withdraw_ground, child, line_for(lan, child, receiver).id)
    assert f"/vu-viec/{child}/gui-ngay" not in home(browser)
    assert "Đã rút lại" in unescape(browser("lan").get(f"/vu-viec/{child}/chuyen-gui").text)


def test_once_the_second_person_agrees_it_is_only_unsent_and_once_all_is_sent_it_is_gone(
    house: House, browser, lan: Someone, child: UUID
):
    for receiver in ("police", "child_protection"):
        line = line_for(lan, child, receiver)
        house["hoa"].does(ground_actions.review_ground, child, line.id, agrees=True)
        words = home(browser)
        assert "đã nói mà chưa gửi" in words
        lan.does(unsent_actions.send_unsent, child, {line.id: Letter(asks=("police",))})
    words = home(browser)
    assert "đã nói mà chưa gửi" not in words
    assert "chờ người thứ hai xem lại" not in words


def test_the_step_says_what_waits_also_when_the_notice_was_given_and_nothing_can_be_sent(
    browser, lan: Someone, child: UUID
):
    lan.does(notices.set_aside, child, "Đã báo tận nơi")
    answer = browser("lan").get(f"/vu-viec/{child}/gui-ngay")
    assert answer.status_code == 200
    page = unescape(answer.text)
    assert page.count(WAITS) == 2
    assert "<button" not in page.split("<main", 1)[1].split("</main>", 1)[0]
    assert browser("lan").post(f"/vu-viec/{child}/gui-ngay", data={}).status_code == 303


def test_what_waits_for_me_stands_in_my_list_of_reviews_alone(house: House, browser, lan: Someone, child: UUID):
    assert len(house["hoa"].does(ground_actions.list_reviews)) == 2
    assert house["hoa"].does(unsent_actions.list_unsent) == ()
    assert home(browser, "hoa").count("Xem lại người đại diện") == 2
    assert "chờ người thứ hai xem lại" not in home(browser, "hoa")
    assert [case.case_id for case in lan.does(unsent_actions.list_unsent)] == [child]


def test_a_ground_that_is_recorded_from_the_step_leads_back_to_it(browser, child: UUID):
    client = browser("lan")
    step = html.fromstring(client.get(f"/vu-viec/{child}/gui-ngay").text)
    [url] = step.xpath("//button[@name='roi'][contains(@value, 'nguy-hiem')]/@value")
    begun = {"receiver": "police", "reason": "Bố cầm dao", "told": "no"}
    form = html.fromstring(client.post(url, data=begun).text)
    [action] = form.xpath("//main//form[.//input[@name='parts']]/@action")
    answer = client.post(url.partition("?")[0] + action, data={**begun, "parts": "1", "sections": ["contact"]})
    assert answer.location == f"/vu-viec/{child}/gui-ngay"
    assert "Đã ghi lý do chia sẻ." in client.get(answer.location).text
