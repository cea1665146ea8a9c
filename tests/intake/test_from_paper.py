"""Typed in from paper: happened, received and entered are three times, and the paper is due until it is put away."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import Identity, Incident, Label
from casework.desk import actions as desk
from casework.desk import kept_paper_actions, print_actions
from casework.desk.today import lines_of
from casework.errors import BadInput, NotFound, Refused
from casework.intake.night_actions import record_night_sheet
from casework.policy.vocabulary import Section
from tests.house import Someone, both_databases, only_sqlite
from tests.intake.filling import PAGES, begins, fills, sends, shown, submits, wrongs
from tests.intake.test_night_sheet import SHEET, TYPED
from tests.stories import dao


def on_paper(days: int = 2, hour: str = "23:10") -> dict[str, str]:
    """Return what says when a paper was written, as a browser sends it."""
    day = clock.today() - timedelta(days=days)
    boxes = {"received_on-day": str(day.day), "received_on-month": str(day.month), "received_on-year": str(day.year)}
    return {**boxes, "received_hour": hour, "paper": "yes"}


def moment(days: int = 2, hour: str = "23:10") -> str:
    return f"{(clock.today() - timedelta(days=days)).isoformat()} {hour}"


def label_of(someone: Someone, case_id) -> Label:
    return someone.does(desk.read_case, case_id).label


def due_paper(app, someone: Someone, case_id) -> list[str]:
    someone.leaves()
    home = someone.does(desk.list_cases, whole_page=True)
    with app.test_request_context():
        return [line.when for line in lines_of(home, someone.id) if (line.case_id, line.kind) == (case_id, "paper")]


@both_databases
def test_a_night_sheet_from_paper_was_received_when_the_paper_was_written_and_entered_now(lan, browser):
    answer = browser("lan").post("/don-dem", data={**TYPED, **on_paper()})
    assert answer.status_code == 303, wrongs(answer)
    (line,) = lan.does(desk.list_cases).cases
    label = label_of(lan, line.id)
    assert label.received_at == moment()
    assert label.entered_at.startswith(clock.today().isoformat())
    assert line.opened == clock.today() - timedelta(days=2)


@only_sqlite
def test_an_intake_from_paper_asks_when_it_was_written_and_keeps_the_three_times(lan, browser):
    client = browser("lan")
    first = client.get("/ghi-nhan?giay=1").text
    assert 'name="received_hour"' in first
    assert 'name="mode"' not in first
    happened = clock.today() - timedelta(days=3)
    day = {f"happened_on-{part}": str(getattr(happened, part)) for part in ("day", "month", "year")}
    told = {name: value for name, value in PAGES[1].items() if name != "mode"}
    draft = fills(client, {1: {**told, **on_paper()}, 3: {**PAGES[3], **day}})
    check = client.get(f"/ghi-nhan/{draft}/8")
    assert "23:10" in shown(check)
    assert html.fromstring(check.text).xpath("//form//input[@name='paper']")
    answer = client.post(f"/ghi-nhan/{draft}/8", data={"paper": "yes"})
    assert answer.location == f"/vu-viec/{draft}/gui-ngay"
    page = lan.does(desk.read_case, draft)
    assert (page.paper.happened, page.paper.received) == (happened.isoformat(), moment())
    assert page.paper.entered.startswith(clock.today().isoformat())
    incident = lan.does(desk.read_section, draft, Section.INCIDENT)[0].data
    assert incident.recorded_at == moment()
    for path in ("dien-bien", "in"):
        text = shown(client.get(f"/vu-viec/{draft}/{path}"))
        assert "Tiếp nhận, ghi trên giấy" in text
        assert "Gõ vào máy" in text
        assert "23:10" in text
    steps = [event.step for event in page.timeline]
    assert steps[-2:] == ["typed_in", "on_paper"]


@only_sqlite
def test_the_draft_keeps_when_the_paper_was_written_also_when_its_first_page_is_saved_again(lan, browser):
    client = browser("lan")
    told = {name: value for name, value in PAGES[1].items() if name != "mode"}
    draft = begins(client, {**told, **on_paper()})
    page = client.get(f"/ghi-nhan/{draft}/1").text
    assert 'name="paper" value="yes"' in page
    assert sends(client, draft, 1, {**told, **on_paper(days=1, hour="7:05")}).status_code == 303
    for number in range(3, 7):
        assert sends(client, draft, number, PAGES[number]).status_code == 303
    submits(client, draft)
    assert label_of(lan, draft).received_at == moment(1, "07:05")


@only_sqlite
@pytest.mark.parametrize("changes", [{"received_hour": ""}, {"received_on-day": ""}, {"received_hour": "25:00"}])
def test_without_a_day_and_an_hour_nothing_is_opened_and_what_was_typed_comes_back(lan, browser, changes):
    answer = browser("lan").post("/don-dem", data={**TYPED, **on_paper(), **changes})
    assert answer.status_code == 422
    assert "Chị Sen" in answer.text
    assert lan.does(desk.list_cases).cases == ()


@only_sqlite
def test_a_paper_of_an_hour_that_has_not_come_is_refused_by_the_page_and_by_the_act(lan, browser):
    midday = clock.midnight(clock.today()) + 12 * 3600 * clock.MICROSECOND
    with clock.use_clock(lambda: midday):
        answer = browser("lan").post("/don-dem", data={**TYPED, **on_paper(days=0, hour="12:01")})
        assert answer.status_code == 422
        assert "chưa tới" in " ".join(wrongs(answer))
        with pytest.raises(BadInput):
            lan.does(record_night_sheet, SHEET, on_paper_at=moment(0, "12:01"))
        assert lan.does(desk.list_cases).cases == ()


@only_sqlite
def test_without_paper_no_page_asks_when_one_was_written_and_nothing_of_it_is_kept(lan, browser):
    client = browser("lan")
    assert "received_on" not in client.get("/don-dem").text
    hours = {name: value for name, value in on_paper().items() if name != "paper"}
    assert client.post("/don-dem", data={**TYPED, **hours}).status_code == 303
    (line,) = lan.does(desk.list_cases).cases
    assert (label_of(lan, line.id).entered_at, line.opened) == ("", clock.today())


@only_sqlite
def test_practice_is_not_from_paper(lan, browser):
    client = browser("lan")
    answer = client.post("/don-dem", data={**TYPED, **on_paper(), "practice": "yes"})
    case_id = UUID(answer.location.rpartition("/")[2])
    assert lan.does(desk.read_case, case_id).label.entered_at == ""


@only_sqlite
def test_the_clocks_of_the_law_run_from_the_paper(lan):
    child = dao(grounds=(), age_group="LT16", identity=Identity(sex="NU"), on_paper_at=moment(1, "08:00"))
    case_id = lan.opens_a_case(child)
    begun = datetime.strptime(moment(1, "08:00"), "%Y-%m-%d %H:%M").replace(tzinfo=clock.LOCAL)
    clocks = lan.does(desk.read_case, case_id).clocks
    twelve = [one for one in clocks if one.code.number("hours") == 12]
    assert [one.due for one in twelve] == [int((begun + timedelta(hours=12)).timestamp()) * clock.MICROSECOND]


@both_databases
def test_the_paper_is_due_today_until_it_is_said_that_it_is_destroyed_or_where_it_is(app, lan, browser):
    case_id = lan.does(record_night_sheet, SHEET, on_paper_at=moment())
    assert due_paper(app, lan, case_id) == ["hom-nay"]
    client = browser("lan")
    assert "tờ giấy còn đó" in shown(client.get(f"/vu-viec/{case_id}"))
    answer = client.post(f"/vu-viec/{case_id}/to-giay", data={"fate": "locked_away", "words": ""})
    assert (answer.status_code, "cất ở đâu" in answer.text) == (422, True)
    assert due_paper(app, lan, case_id) == ["hom-nay"]
    once = {"once": uuid4().hex}
    for _again in range(2):
        kept = {"fate": "locked_away", "words": "tủ số 2, chị Hòa giữ chìa khóa", **once}
        assert client.post(f"/vu-viec/{case_id}/to-giay", data=kept).status_code == 303
    assert due_paper(app, lan, case_id) == []
    assert "tủ số 2" in shown(client.get(f"/vu-viec/{case_id}/to-giay"))
    client.post(f"/vu-viec/{case_id}/to-giay", data={"fate": "destroyed"})
    page = lan.does(desk.read_case, case_id)
    assert page.paper.fate.task.step == "destroyed"
    assert [event.step for event in page.timeline].count("locked_away") == 1


@only_sqlite
def test_the_paper_of_a_closed_case_stays_due_and_is_put_away_without_opening_it(app, lan):
    case_id = lan.does(record_night_sheet, SHEET, on_paper_at=moment())
    lan.does(desk.close_case, case_id, outcome="needs_met", words="xong")
    assert due_paper(app, lan, case_id) == ["hom-nay"]
    lan.does(kept_paper_actions.settle_paper, case_id, "destroyed", "")
    assert due_paper(app, lan, case_id) == []


@only_sqlite
def test_a_case_that_was_never_on_paper_has_none(lan, browser):
    case_id = lan.does(record_night_sheet, SHEET)
    for act, words in ((kept_paper_actions.read_paper, ()), (kept_paper_actions.settle_paper, ("destroyed", ""))):
        with pytest.raises(NotFound):
            lan.does(act, case_id, *words)
    assert browser("lan").get(f"/vu-viec/{case_id}/to-giay").status_code == 404
    assert "Gõ vào máy" not in browser("lan").get(f"/vu-viec/{case_id}/dien-bien").text


@only_sqlite
def test_nobody_but_who_works_on_the_case_says_what_became_of_its_paper(lan, mai, house):
    case_id = lan.does(record_night_sheet, SHEET, on_paper_at=moment())
    with pytest.raises(NotFound):
        mai.does(kept_paper_actions.settle_paper, case_id, "destroyed", "")
    with pytest.raises(Refused):
        house["thu"].does(kept_paper_actions.settle_paper, case_id, "destroyed", "")
    for fate in ("met", "khong-co", ""):
        with pytest.raises(BadInput):
            lan.does(kept_paper_actions.settle_paper, case_id, fate, "x")


@only_sqlite
def test_what_the_machine_noted_of_the_paper_stays_whatever_a_form_says(lan):
    case_id = lan.does(record_night_sheet, SHEET, on_paper_at=moment())
    before = label_of(lan, case_id)
    lan.does(desk.write_section, case_id, Label(nickname="Áo xanh"), base=1)
    after = label_of(lan, case_id)
    assert (after.received_at, after.entered_at) == (before.received_at, before.entered_at)


@only_sqlite
def test_a_whole_case_is_printed_with_the_three_times_without_an_incident_too(lan, browser):
    case_id = lan.does(record_night_sheet, SHEET, on_paper_at=moment())
    label, _entries = lan.does(print_actions.read_whole, case_id)
    assert label.entered_at
    assert "chưa ghi ngày" in shown(browser("lan").get(f"/vu-viec/{case_id}/in"))
    lan.does(desk.write_section, case_id, Incident(acts=("A",), happened_on="2026-11"), base=0)
    assert "chưa ghi ngày" not in shown(browser("lan").get(f"/vu-viec/{case_id}/in"))
