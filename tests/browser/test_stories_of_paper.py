"""Hard stories 5, 11, 15, 22 and 24 on a phone, with scripts, without, and with those of an old browser."""

from datetime import timedelta

from casework import clock
from casework.desk import actions as desk
from casework.desk import kept_paper_actions
from tests.browser.walking import IN_EVERY_WAY, Walk
from tests.duty.scenes import PHONES, every_day, writes
from tests.house import House, Someone, only_sqlite
from tests.referrals.scenes import referred
from tests.stories import dao

pytestmark = only_sqlite
ON = "main form .buttons .button:not(.quiet)"


def answers_at_the_door(walk: Walk) -> None:
    walk.page.check("[name=danger][value=no]")
    walk.page.check("[name=secret][value=nobody]")
    walk.page.fill("#call_her", "Chị Sen")


def numbers_that_stand_large(walk: Walk) -> list[str]:
    links = walk.page.locator(".urgent .phone.big")
    return [str(links.nth(number).get_attribute("href")) for number in range(links.count())]


@IN_EVERY_WAY
def test_5_she_goes_home_and_the_door_stays_open(on_phone, lan: Someone, scripts: str):
    case_id = lan.opens_a_case(dao(grounds=()))
    walk = on_phone("lan", scripts=scripts)
    walk.page.goto(f"{walk.site}/vu-viec/{case_id}")
    walk.goes("main a:has-text('Đóng vụ việc')", "input[name=outcome]")
    assert "kế hoạch an toàn" in walk.page.inner_text("main")
    walk.page.check("input[name=outcome][value=went_home]")
    walk.page.fill("#words", "Hẹn gọi lại thứ Năm; đèn ngoài ngõ là dấu hiệu")
    walk.goes(ON, "text=Đã đóng vụ việc.")
    walk.goes("main a:has-text('Mở lại: người ấy trở lại')", ON)
    walk.page.fill("#words", "Chị quay lại")
    walk.goes(ON, "main .tag:has-text('Đang theo dõi')")
    assert lan.does(desk.read_case, case_id).line.is_open


@IN_EVERY_WAY
def test_11_nobody_answers_and_each_call_in_vain_shows_the_next_number_down_to_the_hotline(
    on_phone, house: House, scripts: str
):
    cuong, dung = house["cuong"], house.hires("dung")
    writes(cuong, every_day(cuong.id, dung.id), {cuong.id: PHONES["cuong"][:1], dung.id: PHONES["dung"]})
    referral = referred(house, danger="yes")
    walk = on_phone("lan", scripts=scripts)
    walk.page.goto(walk.site + referral.path)
    assert numbers_that_stand_large(walk) == ["tel:0900000151"]
    for next_number in ("tel:0900000161", "tel:0203555017", "tel:113", "tel:113"):
        walk.page.fill("#hour", "0:00")
        walk.goes("button:text-is('Chưa gọi được')", "text=Đã ghi cuộc gọi.")
        assert numbers_that_stand_large(walk)[-1] == next_number


@IN_EVERY_WAY
def test_15_she_dies_and_nobody_calls_her_any_more(on_phone, lan: Someone, scripts: str):
    case_id = lan.opens_a_case(dao(grounds=()))
    counsellor = on_phone("lan", scripts=scripts)
    counsellor.page.goto(f"{counsellor.site}/vu-viec/{case_id}/dong")
    counsellor.page.check("[name=outcome][value=died]")
    counsellor.goes(ON, "text=xin lãnh đạo Hội đóng")
    counsellor.page.fill("#words", "Bệnh viện huyện báo sáng nay")
    counsellor.page.fill("#children_after", "không có")
    counsellor.goes(ON, "main h1")
    lead = on_phone("hoa", scripts=scripts)
    lead.goes("text=Người ấy đã mất", "text=Các cháu nhỏ")
    lead.page.fill("#words", "Đã hỏi lại bệnh viện")
    lead.page.fill("#children_after", "không có")
    lead.goes(ON, "main h1")
    counsellor.page.goto(f"{counsellor.site}/vu-viec/{case_id}")
    counsellor.looks()
    assert counsellor.page.locator("main a[href^='tel:']").count() == 0
    assert lan.does(desk.read_case, case_id).label.died


@IN_EVERY_WAY
def test_22_the_power_was_cut_and_the_paper_is_typed_in_with_its_three_times(on_phone, lan: Someone, scripts: str):
    walk, written = on_phone("lan", scripts=scripts), clock.today() - timedelta(days=2)
    walk.page.goto(walk.site + "/giay")
    walk.goes("text=Nhập phiếu đón đêm đã viết", "#danger-0")
    for box, number in (("day", written.day), ("month", written.month), ("year", written.year)):
        walk.page.fill(f"[name=received_on-{box}]", str(number))
    walk.page.fill("#received_hour", "23:10")
    answers_at_the_door(walk)
    walk.goes(ON, "text=tờ giấy còn đó")
    (line,) = lan.does(desk.list_cases).cases
    assert line.opened == written
    walk.goes("main a[href$='/to-giay']", "[name=fate]")
    walk.page.check("[name=fate][value=locked_away]")
    walk.goes(ON, "text=cất ở đâu")
    walk.page.fill("#words", "tủ số 2")
    walk.goes(ON, "main h1")
    fate = lan.does(kept_paper_actions.read_paper, line.id).record.fate
    assert fate is not None
    assert fate.task.words == "tủ số 2"


@IN_EVERY_WAY
def test_24_the_drill_opens_a_case_that_nobody_counts_and_one_press_removes_it(on_phone, lan: Someone, scripts: str):
    walk = on_phone("lan", scripts=scripts)
    walk.page.goto(walk.site + "/tap")
    walk.goes("text=Tập phiếu đón đêm", "#danger-0")
    answers_at_the_door(walk)
    walk.goes(ON, "text=Ca tập")
    assert lan.does(desk.list_cases).cases == ()
    walk.page.goto(walk.site + "/tap")
    walk.goes("text=Bỏ ca tập", "text=Chưa có ca tập nào.")
