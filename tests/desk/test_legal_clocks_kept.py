"""That what a clock of the law asks for was done: by whom and when, on the case page; the first page asks no more."""

from uuid import uuid4

import pytest

from casework import clock
from casework.cases.sections import GroundEntry, Incident, Letter
from casework.desk import actions as desk
from casework.desk import task_actions
from casework.errors import BadInput, Conflict, NotFound
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.desk.test_child_case import DUTY, of_age
from tests.house import House, Someone, both_databases, only_sqlite
from tests.intake.filling import shown
from tests.referrals.scenes import everything
from tests.stories import dao
from tests.tampering import stolen

PLAN, EMERGENCY, CHECK = "child_plan", "child_emergency", "trafficking_check"
WHO, WHAT = "Chị Nga, bảo vệ trẻ em", "Đã lập kế hoạch với bà ngoại của cháu"


@pytest.fixture
def child(lan: Someone):
    """A case of lan's: a child of 14."""
    return lan.opens_a_case(dao(identity=of_age(14), grounds=()))


def now() -> str:
    return clock.local(clock.micros()).isoformat(timespec="minutes")


def records(somebody: Someone, case_id, code: str = PLAN, **more) -> None:
    told = {"who": WHO, "when": now(), "words": WHAT} | more
    somebody.does(task_actions.record_done, case_id, code, **told)


def clocks_at_home(somebody: Someone) -> list[str]:
    return [running.clock.code.code for running in somebody.does(desk.list_cases, whole_page=True).clocks]


@both_databases
def test_what_was_done_stands_on_the_page_and_no_longer_on_the_first_page(
    house: House, lan: Someone, hoa: Someone, mai: Someone, child
):
    assert clocks_at_home(lan) == clocks_at_home(hoa) == [EMERGENCY, PLAN]
    assert clocks_at_home(mai) == []
    records(lan, child)
    assert clocks_at_home(lan) == clocks_at_home(hoa) == [EMERGENCY]
    [emergency, plan] = lan.does(desk.read_case, child).clocks
    assert emergency.done is None
    assert plan.done
    assert (plan.done.task.who, plan.done.task.words, plan.done.by) == (WHO, WHAT, lan.id)
    lan.does(task_actions.record_undone, child, PLAN, "Nhầm cháu khác")
    assert clocks_at_home(lan) == [EMERGENCY, PLAN]


@only_sqlite
def test_the_form_says_who_when_and_what_and_a_late_clock_turns_to_done(lan, browser, child):
    url = f"/vu-viec/{child}/thoi-han/{PLAN}/da-lam"
    page = browser("lan").get(url)
    assert page.status_code == 200
    assert browser("lan").post(url, data={"who": WHO, "words": "Đã đi"}).status_code == 422
    today = clock.today()
    day = {"day-day": str(today.day), "day-month": str(today.month), "day-year": str(today.year)}
    typed = {"who": WHO, "words": WHAT, "hour": "0:00", **day}
    assert browser("lan").post(url, data=typed).status_code == 303
    page = shown(browser("lan").get(f"/vu-viec/{child}"))
    assert all(words in page for words in (WHO, WHAT, "Trần Thị Lan ghi lúc", "Ghi nhầm"))
    home = shown(browser("lan").get("/"))
    assert "Lập kế hoạch hỗ trợ, can thiệp cho trẻ" not in home
    assert "Quyết định biện pháp khẩn cấp" in home
    back = browser("lan").post(f"/vu-viec/{child}/thoi-han/{PLAN}/ghi-nham", data={"words": "Nhầm cháu khác"})
    assert back.status_code == 303
    assert "Lập kế hoạch hỗ trợ, can thiệp cho trẻ" in shown(browser("lan").get("/"))


@only_sqlite
def test_a_moment_to_come_an_empty_answer_and_what_is_no_clock_of_this_case_are_refused(house, lan, child):
    before = everything(house, child)
    for wrong in ({"who": " "}, {"words": ""}, {"when": "2100-01-01T10:00"}, {"when": "hôm qua"}):
        with pytest.raises(BadInput):
            records(lan, child, **wrong)
    for code in (CHECK, "không-có"):
        with pytest.raises(NotFound):
            records(lan, child, code)
    with pytest.raises(Conflict):
        lan.does(task_actions.record_undone, child, PLAN, "chưa có gì")
    assert everything(house, child) == before


@only_sqlite
def test_it_is_recorded_once_and_a_form_that_comes_again_after_it_was_taken_back_is_no_record(house, lan, hoa, child):
    once = uuid4()
    records(lan, child, once=once)
    records(lan, child, once=once)
    with pytest.raises(Conflict):
        records(hoa, child)
    lan.does(task_actions.record_undone, child, PLAN, "Nhầm cháu khác")
    with pytest.raises(Conflict):
        records(lan, child, once=once)
    assert clocks_at_home(lan) == [EMERGENCY, PLAN]


@only_sqlite
def test_who_got_the_case_records_what_they_did_and_its_owner_reads_it(house, lan, mai, child):
    nga, tam = house["nga"], house["tam"]
    for receiver, entry, asks in (
        (nga, DUTY, "child_protection"),
        (tam, GroundEntry("danger", "health_station", reason="đau", told="yes"), "health"),
    ):
        ground_id = lan.does(ground_actions.record_ground, child, entry)
        referral_id = lan.does(sending.send, child, ground_id, Letter(asks=(asks,)))
        receiver.does(receiving_actions.open_referral, child, referral_id)
    assert clocks_at_home(nga) == [PLAN], "the emergency is the chair's to decide"
    assert clocks_at_home(tam) == []
    records(nga, child)
    assert clocks_at_home(nga) == []
    assert clocks_at_home(lan) == [EMERGENCY]
    [_, plan] = lan.does(desk.read_case, child).clocks
    assert plan.done.by == nga.id
    [_, unread] = tam.does(desk.read_case, child).clocks
    assert unread.done is None, "what another agency wrote is not theirs to read"


@only_sqlite
def test_nobody_else_records_or_learns_of_it(house, lan, child):
    missing = uuid4()
    for name in ("mai", "cuong", "luu", "nga"):
        for case_id in (child, missing):
            with pytest.raises(NotFound):
                house[name].does(task_actions.record_undone, case_id, PLAN, "nhầm")
            with pytest.raises(NotFound):
                records(house[name], case_id)


@only_sqlite
def test_a_closed_case_has_no_clock_to_record(lan, child):
    lan.does(desk.close_case, child, outcome="needs_met", words="")
    with pytest.raises(NotFound):
        records(lan, child)
    assert clocks_at_home(lan) == []


@only_sqlite
def test_no_column_tells_which_clock_was_kept(house, lan, child):
    records(lan, child)
    with stolen(house) as thief:
        [row] = thief.rows("document", case_id=child, section=30)
        words = repr({name: value for name, value in row.items() if name != "body"})
    assert PLAN not in words
    assert row["series"].version == 4


@only_sqlite
def test_signs_of_trafficking_have_their_clock_at_home_too(lan):
    lan.opens_a_case(dao(grounds=(), incident=Incident(other=("MUA_BAN_NGUOI",))))
    assert clocks_at_home(lan) == [CHECK]
