"""Hôm nay: a next contact is planned, done, moved and handed on; all that is due stands in one list, in its time."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from lxml import html

from casework import clock
from casework.cases import holder_transfer
from casework.cases.sections import Assessment, Identity, Incident, Perpetrator, SafetyPlan
from casework.cases.task_entry import Task
from casework.clock import MICROSECOND
from casework.desk import actions as desk
from casework.desk import due_actions
from casework.desk.today import lines_of, weekend
from casework.errors import BadInput, Conflict, NotFound
from casework.intake.night_actions import record_night_sheet
from casework.retention.voiding import merge_case
from tests.house import Someone, both_databases, only_sqlite
from tests.intake.filling import shown
from tests.intake.test_night_sheet import SHEET
from tests.referrals.scenes import referred
from tests.stories import dao
from tests.tampering import stolen

DAY = 24 * 3600 * MICROSECOND


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def later(days: int):
    at = clock.micros() + days * DAY
    return clock.use_clock(lambda: at)


def due(app, somebody: Someone):
    """Return everything in somebody's list."""
    somebody.leaves()
    home = somebody.does(desk.list_cases, whole_page=True)
    with app.test_request_context():
        return lines_of(home, somebody.id)


OF_CASES = {"contact", "review", "unplanned", "idle"}


def kinds(app, somebody: Someone, case_id: UUID) -> list[str]:
    """Return what is due by the pages of a case, in somebody's list."""
    return [line.kind for line in due(app, somebody) if line.case_id == case_id and line.kind in OF_CASES]


def of_kind(app, somebody: Someone, case_id: UUID, kind: str):
    [line] = [line for line in due(app, somebody) if (line.case_id, line.kind) == (case_id, kind)]
    return line


@pytest.fixture
def case_id(lan: Someone) -> UUID:
    return lan.opens_a_case(dao(grounds=(), assessment=Assessment()))


def plans(somebody: Someone, case_id: UUID, days: int = 0, **more) -> None:
    somebody.does(due_actions.plan_contact, case_id, Task(due_on=in_days(days), **more))


@both_databases
def test_a_note_ends_with_the_next_contact_and_a_case_without_one_asks_for_it(app, house, lan, case_id):
    assert "unplanned" in kinds(app, lan, case_id)
    once = uuid4()
    for _ in range(2):
        contact = Task(due_on=in_days(2), due_hour="08:30", how="call", what="hỏi đã ngủ được chưa")
        lan.does(desk.add_note, case_id, "đã gọi", once=once, contact=contact)
    line = of_kind(app, lan, case_id, "contact")
    assert (line.how, line.what, line.timed, line.mine) == ("call", "hỏi đã ngủ được chưa", True, True)
    assert "unplanned" not in kinds(app, lan, case_id)
    page = lan.does(desk.read_case, case_id)
    assert (page.progress.next.what, page.progress.next.on.isoformat()) == ("contact", in_days(2))
    lan.does(desk.add_note, case_id, "gặp rồi", kept=[line.id])
    assert "unplanned" in kinds(app, lan, case_id)


@only_sqlite
def test_nothing_of_a_next_contact_lies_in_the_clear(house, lan, case_id):
    plans(lan, case_id, 3, how="meet", what="CHỢ HUYỆN")
    with stolen(house) as thief:
        [row] = thief.rows("document", case_id=case_id, section=30)
    assert in_days(3) not in repr(row)
    assert "CHỢ" not in repr(row)


@only_sqlite
def test_a_day_that_cannot_be_is_refused_and_what_was_typed_comes_back(lan, browser, case_id):
    for day in ("", "hôm qua", in_days(-1), in_days(400)):
        with pytest.raises(BadInput):
            lan.does(due_actions.plan_contact, case_id, Task(due_on=day))
    past = clock.today() - timedelta(days=3)
    typed = {"due_on-day": past.day, "due_on-month": past.month, "due_on-year": past.year, "what": "đưa đi khám"}
    answer = browser("lan").post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "đã nói chuyện", **typed})
    assert answer.status_code == 422
    assert "Ngày hẹn đã qua" in shown(answer)
    assert "đưa đi khám" in answer.text
    assert "đã nói chuyện" in answer.text
    answer = browser("lan").post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "nói chuyện", "what": "đi khám"})
    assert "Hãy chọn ngày hẹn" in shown(answer), "what was said of a contact is not lost without a day"


@only_sqlite
def test_one_tap_on_a_near_day_plans_it_with_a_note(app, lan, browser, case_id):
    client = browser("lan")
    page = html.fromstring(client.get(f"/vu-viec/{case_id}").text)
    near = page.xpath("//input[@name='due_on-near']/@value")
    assert near == [in_days(days) for days in (1, 3, 7, 14)]
    assert client.post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "x", "due_on-near": near[1]}).status_code == 303
    assert of_kind(app, lan, case_id, "contact").on.isoformat() == near[1]


