"""Whoever must not know may answer the duty telephone: that is said beside the number, and nobody there is assigned."""

from html import unescape

import pytest

from casework.cases.sections import GroundEntry, Perpetrator, SafetyPlan
from casework.notices import actions as notices
from casework.referrals import receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import only_sqlite
from tests.referrals.scenes import ASKED, ground
from tests.stories import dao

pytestmark = only_sqlite
SAID, KIEN = "Người trực có thể là", "Vũ Trung Kiên"
DANGER = (GroundEntry("danger", "police", reason="Dọa giết, có dao", told="yes"),)


@pytest.fixture
def kien(house):
    """An officer of three who is kin."""
    house.hires("dung")
    return house.hires("kien")


def opened(lan, whom: str = "anh Kiên công an", **answers):
    plan = SafetyPlan(who_must_not_know=whom)
    return lan.opens_a_case(dao(danger="yes", safety_plan=plan, **{"grounds": DANGER} | answers))


def test_it_is_said_beside_the_number_in_the_step_the_preview_and_while_nobody_has_opened(house, lan, browser, kien):
    case_id = opened(lan)
    entry = lan.does(receiving_actions.list_referrals)
    assert entry.lines == ()
    again = ground(house, case_id)
    at = f"/vu-viec/{case_id}"
    for path in ("/gui-ngay", f"/chuyen-gui/can-cu/{again}/xem-truoc"):
        assert f"{SAID} {KIEN}" in unescape(browser("lan").get(at + path).text)
    referral_id = lan.does(sending.send, case_id, again, ASKED, without=[kien.id])
    path = f"{at}/chuyen-gui/{referral_id}"
    assert f"{SAID} {KIEN}" in unescape(browser("lan").get(path).text)
    assert KIEN not in unescape(browser("cuong").get(path).text), "the receiving side never learns who is named"
    house["cuong"].does(receiving_actions.open_referral, case_id, referral_id)
    assert SAID not in unescape(browser("lan").get(path).text)


def test_where_nobody_is_named_nothing_is_said(house, lan, browser, kien):
    case_id = opened(lan, "chị Thoa")
    assert SAID not in unescape(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)


@pytest.mark.parametrize("named", ["anh Kiên công an", ""])
def test_the_police_are_not_assigned_by_default_where_kin_work_there(house, lan, browser, kien, named):
    other = Perpetrator(name="" if named else KIEN, relation="VO_CHONG")
    case_id = opened(lan, named, perpetrator=other, grounds=())
    proposed = lan.does(notices.preview, case_id)
    assert proposed.notice.asks == ("handle",)
    assert proposed.withheld == ("assign_police",)
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/tin-bao/gui").text)
    assert "Không chọn sẵn: Giao Công an xã bảo vệ, ngăn chặn" in page
    lan.does(notices.send, case_id)
    [line] = house["chinh"].does(notices.list_notices).received
    assert line.first.asks == ("handle",)


def test_the_sender_may_ask_for_it_all_the_same(house, lan, kien):
    case_id = opened(lan, grounds=())
    lan.does(notices.send, case_id, asks=("assign_police",))
    [line] = house["chinh"].does(notices.list_notices).received
    assert set(line.first.asks) == {"handle", "assign_police"}


def test_a_chair_who_must_not_know_may_answer_the_number_of_their_office(lan, browser, house):
    case_id = opened(lan, "ông Chính", grounds=())
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/tin-bao/gui").text)
    assert f"{SAID} Đặng Văn Chính" in page
    assert f"{SAID} Đặng Văn Chính" in unescape(browser("lan").get(f"/vu-viec/{case_id}/tin-bao/bang-loi").text)
    notice_id = lan.does(notices.send, case_id)
    assert f"{SAID} Đặng Văn Chính" in unescape(browser("lan").get(f"/vu-viec/{case_id}/tin-bao/{notice_id}").text)
    assert "Đặng Văn Chính" not in unescape(browser("vinh").get(f"/vu-viec/{case_id}/tin-bao/{notice_id}").text)
