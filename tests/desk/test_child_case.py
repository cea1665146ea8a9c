"""A case of a child: marked wherever it is listed, with the clocks of the law, for the agency that gets it too."""

from functools import partial

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import GroundEntry, Identity, Incident, Letter
from casework.desk import actions as desk
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import only_sqlite
from tests.intake.filling import TOLD, fills, shown
from tests.stories import dao

pytestmark = only_sqlite
HOUR = 3600 * clock.MICROSECOND
MARK, CLOCKS = "Dưới 16 tuổi", "Thời hạn theo luật"
DUTY = GroundEntry("duty", "child_protection", duty="LTE_51", told="yes")
TELL = "Ghi lý do để báo người bảo vệ trẻ em"


def of_age(years: int, **more) -> Identity:
    return Identity(name="Nguyễn Thị Đào", sex="NU", birth_year=clock.today().year - years, **more)


@pytest.mark.parametrize(("years", "mark"), [(14, MARK), (17, "16, 17 tuổi"), (36, None)])
def test_the_age_in_law_stands_on_the_case_and_in_every_list_of_it(lan, browser, years, mark):
    case_id = lan.opens_a_case(dao(identity=of_age(years), grounds=()))
    client = browser("lan")
    pages = [client.get("/"), client.get(f"/vu-viec/{case_id}"), client.post("/tim", data={"query": "Đào"})]
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    for page in (*pages, client.get("/da-dong"), client.get(f"/vu-viec/{case_id}")):
        words = shown(page)
        assert (MARK in words, "16, 17 tuổi" in words) == (mark == MARK, mark == "16, 17 tuổi")


def test_a_child_has_its_clocks_and_who_must_be_told_without_danger(lan, browser):
    case_id = lan.opens_a_case(dao(danger="no", identity=of_age(14), grounds=()))
    page = shown(browser("lan").get(f"/vu-viec/{case_id}"))
    for words in (CLOCKS, "Nghị định 56/2017/NĐ-CP, Điều 26 khoản 3", "còn 11 giờ", "không chờ cha mẹ đồng ý", TELL):
        assert words in page
    lan.does(ground_actions.record_ground, case_id, DUTY)
    assert TELL not in shown(browser("lan").get(f"/vu-viec/{case_id}")), "the ground for it stands already"
    other = shown(browser("lan").get(f"/vu-viec/{lan.opens_a_case()}"))
    assert CLOCKS not in other
    assert TELL not in other


def test_a_clock_that_runs_out_turns_red_and_a_closed_case_has_none(lan, browser):
    case_id = lan.opens_a_case(dao(identity=of_age(14), grounds=()))
    at = clock.micros() + 13 * HOUR
    with clock.use_clock(partial(int, at)):
        lan.leaves()
        root = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}").text)
        assert [tag.text for tag in root.xpath("//ul[@class='tasks']//span[@class='tag danger']")] == ["quá hạn 1 giờ"]
        lan.does(desk.close_case, case_id, outcome="needs_met", words="")
        assert CLOCKS not in browser("lan").get(f"/vu-viec/{case_id}").text


def test_the_child_officer_sees_the_mark_before_opening_and_the_clocks_after(house, lan, browser):
    case_id = lan.opens_a_case(dao(grounds=(), identity=of_age(14)))
    ground = lan.does(ground_actions.record_ground, case_id, DUTY)
    referral_id = lan.does(sending.send, case_id, ground, Letter(asks=("child_protection",)))
    assert MARK in shown(browser("nga").get("/"))
    house["nga"].does(receiving_actions.open_referral, case_id, referral_id)
    page = shown(browser("nga").get(f"/vu-viec/{case_id}"))
    assert MARK in page
    assert CLOCKS in page
    assert TELL not in page


def test_signs_of_trafficking_are_told_to_nobody_who_may_not_read_what_happened(house, lan, browser):
    trafficked = Incident(other=("MUA_BAN_NGUOI",))
    case_id = lan.opens_a_case(dao(grounds=(), incident=trafficked))
    assert CLOCKS in browser("lan").get(f"/vu-viec/{case_id}").text
    ground = lan.does(
        ground_actions.record_ground, case_id, GroundEntry("consent", "health_station", "granted", "spoken")
    )
    referral_id = lan.does(sending.send, case_id, ground, Letter(asks=("health",)))
    house["tam"].does(receiving_actions.open_referral, case_id, referral_id)
    page = browser("tam").get(f"/vu-viec/{case_id}").text
    assert CLOCKS not in page
    assert "mua bán" not in page


def test_the_child_officer_is_not_told_to_tell_the_child_officer(house, lan, browser):
    tell = "phải báo người bảo vệ trẻ em của xã ngay"
    case_id = lan.opens_a_case(dao(grounds=(), identity=of_age(14)))
    assert tell in shown(browser("lan").get(f"/vu-viec/{case_id}"))
    ground = lan.does(ground_actions.record_ground, case_id, DUTY)
    referral_id = lan.does(sending.send, case_id, ground, Letter(asks=("child_protection",)))
    house["nga"].does(receiving_actions.open_referral, case_id, referral_id)
    client = browser("nga")
    draft_id = fills(client, {1: {**TOLD, "age_group": "LT16"}})
    for page in (f"/vu-viec/{case_id}", f"/ghi-nhan/{draft_id}/6", "/ghi-nhan"):
        words = shown(client.get(page))
        assert tell not in words, page
        assert "tôi báo người bảo vệ trẻ em" not in words, page
    assert "hãy gặp và bảo vệ em ấy ngay" in shown(client.get(f"/vu-viec/{case_id}"))


def test_who_protects_children_is_to_be_told_until_they_can_read_it(house, lan, browser):
    case_id = lan.opens_a_case(dao(identity=of_age(14), grounds=()))
    ground_id = lan.does(ground_actions.record_ground, case_id, DUTY)
    tell = "phải báo người bảo vệ trẻ em của xã ngay"
    assert tell in shown(browser("lan").get(f"/vu-viec/{case_id}"))
    referral_id = lan.does(sending.send, case_id, ground_id, Letter(asks=("child_protection",)))
    told = shown(browser("lan").get(f"/vu-viec/{case_id}"))
    assert CLOCKS in told
    assert tell not in told
    house["nga"].does(receiving_actions.open_referral, case_id, referral_id)
    house["nga"].does(receiving_actions.decline, case_id, referral_id, "Đang đi tập huấn")
    assert tell in shown(browser("lan").get(f"/vu-viec/{case_id}"))