@only_sqlite
def test_what_is_due_is_done_in_two_taps_and_the_next_contact_is_asked(app, lan, browser, case_id):
    plans(lan, case_id)
    client = browser("lan")
    [href] = [
        link.get("href")
        for link in html.fromstring(client.get("/hom-nay").text).xpath("//main//li//a")
        if "Hẹn lần tới" in link.text_content() and "Chưa" not in link.text_content()
    ]
    page = html.fromstring(client.get(href).text)
    [action] = [form.get("action") for form in page.forms if form.get("action", "").endswith("/xong")]
    answer = client.post(action)
    assert answer.location.endswith(f"/vu-viec/{case_id}/hen")
    assert "Hẹn lần tới khi nào?" in client.get(answer.location).text
    assert client.post(action).status_code == 303, "a second tap finds it done"
    assert kinds(app, lan, case_id) == ["unplanned"]


@only_sqlite
def test_it_is_moved_with_a_reason_and_no_further_than_a_year(app, lan, browser, case_id):
    plans(lan, case_id)
    line = of_kind(app, lan, case_id, "contact")
    url = f"/vu-viec/{case_id}/den-han/contact/{line.id}"
    page = html.fromstring(browser("lan").get(url).text)
    [near] = page.xpath("//input[@name='moved_to-near' and @value=$tomorrow]/@value", tomorrow=in_days(1))
    tomorrow = clock.today() + timedelta(days=1)
    boxes = {f"moved_to-{part}": str(getattr(tomorrow, part)) for part in ("day", "month", "year")}
    shown_boxes = {name: page.xpath(f"//input[@name='{name}']/@value")[0] for name in boxes}
    assert shown_boxes == boxes, "tomorrow stands there, so that one tap on a reason is enough"
    assert browser("lan").post(f"{url}/doi", data=boxes).status_code == 422
    assert browser("lan").post(f"{url}/doi", data=boxes | {"moved_for": "not_safe"}).status_code == 303
    assert of_kind(app, lan, case_id, "contact").on.isoformat() == near
    with pytest.raises(BadInput):
        lan.does(due_actions.move, case_id, line.id, in_days(1), "vì thích")
    with pytest.raises(BadInput):
        lan.does(due_actions.move, case_id, line.id, in_days(500), "not_safe")
    with pytest.raises(NotFound):
        lan.does(due_actions.move, uuid4(), line.id, in_days(1), "not_safe")


@only_sqlite
def test_it_is_handed_to_who_may_open_the_case_and_to_nobody_else(app, house, lan, mai, hoa, browser, case_id):
    plans(lan, case_id)
    line = of_kind(app, lan, case_id, "contact")
    with pytest.raises(BadInput):
        lan.does(due_actions.hand_on, case_id, line.id, mai.id)
    lan.does(holder_transfer.transfer_holder, case_id, lan.id, mai.id)
    url = f"/vu-viec/{case_id}/den-han/contact/{line.id}"
    names = html.fromstring(browser("lan").get(url).text).xpath("//button[@name='to']/text()")
    assert sorted(names) == sorted(["Phạm Thu Mai", "Lê Thị Hòa", "Nguyễn Thanh Bình"])
    assert browser("lan").post(f"{url}/giao", data={"to": str(mai.id)}).status_code == 303
    assert of_kind(app, mai, case_id, "contact").mine
    assert "contact" not in kinds(app, lan, case_id), "it is another's, and not late"
    lan.does(holder_transfer.transfer_holder, case_id, lan.id)
    assert of_kind(app, lan, case_id, "contact").mine, "who can open the case no more has nothing due in it"
    assert browser("lan").post(f"{url}/giao", data={"to": "ai đó"}).status_code == 422


@only_sqlite
def test_it_is_handed_to_nobody_who_must_not_know_of_the_case(app, lan, hoa, binh, browser):
    kept_from = SafetyPlan(somebody="yes", who_must_not_know="bà Bình ở Hội")
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=kept_from))
    plans(lan, case_id)
    line = of_kind(app, lan, case_id, "contact")
    page = browser("lan").get(f"/vu-viec/{case_id}/den-han/contact/{line.id}").text
    assert html.fromstring(page).xpath("//button[@name='to']/text()") == ["Lê Thị Hòa"]
    with pytest.raises(BadInput):
        lan.does(due_actions.hand_on, case_id, line.id, binh.id)
    lan.does(due_actions.hand_on, case_id, line.id, hoa.id)


