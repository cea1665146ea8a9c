"""An injury that a health worker must look at stands in red with its hours, until one has looked."""

import pytest

from casework import clock
from casework.cases.risk_level import is_near, least_level
from casework.cases.sections import Injuries, Label, Perpetrator
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import Someone, only_sqlite
from tests.stories import dao

HOUR = 3600 * 1_000_000


def care_of(who: Someone, injuries: Injuries):
    case_id = who.opens_a_case(dao(injuries=injuries, danger="no"))
    return case_id, who.does(desk.read_case, case_id).care


@only_sqlite
@pytest.mark.parametrize("urgency", ["now", "today", "soon"])
def test_the_hours_run_from_when_the_injuries_were_written(lan: Someone, urgency: str):
    case_id, care = care_of(lan, Injuries(what=("head", "arm"), seen="seen", urgent=urgency))
    [written] = lan.does(desk.read_section, case_id, Section.INJURIES)
    hours = codelist("injury_urgency").get(urgency).number("within_hours") or 0
    assert (care.injuries, care.due) == (("head",), written.at + hours * HOUR)


@only_sqlite
@pytest.mark.parametrize(
    ("injuries", "due"),
    [
        (Injuries(what=("fainted",)), False),
        (Injuries(what=("fainted",), urgent="not_needed"), False),
        (Injuries(what=("arm",), urgent="today"), True),
    ],
)
def test_an_urgent_injury_or_an_hour_to_keep_is_enough(lan: Someone, browser, injuries: Injuries, due: bool):
    case_id, care = care_of(lan, injuries)
    assert bool(care.due) is due
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert "Cần nhân viên y tế xem" in page
    assert ("tính từ lúc ghi vết thương" in page) is due
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    assert "Cần nhân viên y tế xem" not in browser("lan").get(f"/vu-viec/{case_id}").text


@only_sqlite
def test_a_week_later_nobody_is_sent_to_look_any_more(lan: Someone):
    case_id, care = care_of(lan, Injuries(what=("head",), urgent="now"))
    assert care is not None
    later = clock.micros() + 7 * 24 * HOUR + HOUR
    with clock.use_clock(lambda: later):
        lan.leaves()
        assert lan.does(desk.read_case, case_id).care is None


@only_sqlite
@pytest.mark.parametrize(
    "injuries", [Injuries(what=("head",), seen="by_health_worker", urgent="now"), Injuries(what=("arm",)), Injuries()]
)
def test_nothing_is_said_once_a_health_worker_has_looked_or_where_nothing_is_urgent(lan: Someone, injuries: Injuries):
    assert care_of(lan, injuries)[1] is None


@pytest.mark.parametrize("place", [place.code for place in codelist("perpetrator_where")])
def test_danger_from_somebody_who_can_be_there_at_once_is_urgent(place: str):
    near = codelist("perpetrator_where").get(place).flag("near")
    told = (Label(danger="yes"), Perpetrator(where=place))
    assert is_near(told) is near
    assert least_level(told) == ("urgent" if near else "")
    assert least_level((Label(danger="no"), Perpetrator(where=place))) == ""
