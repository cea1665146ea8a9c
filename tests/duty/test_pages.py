"""The pages of the roster: read by the staff, printed, written with what was typed coming back, asked for in time."""

from datetime import timedelta
from functools import partial

import pytest
from lxml import html

from casework import clock
from casework.cases import duty_gaps
from casework.cases.duty_roster import DAYS, DutyDay
from casework.duty import actions as duty
from casework.gate import Action
from casework.policy.vocabulary import Act
from tests.duty.scenes import PHONES, every_day, this_monday, writes
from tests.house import House, only_sqlite

pytestmark = only_sqlite
WEEK = timedelta(days=DAYS)
HOUR = 3600 * clock.MICROSECOND


def typed(form: html.HtmlElement, **answers: str) -> dict[str, str]:
    """What a browser sends of a form in which some answers were changed."""
    values = {box.get("name"): box.get("value") or "" for box in form.xpath(".//input[@name]")}
    for box in form.xpath(".//select"):
        values[box.get("name")] = next(iter(box.xpath("./option[@selected]/@value")), "")
    return values | answers


def form_of(page: str) -> html.HtmlElement:
    [form] = html.fromstring(page).xpath("//form[.//select]")
    return form


def names_in(page: str, name: str) -> tuple[str, str, str]:
    """By which word a form names somebody, and the names of the two boxes for their telephones."""
    key = str(form_of(page).xpath(f"string(.//select[@name='on_0']/option[.='{name}']/@value)"))
    return key, f"phone_{key}_0", f"phone_{key}_1"


def test_a_week_is_written_on_its_page_and_read_by_all_with_links_that_call(cuong, browser):
    path = f"/truc/{this_monday()}/ghi"
    client = browser("cuong")
    own, first, _ = names_in(client.get(path).text, "Vũ Mạnh Cường")
    sent = client.post(path, data=typed(form_of(client.get(path).text), on_0=own, on_6=own, **{first: "0900.000.151"}))
    assert sent.status_code == 303
    assert sent.location == f"/truc/{this_monday()}"
    week = browser("lan").get(sent.location).text
    assert week.count("Vũ Mạnh Cường") == 2
    assert "0900 000 151" in week
    assert cuong.does(duty.plan_week, this_monday()).days[6] == DutyDay(cuong.id)
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    assert 'href="tel:0900000151"' in browser("rang").get("/truc").text
    assert "Hôm nay bạn trực" in client.get("/truc").text
    assert "Hôm nay bạn trực" not in browser("lan").get("/truc").text


def test_a_week_that_was_saved_with_a_gap_says_so_at_once(cuong, browser):
    path = f"/truc/{this_monday() + WEEK}/ghi"
    client = browser("cuong")
    own, first, _ = names_in(page := client.get(path).text, "Vũ Mạnh Cường")
    everyday = {f"on_{number}": own for number in range(DAYS)} | {first: "0900000151"}
    week = client.get(client.post(path, data=typed(form_of(page), **everyday) | {"on_2": ""}).location).text
    assert "Đã lưu lịch trực. Còn ngày chưa ghi ai trực: thứ Tư." in week
    again = typed(form_of(client.get(path).text), **everyday)
    assert "Đã lưu lịch trực.<" in client.get(client.post(path, data=again).location).text.replace("\n", "")
    assert cuong.does(duty.plan_week, this_monday() + WEEK).days == every_day(cuong.id)


def test_telephones_that_are_all_known_are_folded_until_one_is_wrong(house: House, cuong, browser):
    path, client = f"/truc/{this_monday()}/ghi", browser("cuong")
    assert "<details open>" in client.get(path).text
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    page = client.get(path).text
    assert "<details>" in page
    first = names_in(page, "Vũ Mạnh Cường")[1]
    assert "<details open>" in client.post(path, data=typed(form_of(page), **{first: "0912 12"})).text
    house.hires("dung")
    assert "<details open>" in client.get(path).text


def test_days_that_are_over_are_no_gaps(cuong, browser):
    path = f"/truc/{this_monday() - WEEK}/ghi"
    client = browser("cuong")
    sent = client.post(path, data=typed(form_of(client.get(path).text)))
    assert "chưa ghi ai trực" not in client.get(sent.location).text


def test_what_was_typed_comes_back_with_what_to_do(cuong, browser):
    path = f"/truc/{this_monday()}/ghi"
    client = browser("cuong")
    own, first, second = names_in(page := client.get(path).text, "Vũ Mạnh Cường")
    form = form_of(page)
    for answers, words in (
        ({"on_0": own, second: ""}, "ít nhất một số điện thoại"),
        ({"on_0": own, first: "0912 12"}, "Số di động có 10 chữ số"),
        ({"on_0": own, "stand_0": own, first: "0900000151"}, "hai người khác nhau"),
        ({"on_0": "x", first: "0900000151"}, "Hãy chọn"),
    ):
        answer = client.post(path, data=typed(form, **{second: "0900 000 159"}) | answers)
        assert answer.status_code == 422
        assert words in answer.text
        back = typed(form_of(answer.text))
        assert back[second] == answers.get(second, "0900 000 159")
        assert back[first] == answers.get(first, "")
    assert cuong.does(duty.plan_week, this_monday()).phones == {}


