"""A death: a lead's word closes the case, the children are asked about, and nobody is sent to call the dead."""

from html import unescape
from typing import Any
from uuid import UUID

import pytest

from casework.cases.sections import Plan, Story
from casework.desk import actions as desk
from casework.desk import death_actions as death
from casework.errors import BadInput, Conflict, Refused
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, promise_actions, receiving_actions, sending_actions
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, ground
from tests.stories import dao
from tests.tampering import stolen

KNOWN: dict[str, Any] = {"words": "Chị mất đêm qua, trưởng thôn báo", "children_after": "Bé Tí ở với bà ngoại"}
PHONE = "tel:0987612345"


@pytest.fixture
def case_id(lan: Someone) -> UUID:
    return lan.opens_a_case(dao(danger="yes"))


def closes(who: Someone, case_id: UUID, **changes: Any) -> None:
    who.does(desk.close_case, case_id, outcome="died", **KNOWN | changes)


def is_closed(house: House, case_id: UUID) -> bool:
    with stolen(house) as thief:
        [row] = thief.rows("case_file", id=case_id)
    return row["state"] == "closed"


@both_databases
def test_who_is_no_lead_asks_and_a_lead_closes(house: House, lan: Someone, binh: Someone, case_id: UUID):
    with pytest.raises(Refused):
        closes(lan, case_id)
    lan.does(death.ask_closing, case_id, **KNOWN)
    assert not is_closed(house, case_id)
    assert [line.id for line in binh.does(desk.list_cases).deaths] == [case_id]
    asked = binh.does(death.read_closing, case_id)
    assert (asked.by, asked.words, asked.decides) == ("Trần Thị Lan", KNOWN["words"], True)
    assert not lan.does(death.read_closing, case_id).decides
    closes(binh, case_id)
    assert is_closed(house, case_id)
    page = lan.does(desk.read_case, case_id)
    assert (page.died, page.label.danger, page.line.died) == (True, "no", "yes")
    [plan] = lan.does(desk.read_section, case_id, Section.PLAN)
    assert isinstance(plan.data, Plan)
    assert plan.data.children_after == KNOWN["children_after"]


def test_who_cares_for_the_children_is_asked_of_whoever_asks_or_closes(lan: Someone, binh: Someone, case_id: UUID):
    for doing in (
        lambda: lan.does(death.ask_closing, case_id, words="x", children_after=" "),
        lambda: closes(binh, case_id, children_after=""),
    ):
        with pytest.raises(BadInput, match="các cháu nhỏ bây giờ ai chăm sóc"):
            doing()


def test_the_closing_page_leads_there_and_keeps_what_was_typed(house: House, case_id: UUID, browser):
    sent = {"outcome": "died", "words": KNOWN["words"]}
    page = browser("lan").post(f"/vu-viec/{case_id}/dong", data=sent)
    assert page.status_code == 422
    assert KNOWN["words"] in unescape(page.text)
    assert "Các cháu nhỏ bây giờ ai chăm sóc" in page.text
    assert "Xin lãnh đạo Hội đóng" in page.text
    assert "told" not in page.text
    assert browser("lan").post(f"/vu-viec/{case_id}/dong/da-mat", data=KNOWN).status_code == 303
    first = browser("binh").get("/").text
    assert f"/vu-viec/{case_id}/dong/da-mat" in first
    asked = unescape(browser("binh").get(f"/vu-viec/{case_id}/dong/da-mat").text)
    assert KNOWN["children_after"] in asked
    assert browser("binh").post(f"/vu-viec/{case_id}/dong/da-mat", data=KNOWN).status_code == 303
    assert is_closed(house, case_id)
    assert "Đã mất" in browser("binh").get("/da-dong").text


@pytest.mark.parametrize("closed", [False, True], ids=["asked", "closed"])
def test_no_page_offers_a_call_from_the_asking_on(lan: Someone, binh: Someone, case_id: UUID, browser, closed: bool):
    assert PHONE in browser("lan").get(f"/vu-viec/{case_id}").text
    lan.does(death.ask_closing, case_id, **KNOWN)
    if closed:
        closes(binh, case_id)
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert PHONE not in page
    assert "0987612345" not in page.replace(" ", "")
    assert "Không gọi, không nhắn, không tìm đến" in page
    assert "Cần nhân viên y tế xem" not in page