@only_sqlite
def test_what_begins_late_in_an_evening_is_not_overdue_at_midnight(app, lan):
    evening = clock.midnight(clock.today()) + 23 * 3600 * MICROSECOND
    with clock.use_clock(lambda: evening):
        lan.leaves()
        case_id = lan.opens_a_case(dao(grounds=(), assessment=Assessment()))
    noon = evening + 13 * 3600 * MICROSECOND
    for at, overdue in ((evening + 2 * 3600 * MICROSECOND, False), (noon, False), (noon + MICROSECOND, True)):
        with clock.use_clock(partial(int, at)):
            line = of_kind(app, lan, case_id, "unplanned")
            assert (line.due < at) is overdue


@only_sqlite
def test_a_lead_sees_what_is_overdue_of_others_and_nothing_else_of_theirs(app, house, lan, hoa, mai, case_id):
    plans(lan, case_id, 1)
    assert "contact" not in kinds(app, hoa, case_id)
    assert kinds(app, mai, case_id) == []
    with later(3):
        line = of_kind(app, hoa, case_id, "contact")
        assert (line.mine, line.holder, line.late) == (False, "Trần Thị Lan", True)
        assert kinds(app, mai, case_id) == []
        assert of_kind(app, lan, case_id, "contact").mine


@only_sqlite
def test_the_review_of_a_level_is_due_and_done_by_the_level_again(app, lan, browser):
    high = Assessment(level="high", next_review=in_days(0), reasons="x")
    case_id = lan.opens_a_case(dao(grounds=(), assessment=high))
    line = of_kind(app, lan, case_id, "review")
    lan.does(due_actions.move, case_id, line.id, in_days(2), "more_urgent")
    assert of_kind(app, lan, case_id, "review").on.isoformat() == in_days(2)
    lan.does(due_actions.record_done, case_id, line.id)
    assert of_kind(app, lan, case_id, "review").on.isoformat() == in_days(3), "high is looked at again after three days"
    with pytest.raises(Conflict):
        lan.does(due_actions.record_done, case_id, line.id)


@only_sqlite
def test_closing_pauses_what_is_due_and_opening_again_brings_it_back(app, lan, case_id):
    plans(lan, case_id)
    line = of_kind(app, lan, case_id, "contact")
    lan.does(desk.close_case, case_id, outcome="needs_met", words="xong")
    assert kinds(app, lan, case_id) == []
    for act in (
        lambda: lan.does(due_actions.record_done, case_id, line.id),
        lambda: plans(lan, case_id),
        lambda: lan.does(desk.add_note, case_id, "gọi", contact=Task(due_on=in_days(1))),
    ):
        with pytest.raises(Conflict):
            act()
    lan.does(desk.close_case, case_id, outcome="", words="chị ấy trở lại", again=True)
    assert of_kind(app, lan, case_id, "contact") == line


@only_sqlite
def test_a_case_without_a_next_step_for_thirty_days_asks_to_be_closed_but_not_in_danger(app, lan, case_id):
    danger = lan.opens_a_case(dao(danger="yes", grounds=(), assessment=Assessment()))
    with later(29):
        assert kinds(app, lan, case_id) == ["unplanned"]
    with later(31):
        assert kinds(app, lan, case_id) == ["idle"]
        assert "idle" not in kinds(app, lan, danger)
        lan.does(desk.add_note, case_id, "đã gọi, chị ấy ổn")
        assert kinds(app, lan, case_id) == ["unplanned"]
        plans(lan, case_id, 5)
        assert kinds(app, lan, case_id) == ["contact"]


@only_sqlite
def test_a_line_of_a_sealed_case_says_no_word_and_nobody_outside_sees_it(app, house, lan, mai, hoa, browser):
    sealed = lan.opens_a_case(dao(grounds=(), assessment=Assessment()), circle=[mai])
    lan.leaves()
    plans(lan, sealed, how="meet", what="đưa chị ấy đến nhà tạm lánh")
    page = shown(browser("lan").get("/hom-nay"))
    assert "Việc cần làm" in page
    assert "tạm lánh" not in page
    line = of_kind(app, lan, sealed, "contact")
    assert (line.sealed, line.how, line.what) == (True, "", "")
    assert kinds(app, hoa, sealed) == []
    with later(3):
        assert kinds(app, hoa, sealed) == []
        assert not of_kind(app, mai, sealed, "contact").mine
    with pytest.raises(NotFound):
        hoa.does(due_actions.hand_on, sealed, line.id, hoa.id)


