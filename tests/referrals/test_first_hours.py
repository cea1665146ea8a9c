"""Counsellor and health station see until when the first 72 hours last; the station never sees what happened."""

from dataclasses import replace
from functools import partial

import pytest

from casework import clock
from casework.cases.sections import GroundEntry, Incident, Letter
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import only_sqlite
from tests.stories import dao

pytestmark = only_sqlite
HOUR = 3600 * clock.MICROSECOND
RUNNING, PERHAPS = "Còn trong 72 giờ đầu", "Có thể vẫn còn trong 72 giờ đầu"


def incident(days_ago: int, part: str = "morning") -> Incident:
    """Return an incident that was recorded today and happened so many days ago."""
    day = clock.local(clock.micros() - days_ago * 24 * HOUR).date()
    recorded = clock.local(clock.micros()).strftime("%Y-%m-%d %H:%M")
    return Incident(acts=("A",), happened_on=day.isoformat(), time_of_day=part, recorded_at=recorded)


def sent(lan, incident: Incident, *, receiver: str = "health_station", asks: tuple[str, ...] = ("health",)):
    """Open a case and refer it; return the ids of the case and of the referral."""
    case_id = lan.opens_a_case(dao(grounds=(), incident=incident))
    ground = lan.does(ground_actions.record_ground, case_id, GroundEntry("consent", receiver, "granted", "spoken"))
    return case_id, lan.does(sending.send, case_id, ground, Letter(asks=asks))


def test_both_see_how_long_the_first_hours_last_and_the_station_nothing_else_of_the_incident(house, lan, browser):
    case_id, referral_id = sent(lan, incident(1))
    tam, one = house["tam"], f"/vu-viec/{case_id}/chuyen-gui/{referral_id}"
    assert RUNNING in browser("lan").get(f"/vu-viec/{case_id}").text
    assert "Trong 72 giờ" in browser("lan").get(f"/vu-viec/{case_id}/incident").text
    assert "72 giờ đầu" in browser("tam").get("/").text
    assert RUNNING in browser("tam").get(one).text
    tam.does(receiving_actions.open_referral, case_id, referral_id)
    assert RUNNING in browser("tam").get(f"/vu-viec/{case_id}").text
    assert Section.INCIDENT not in tam.does(desk.read_case, case_id).sections
    assert browser("tam").get(f"/vu-viec/{case_id}/incident").status_code in {403, 404}


def test_the_line_is_crossed_on_every_page_at_its_hour(house, lan, browser):
    case_id, referral_id = sent(lan, incident(1))
    hours = lan.does(desk.read_case, case_id).hours
    assert hours is not None
    assert hours.perhaps - hours.surely <= 8 * HOUR
    pages = (("lan", f"/vu-viec/{case_id}"), ("tam", f"/vu-viec/{case_id}/chuyen-gui/{referral_id}"))
    for at, words, others in (
        (hours.surely, RUNNING, PERHAPS),
        (hours.surely + clock.MICROSECOND, PERHAPS, RUNNING),
        (hours.perhaps + clock.MICROSECOND, "", "72 giờ đầu"),
    ):
        with clock.use_clock(partial(int, at)):
            for name, url in pages:
                house[name].leaves()
                text = browser(name).get(url).text
                assert words in text
                assert others not in text


def test_what_must_be_treated_within_the_first_hours_is_due_then_and_stands_before_what_can_wait(house, lan):
    _, calm = sent(lan, incident(9))
    _, pressing = sent(lan, incident(2))
    first, second = house["tam"].does(receiving_actions.list_referrals).incoming
    assert (first.id, second.id) == (pressing, calm)
    assert first.hours is not None
    assert first.due == first.hours.surely < second.due
    late = first.hours.surely + clock.MICROSECOND
    with clock.use_clock(partial(int, late)):
        house["tam"].leaves()
        assert house["tam"].does(receiving_actions.list_referrals).incoming[0].due == first.hours.perhaps


@pytest.mark.parametrize(
    ("told", "receiver", "asks"),
    [
        (incident(5), "health_station", ("health",)),
        (Incident(acts=("A",)), "health_station", ("health",)),
        (incident(1), "health_station", ("psychosocial",)),
        (incident(1), "legal_aid", ("health",)),
    ],
    ids=["too-late", "no-day", "no-care-asked", "not-who-treats"],
)
def test_a_letter_says_nothing_of_it_where_it_does_not_help(house, lan, told, receiver, asks):
    case_id, referral_id = sent(lan, told, receiver=receiver, asks=asks)
    other = house["tam" if receiver == "health_station" else "phuc"]
    assert other.does(receiving_actions.read_referral, case_id, referral_id).line.hours is None


def test_the_preview_says_it_before_it_is_sent_and_a_closed_case_says_it_no_more(lan, browser):
    case_id = lan.opens_a_case(dao(grounds=(), incident=incident(0)))
    entry = GroundEntry("consent", "health_station", "granted", "spoken")
    ground = lan.does(ground_actions.record_ground, case_id, entry)
    page = browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground}/xem-truoc").text
    assert "Nhờ khám, chữa thì thư ghi kèm hạn này" in page
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    assert lan.does(desk.read_case, case_id).hours is None


def test_a_correction_of_the_day_moves_the_line_for_the_counsellor(lan):
    case_id = lan.opens_a_case(dao(grounds=(), incident=incident(1)))
    assert lan.does(desk.read_case, case_id).hours is not None
    lan.does(desk.write_section, case_id, replace(incident(9), recorded_at=""), base=1)
    assert lan.does(desk.read_case, case_id).hours is None


def test_a_police_officer_who_was_given_the_incident_sees_it_too_and_a_stranger_nothing(house, lan):
    case_id, referral_id = sent(lan, incident(1), receiver="police", asks=("police",))
    house["cuong"].does(receiving_actions.open_referral, case_id, referral_id)
    assert house["cuong"].does(desk.read_case, case_id).hours is not None
    with pytest.raises(NotFound):
        house["tam"].does(desk.read_case, case_id)
