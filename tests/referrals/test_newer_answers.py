"""A later answer of consent: a No ends what an older Yes gave, a Yes to less narrows it, a Yes to more adds."""

from datetime import timedelta
from uuid import UUID

import pytest

from casework import clock
from casework.cases.sections import GroundEntry
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, promise_actions, receiving_actions
from tests.house import House, both_databases, only_sqlite
from tests.referrals.scenes import POLICE, Referred, ground, referred, sections
from tests.referrals.test_what_stays import ALWAYS, duty, keeps

NO = {"consent": "refused", "form": ""}


def consents(referral: Referred) -> dict[UUID, bool]:
    """Return the consents of a case, and whether each is live."""
    lines = referral.lan.does(ground_actions.read_ledger, referral.case_id).grounds
    return {line.id: line.live for line in lines if line.entry.kind == "consent"}


@both_databases
def test_a_no_said_later_ends_what_the_police_read_by_consent(house: House, browser):
    referral = referred(house).goes("open")
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/dong-y"
    client = browser("lan")
    assert "Công an xã" in client.get(path).text.split("Đã đồng ý trước đây")[1]
    answer = client.post(path, data={"receiver": "police", "consent": "refused", "refusal": "chồng sẽ biết"})
    assert answer.status_code == 303
    assert "không còn đọc được phần nào" in client.get(answer.location).text
    assert sections(house, referral.case_id, "police") == set()
    assert not any(consents(referral).values())
    assert referral.state == "withdrawn"
    assert house["cuong"].does(receiving_actions.list_referrals).lines == ()
    with pytest.raises(NotFound):
        house["cuong"].does(desk.read_section, referral.case_id, Section.IDENTITY)
    [call] = referral.lan.does(promise_actions.list_promises).calls
    assert call.on == clock.today() + timedelta(days=1)


@only_sqlite
def test_what_the_law_keeps_stays_after_a_no(house: House, browser):
    referral = referred(house).goes("open")
    duty(referral)
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/dong-y"
    client = browser("lan")
    answer = client.post(path, data={"receiver": "police", "consent": "refused"})
    assert "còn đọc được: " in client.get(answer.location).text
    assert sections(house, referral.case_id, "police") == keeps("L13_20_4") | ALWAYS
    assert referral.state == "opened"


@both_databases
def test_a_yes_to_less_is_all_that_the_police_go_on_reading(house: House, browser):
    referral = referred(house).goes("open")
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/dong-y"
    client, typed = browser("lan"), {"receiver": "police", "consent": "granted"}
    assert "Đã đồng ý trước đây" in client.post(path, data=typed).text
    more = {"parts": "1", "sections": ["contact", "incident"], "how": "spoken", "consent_by": "herself"}
    answer = client.post(path, data={**typed, **more})
    assert answer.status_code == 303
    assert "còn đọc được: " in client.get(answer.location).text
    assert sections(house, referral.case_id, "police") == {Section.CONTACT, Section.INCIDENT} | ALWAYS
    assert sorted(consents(referral).values()) == [False, True]
    assert referral.state == "opened"


@only_sqlite
def test_a_yes_to_less_takes_nothing_that_the_law_keeps(house: House):
    referral = referred(house).goes("open")
    duty(referral)
    ground(house, referral.case_id, sections=("contact",))
    assert sections(house, referral.case_id, "police") == keeps("L13_20_4") | ALWAYS


@only_sqlite
def test_of_what_was_done_a_yes_to_less_leaves_the_revisions_that_it_names(house: House):
    referral = referred(house).goes("open", "accept", "answer")
    ground(house, referral.case_id, sections=("identity",))
    assert sections(house, referral.case_id, "police") - {Section.POLICE} == {Section.IDENTITY} | ALWAYS


@only_sqlite
def test_a_yes_to_other_parts_ends_the_older_one_and_is_to_be_sent(house: House):
    referral = referred(house).goes("open")
    newer = ground(house, referral.case_id, sections=("contact", "story"))
    assert sections(house, referral.case_id, "police") == set()
    [line] = [one for one in referral.lan.does(ground_actions.read_ledger, referral.case_id).grounds if one.id == newer]
    assert line.sendable


@only_sqlite
def test_a_yes_to_more_and_an_answer_about_another_receiver_end_nothing(house: House):
    referral = referred(house).goes("open")
    more = tuple(section.code for section in sorted(POLICE | {Section.STORY}))
    ground(house, referral.case_id, sections=more)
    ground(house, referral.case_id, "health_station", **NO)
    ground(house, referral.case_id, consent="not_asked", form="")
    assert consents(referral)[referral.ground_id]
    assert sections(house, referral.case_id, "police") == POLICE | ALWAYS


@only_sqlite
def test_a_consent_that_was_never_sent_cannot_be_sent_after_a_no(house: House):
    referral = referred(house, "health_station")
    unsent = ground(house, referral.case_id)
    referral.lan.does(ground_actions.record_ground, referral.case_id, GroundEntry("consent", "police", "refused"))
    assert not consents(referral)[unsent]
    assert consents(referral)[referral.ground_id]


@only_sqlite
def test_a_no_ends_every_older_consent_for_the_receiver(house: House):
    referral = referred(house).goes("open")
    more = tuple(section.code for section in sorted(POLICE | {Section.STORY}))
    wider = ground(house, referral.case_id, sections=more)
    ground(house, referral.case_id, **NO)
    assert not consents(referral)[referral.ground_id]
    assert not consents(referral)[wider]
    assert sections(house, referral.case_id, "police") == set()