@only_sqlite
def test_no_promised_call_is_reminded_of_any_more_and_all_come_back_where_it_was_a_mistake(
    lan: Someone, binh: Someone, case_id: UUID
):
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    lan.does(ground_actions.withdraw_ground, case_id, line.id)
    assert lan.does(promise_actions.list_promises).calls
    lan.does(death.ask_closing, case_id, **KNOWN)
    assert lan.does(promise_actions.list_promises).calls == ()
    with pytest.raises(Conflict, match="không gọi nữa"):
        lan.does(promise_actions.record_safety_call, case_id, line.id, words="đã gọi")
    closes(binh, case_id)
    assert lan.does(promise_actions.list_promises).calls == ()
    lan.does(desk.close_case, case_id, outcome="", words="Nhầm người", again=True)
    assert [call.case_id for call in lan.does(promise_actions.list_promises).calls] == [case_id]
    assert not lan.does(desk.read_case, case_id).died


def test_what_was_asked_is_taken_back_once(lan: Someone, binh: Someone, case_id: UUID, browser):
    lan.does(death.ask_closing, case_id, **KNOWN)
    assert browser("lan").post(f"/vu-viec/{case_id}/dong/con-song").status_code == 303
    page = lan.does(desk.read_case, case_id)
    assert (page.died, page.outcome) == (False, "")
    assert binh.does(desk.list_cases).deaths == []
    with pytest.raises(Conflict):
        lan.does(death.ask_closing, case_id, words="", children_after="", mistaken=True)


@only_sqlite
def test_where_nobody_leads_whoever_holds_the_case_closes_it_alone(house: House, cuong: Someone):
    case_id = cuong.opens_a_case(dao(grounds=(), story=Story()))
    assert cuong.does(death.read_closing, case_id).leads == ()
    closes(cuong, case_id)
    assert is_closed(house, case_id)


@only_sqlite
def test_a_receiver_that_reads_on_by_law_learns_that_nobody_is_to_be_called(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    agreed = ground(house, case_id, "police")
    lan.does(sending_actions.send, case_id, agreed, ASKED)
    received = house["cuong"].does(receiving_actions.list_referrals).incoming[0].id
    house["cuong"].does(receiving_actions.open_referral, case_id, received)
    assert PHONE in browser("cuong").get(f"/vu-viec/{case_id}").text
    lan.does(death.ask_closing, case_id, **KNOWN)
    assert PHONE not in browser("cuong").get(f"/vu-viec/{case_id}").text


def test_the_reason_for_closing_is_written_by_the_closing_alone(lan: Someone, case_id: UUID, browser):
    (before,) = lan.does(desk.read_section, case_id, Section.PLAN, may_be_missing=True)
    lan.does(desk.write_section, case_id, Plan(actions="Gặp lại", outcome="died"), base=before.revision)
    assert lan.does(desk.read_case, case_id).outcome == ""
    assert "outcome" not in browser("lan").get(f"/vu-viec/{case_id}/plan/sua").text


def test_opening_again_is_offered_by_whether_the_person_may_come_back(
    lan: Someone, binh: Someone, case_id: UUID, browser
):
    settled = lan.opens_a_case(dao(danger="no"))
    lan.does(desk.close_case, settled, outcome="needs_met", words="")
    assert "Mở lại: người ấy trở lại" in browser("lan").get(f"/vu-viec/{settled}").text
    closes(binh, case_id)
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert "Đóng nhầm: mở lại vụ việc" in page
    assert "trở lại" not in page


def test_a_case_that_is_closed_asks_nothing_about_a_death(lan: Someone, case_id: UUID, browser):
    lan.does(desk.close_case, case_id, outcome="needs_met", words="", danger_over="Người kia đã bị tạm giam")
    assert browser("lan").get(f"/vu-viec/{case_id}/dong/da-mat").status_code == 409