def test_a_page_that_was_open_while_somebody_came_gives_nobody_another_s_telephone(house: House, cuong, browser):
    path = f"/truc/{this_monday()}/ghi"
    own, first, _ = names_in(page := browser("cuong").get(path).text, "Vũ Mạnh Cường")
    dung = house.hires("dung")
    answer = browser("cuong").post(path, data=typed(form_of(page), on_0=own, **{first: "0900000151"}))
    assert answer.status_code == 303
    plan = cuong.does(duty.plan_week, this_monday())
    assert plan.phones == {cuong.id: ("0900000151",)}
    assert (plan.days[0].on, dung.id in plan.people) == (cuong.id, True)


def test_the_page_offers_last_week_copied_or_gone_round_and_saves_nothing_by_itself(house: House, cuong, browser):
    dung = house.hires("dung")
    numbers = {cuong.id: PHONES["cuong"], dung.id: PHONES["dung"]}
    writes(cuong, every_day(cuong.id, dung.id), numbers)
    following = this_monday() + WEEK
    for way, first in (("", ""), ("?tu=chep", "Vũ Mạnh Cường"), ("?tu=xoay", "Trịnh Văn Dũng")):
        page = browser("cuong").get(f"/truc/{following}/ghi{way}").text
        assert form_of(page).xpath("string(.//select[@name='on_0']/option[@selected])") == first
    assert cuong.does(duty.plan_week, following).days[0] == DutyDay()


@pytest.mark.parametrize("week", ["x", "2026-11-31", "20261130", "1999-11-29", "2026-12-01", "9999-12-27"])
def test_a_week_that_is_none_is_not_found(browser, week):
    for path in (f"/truc/{week}", f"/truc/{week}/ghi"):
        assert browser("cuong").get(path).status_code == 404
    assert browser("cuong").post(f"/truc/{week}/ghi", data={}).status_code == 404


def test_who_writes_no_roster_is_offered_none(browser):
    assert "/ghi" not in browser("lan").get("/truc").text
    assert browser("lan").get(f"/truc/{this_monday()}/ghi").status_code == 403
    assert browser("son").get("/truc").status_code == 403


def gaps_at(somebody, at: int) -> list[tuple[int, bool]]:
    """The weeks with gaps at a moment: how many days each lacks, and whether today is one."""

    with clock.use_clock(partial(int, at)):
        somebody.leaves()
        return [(len(gap.days), gap.tonight) for gap in somebody.does(Action(Act.DUTY_PLAN, duty_gaps.gaps))]


def test_a_week_without_a_roster_is_asked_for_three_days_before_it_begins(cuong):
    monday = clock.midnight(this_monday() + WEEK)
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]}, this_monday())
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]}, this_monday() + WEEK)
    days = (clock.midnight(this_monday() + WEEK + timedelta(days=number)) + 9 * HOUR for number in (3, 4))
    thursday, friday = days
    if not duty_gaps.has_holiday(this_monday() + 2 * WEEK):
        assert gaps_at(cuong, thursday) == []
    assert gaps_at(cuong, friday)[-1] == (DAYS, False)
    assert gaps_at(cuong, monday + 9 * HOUR)[:1] in ([], [(DAYS, False)])


def test_a_day_without_anybody_is_told_until_it_is_over(cuong, browser):
    monday = this_monday()
    week = [DutyDay(cuong.id)] * DAYS
    week[2] = DutyDay()
    writes(cuong, week, {cuong.id: PHONES["cuong"]}, monday)
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]}, monday + WEEK)
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]}, monday + 2 * WEEK)
    wednesday = clock.midnight(monday + timedelta(days=2))
    assert gaps_at(cuong, wednesday + 8 * HOUR) == [(1, True)]
    assert gaps_at(cuong, wednesday + 30 * HOUR) == [(1, True)], "at six in the morning the night is not over"
    assert gaps_at(cuong, wednesday + 32 * HOUR) == []


def test_the_first_page_asks_who_writes_the_roster_and_nobody_else(house: House, cuong, browser):
    assert "Hôm nay chưa ghi ai trực" in browser("cuong").get("/").text
    assert "Hôm nay chưa ghi ai trực" in browser("hoa").get("/").text
    assert "ai trực" not in browser("lan").get("/").text.replace("Ai trực", "")
    for number in range(3):
        writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]}, this_monday() + number * WEEK)
    assert "chưa ghi ai trực" not in browser("cuong").get("/").text
