"""A consent that waits for a second person, or that ended before anything was sent, protects nobody in silence."""

from html import unescape
from typing import Any
from uuid import UUID

import pytest

from casework import clock
from casework.cases.sections import GroundEntry, Identity, Perpetrator, SafetyPlan
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
BANNER, DUTY = "chưa có căn cứ báo Công an", "Ghi căn cứ luật buộc báo: trẻ em bị xâm hại"
WAITS = "chờ người thứ hai xem lại rồi mới gửi được"
TELL = "Ghi căn cứ để báo người bảo vệ trẻ em"


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