@only_sqlite
def test_what_somebody_planned_in_a_case_that_was_referred_to_them_is_theirs_alone(app, house, lan, browser):
    one = referred(house).goes("open", "accept")
    cuong = house["cuong"]
    plans(cuong, one.case_id, 0, what="đến thôn")
    assert of_kind(app, cuong, one.case_id, "contact").what == "đến thôn"
    assert "contact" not in kinds(app, lan, one.case_id)


@only_sqlite
def test_after_an_intake_the_next_contact_is_asked_for_until_there_is_one(lan, browser, case_id):
    client, ask = browser("lan"), f"/vu-viec/{case_id}/hen"
    assert ask in html.fromstring(client.get(f"/vu-viec/{case_id}").text).xpath("//main//a/@href")
    today = clock.today()
    day = {"due_on-day": today.day, "due_on-month": today.month, "due_on-year": today.year}
    assert client.post(ask, data={"what": "đi khám"}).status_code == 422
    assert client.post(ask, data=day | {"due_hour": "8h30"}).status_code == 303
    page = client.get(f"/vu-viec/{case_id}").text
    assert ask not in html.fromstring(page).xpath("//main//a/@href")
    assert "Ghi chú này là của lần hẹn" in page


@only_sqlite
def test_the_weekend_shows_what_is_due_until_monday_morning_and_whose_it_is(app, house, lan, hoa, case_id):
    friday = clock.today() + timedelta(days=(4 - clock.today().weekday()) % 7)
    at = clock.midnight(friday) + 10 * 3600 * MICROSECOND
    with clock.use_clock(lambda: at), app.test_request_context():
        lan.leaves()
        for days, hour in ((0, "11:00"), (0, "18:00"), (1, ""), (3, "09:00"), (3, "15:00")):
            plans(lan, case_id, days, due_hour=hour)
        [_, evening, saturday, monday, _] = [one.series for one in lan.does(desk.read_case, case_id).contacts]
        lan.does(due_actions.hand_on, case_id, saturday, hoa.id)
        found = weekend(lan.does(desk.list_cases, whole_page=True), lan.id)
        shown = [(line.id, line.mine, line.holder) for line in found.lines if line.kind == "contact"]
        assert shown == [(evening, True, ""), (saturday, False, "Lê Thị Hòa"), (monday, True, "")]
        hoa.leaves()
        assert of_kind(app, hoa, case_id, "contact").mine


@only_sqlite
def test_the_sheet_has_codes_and_times_alone(lan, browser, case_id):
    morning = clock.midnight(clock.today() + timedelta(days=1)) + 9 * 3600 * MICROSECOND
    with clock.use_clock(lambda: morning):
        lan.leaves()
        plans(lan, case_id, due_hour="23:30", how="meet", what="đưa đi khám")
        plans(lan, case_id, 3, due_hour="07:15")
        page = html.fromstring(browser("lan").get("/hom-nay/in").text)
        code = lan.does(desk.list_cases).cases[0].code
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//main//tbody/tr")]
    assert [code, "23:30", "☐"] in rows
    assert {row[0] for row in rows} == {code}
    assert all(row[1] in {"23:30", "trong ngày"} or row[1].replace("/", "").isdecimal() for row in rows)


@only_sqlite
def test_a_next_contact_is_practised_and_due_for_nobody(app, lan):
    case_id = lan.opens_a_case(replace(dao(grounds=()), practice=True))
    plans(lan, case_id)
    lan.does(desk.add_note, case_id, "tập", contact=Task(due_on=in_days(1)))
    assert [one.task.due_on for one in lan.does(desk.read_case, case_id).contacts] == [in_days(0), in_days(1)]
    assert [line for line in due(app, lan) if line.case_id == case_id] == []


@only_sqlite
def test_what_a_night_sheet_leaves_is_due_by_noon_of_the_next_day_until_it_is_asked(app, lan):
    case_id = lan.does(record_night_sheet, SHEET)
    line = of_kind(app, lan, case_id, "night")
    assert (line.on.isoformat(), line.timed) == (in_days(1), True)
    for section in (Identity(name="Đào", sex="NU"), Incident(acts=("A",)), Perpetrator(relation="VO_CHONG")):
        lan.does(desk.write_section, case_id, section, base=0)
    assert [one.kind for one in due(app, lan) if one.kind == "night"] == []


@only_sqlite
def test_a_case_that_is_merged_takes_its_next_contact_along(app, lan, case_id):
    twice = lan.opens_a_case(dao(grounds=()))
    plans(lan, twice, 1, what="đưa đi khám")
    code = lan.does(desk.read_case, case_id).line.code
    lan.does(merge_case, twice, code, "một người")
    assert of_kind(app, lan, case_id, "contact").what == "đưa đi khám"
    assert kinds(app, lan, twice) == []
