"""Whom to call: who is on duty, who stands in, the office, the hotline; never who must not know or has left."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from casework import clock
from casework.cases import duty_numbers, duty_roster
from casework.cases.duty_numbers import CallOrder, NumberKind
from casework.cases.duty_roster import EMPTY_WEEK, DutyDay
from casework.cases.sections import Notice, Perpetrator, SafetyPlan
from casework.desk import actions as desk
from casework.gate import ActContext, Action
from casework.intake import actions as intake
from casework.notices import actions as notices
from casework.policy.vocabulary import Act
from casework.referrals import receiving_actions
from casework.referrals import sending_actions as sending
from casework.staffing import actions as staffing
from tests.duty.scenes import PHONES, every_day, this_monday, writes
from tests.house import House, Someone, both_databases, only_sqlite
from tests.notices.scenes import told
from tests.referrals.scenes import ground, referred
from tests.stories import dao

OWN = ["0900 000 151", "0900 000 152"]
STAND_IN = "0900 000 161"
OFFICE, HOTLINE = "0203 555 017", "113"


@pytest.fixture
def dung(house: House) -> Someone:
    return house.hires("dung")


def on_duty(cuong: Someone, dung: Someone, monday: date | None = None) -> None:
    numbers = {cuong.id: PHONES["cuong"], dung.id: PHONES["dung"]}
    writes(cuong, every_day(cuong.id, dung.id), numbers, monday)


def police(somebody: Someone, without=()) -> CallOrder:
    """Whom somebody is told to call at the police."""

    def ask(context: ActContext) -> CallOrder:
        return duty_numbers.called_of_kind(context, "police", without=without)

    return somebody.does(Action(Act.DUTY_READ, ask))


def numbers(order: CallOrder) -> list[str]:
    return [one.number for one in order.numbers]


def test_without_a_roster_the_office_is_called_and_then_the_hotline(lan):
    assert numbers(police(lan)) == [OFFICE, HOTLINE]


@both_databases
def test_who_is_on_duty_comes_first_with_both_telephones_then_the_stand_in_the_office_the_hotline(lan, cuong, dung):
    on_duty(cuong, dung)
    order = police(lan)
    assert numbers(order) == [*OWN, STAND_IN, OFFICE, HOTLINE]
    assert [(one.kind, one.whose) for one in order.numbers[1:4]] == [
        (NumberKind.ON_DUTY, "Vũ Mạnh Cường"),
        (NumberKind.STAND_IN, "Trịnh Văn Dũng"),
        (NumberKind.OFFICE, ""),
    ]
    assert "0900" not in f"{order!r}{order.numbers!r}"


def test_a_night_belongs_to_the_day_on_which_it_began(lan, cuong, dung):
    monday = this_monday()
    numbers_of = {cuong.id: PHONES["cuong"], dung.id: PHONES["dung"]}
    writes(cuong, (DutyDay(cuong.id), DutyDay(dung.id), *EMPTY_WEEK[2:]), numbers_of, monday)
    tuesday = clock.midnight(monday + timedelta(days=1))
    hour = 3600 * clock.MICROSECOND
    for at, first in ((tuesday, OWN[0]), (tuesday + 7 * hour - 1, OWN[0]), (tuesday + 7 * hour, STAND_IN)):
        with clock.use_clock(partial(int, at)):
            lan.leaves()
            assert police(lan).first.number == first
    with clock.use_clock(partial(int, tuesday + 31 * hour)):
        lan.leaves()
        assert numbers(police(lan)) == [OFFICE, HOTLINE], "on a day without anybody the office is called"


def test_monday_before_seven_belongs_to_the_sunday_of_the_week_before():
    monday = date(2026, 12, 7)
    at = clock.midnight(monday)
    assert duty_roster.duty_day(at) == date(2026, 12, 6)
    assert duty_roster.monday_of(duty_roster.duty_day(at)) == date(2026, 11, 30)


def test_who_has_left_or_is_locked_is_called_no_more(house, lan, cuong, dung):
    on_duty(cuong, dung)
    house["son"].does(staffing.lock, cuong.id)
    assert numbers(police(lan)) == [STAND_IN, OFFICE, HOTLINE]
    house["son"].does(staffing.lock, dung.id)
    assert numbers(police(lan)) == [OFFICE, HOTLINE]


def test_who_must_not_know_is_not_called_and_where_that_cannot_be_told_nobody_by_name(lan, cuong, dung):
    on_duty(cuong, dung)
    assert numbers(police(lan, without={cuong.id})) == [STAND_IN, OFFICE, HOTLINE]
    assert numbers(police(lan, without=None)) == [OFFICE, HOTLINE]


def says(lan: Someone, case_id: UUID, words: str) -> None:
    """Let lan write who must not know."""
    written = lan.does(desk.read_section, case_id, SafetyPlan.section)
    plan, base = SafetyPlan(somebody="yes", who_must_not_know=words), written[0].revision if written else 0
    lan.does(desk.write_section, case_id, plan, base=base)


def test_the_page_of_a_case_leaves_out_whom_its_safety_plan_names(house, lan, cuong, dung, browser):
    on_duty(cuong, dung)
    case_id = lan.opens_a_case(dao(grounds=(), danger="yes"))
    free = browser("lan").get(f"/vu-viec/{case_id}").text
    assert 'href="tel:0900000151"' in free
    says(lan, case_id, "anh Cường công an")
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert 'href="tel:0900000151"' not in page
    assert 'href="tel:0900000161"' in page
    says(lan, case_id, "em trai làm công an")
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert "tel:0900" not in page, "somebody there must not know, and nobody knows who"
    assert 'href="tel:0203555017"' in page


@only_sqlite
def test_a_namesake_of_the_one_who_is_violent_does_not_tell_who_of_the_staff_must_not_know(lan, cuong, dung, browser):
    on_duty(cuong, dung)
    case_id = lan.opens_a_case(dao(grounds=(), danger="yes"))
    [page] = lan.does(desk.read_section, case_id, Perpetrator.section)
    other = replace(page.data, name="Trịnh Văn Dũng")
    lan.does(desk.write_section, case_id, other, base=page.revision)
    says(lan, case_id, "em trai làm công an")
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert "tel:0900" not in page
    assert 'href="tel:0203555017"' in page


@only_sqlite
def test_an_unanswered_call_leads_to_the_next_telephone_and_so_on_to_the_hotline(house, lan, cuong, dung, browser):
    on_duty(cuong, dung)
    referral = referred(house, danger="yes")
    for shown in (*OWN[1:], STAND_IN, OFFICE, HOTLINE, HOTLINE):
        browser("lan").post(f"{referral.path}/goi", data={"hour": "0:00", "reached": "no"})
        page = browser("lan").get(referral.path).text
        assert f'Gọi tiếp: <a class="phone big" href="tel:{shown.replace(" ", "")}">' in page
    browser("lan").post(f"{referral.path}/goi", data={"hour": "0:00", "reached": "yes"})
    assert "Gọi tiếp:" not in browser("lan").get(referral.path).text


def test_a_list_opens_no_safety_plan_and_so_names_nobody(house, lan, cuong, dung):
    on_duty(cuong, dung)
    referral = referred(house, danger="yes")
    [line] = lan.does(receiving_actions.list_referrals).lines
    assert numbers(line.numbers) == [OFFICE, HOTLINE]
    assert numbers(lan.does(receiving_actions.read_referral, *referral.at).line.numbers)[0] == OWN[0]
    assert numbers(house["cuong"].does(receiving_actions.read_referral, *referral.at).line.numbers) == [OFFICE, HOTLINE]


def test_the_danger_page_and_the_night_sheet_name_who_is_on_duty(house, lan, cuong, dung, browser):
    on_duty(cuong, dung)
    setting = lan.does(intake.begin_intake, in_danger=True)
    assert numbers(setting.numbers["police"])[0] == OWN[0]
    paper = browser("lan").get("/don-dem/giay").text
    assert "0900 000 151" in paper
    assert "Vũ Mạnh Cường" in paper
    lost = browser("lan").get("/giay/mat-may").text
    assert OFFICE in lost
    assert "0900 000 151" not in lost, "a sheet that lies in a safe for years has no number of a person"


def test_a_preview_tells_whom_to_call_before_it_is_sent(house, lan, cuong, dung):
    on_duty(cuong, dung)
    case_id = lan.opens_a_case(dao(danger="yes"))
    preview = lan.does(sending.preview, case_id, ground(house, case_id))
    assert numbers(preview.numbers)[0] == OWN[0]


def test_of_a_notice_the_chair_whose_turn_it_is_is_called_on_their_own_telephone(house, lan, chinh):
    vinh = house["vinh"]
    phones = {chinh.id: ["0900 000 181"], vinh.id: ["0900 000 182"]}
    writes(chinh, every_day(vinh.id), phones)
    notice = told(house)
    line = lan.does(notices.read_notice, *notice.at).line
    assert line.call_next == "Đặng Văn Chính"
    assert numbers(line.numbers) == ["0900 000 181", OFFICE, HOTLINE]
    lan.does(notices.record_call, *notice.at, Notice(when=""), reached=False)
    line = lan.does(notices.read_notice, *notice.at).line
    assert (line.call_next, line.numbers.first.number) == ("Tạ Quang Vinh", "0900 000 182")
    assert chinh.does(notices.read_notice, *notice.at).line.numbers is None, "the chair calls nobody about it"
    writes(chinh, every_day(vinh.id), {vinh.id: ["0900 000 182"]})
    lan.does(notices.record_call, *notice.at, Notice(when=""), reached=False)
    line = lan.does(notices.read_notice, *notice.at).line
    assert line.call_next == "Đặng Văn Chính"
    assert line.numbers.first.whose == "Tạ Quang Vinh", "without a telephone of their own who is on duty is called"
