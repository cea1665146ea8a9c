"""A later answer of consent: a No ends what an older Yes gave, a Yes to less narrows it, a Yes to more adds."""

from datetime import timedelta
from html import unescape
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
from tests.stories import dao

NO = {"consent": "refused", "form": ""}
SAID_NO = {"receiver": "police", "consent": "refused", "parts": "1", "consent_by": "herself"}
FATHER = {
    "consent_by": "representative",
    "representative": "Lò Văn Páo",
    "representative_relation": "CHA_ME",
    "suspected": "yes",
}


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
    answer = client.post(path, data={**SAID_NO, "refusal": "chồng sẽ biết"})
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
    answer = client.post(path, data=SAID_NO)
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


LESS = ("contact", "incident")


def a_father_agrees_to_less(house: House, case_id: UUID) -> UUID:
    """Record a narrower Yes of a father who may have done it, for somebody who cannot decide."""
    more = {"represented_because": "cannot_decide", "no_other": "Mẹ đã mất"}
    return ground(house, case_id, sections=LESS, **{**FATHER, **more})


@both_databases
def test_a_yes_that_waits_for_a_second_person_takes_nothing_back_before_they_agree(house: House):
    referral = referred(house).goes("open")
    waiting = a_father_agrees_to_less(house, referral.case_id)
    assert sections(house, referral.case_id, "police") == POLICE | ALWAYS
    assert consents(referral) == {referral.ground_id: True, waiting: True}
    house["hoa"].does(ground_actions.review_ground, referral.case_id, waiting, agrees=True)
    assert sections(house, referral.case_id, "police") == {Section.CONTACT, Section.INCIDENT} | ALWAYS
    assert consents(referral) == {referral.ground_id: False, waiting: True}


@only_sqlite
def test_a_yes_that_the_second_person_refuses_leaves_the_older_one_as_it_was(house: House):
    referral = referred(house).goes("open")
    waiting = a_father_agrees_to_less(house, referral.case_id)
    house["hoa"].does(ground_actions.review_ground, referral.case_id, waiting, agrees=False, words="Hỏi bà ngoại")
    assert sections(house, referral.case_id, "police") == POLICE | ALWAYS
    assert consents(referral) == {referral.ground_id: True, waiting: False}


@only_sqlite
def test_what_was_agreed_to_after_it_stays_when_the_second_person_agrees(house: House):
    case_id = house["lan"].opens_a_case(dao(grounds=()))
    waiting = a_father_agrees_to_less(house, case_id)
    later = ground(house, case_id)
    house["hoa"].does(ground_actions.review_ground, case_id, waiting, agrees=True)
    lines = house["lan"].does(ground_actions.read_ledger, case_id).grounds
    assert {line.id: line.live for line in lines} == {waiting: True, later: True}


@only_sqlite
def test_the_no_of_a_representative_who_may_have_done_it_ends_nothing_and_says_so(house: House, browser):
    referral = referred(house).goes("open")
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/dong-y"
    client = browser("lan")
    answer = client.post(path, data={**SAID_NO, **FATHER, "pressed": "yes"})
    assert answer.status_code == 303
    page = unescape(client.get(answer.location).text)
    assert "lời đồng ý trước còn nguyên" in page
    assert "Có người bảo, ép người ấy nói vậy" in page
    assert "Lò Văn Páo" in page
    assert sections(house, referral.case_id, "police") == POLICE | ALWAYS


@only_sqlite
def test_the_no_of_another_representative_ends_what_the_older_yes_gave(house: House):
    referral = referred(house).goes("open")
    ground(house, referral.case_id, **NO, **{**FATHER, "suspected": "no", "representative_relation": "ONG_BA"})
    assert sections(house, referral.case_id, "police") == set()


@only_sqlite
def test_a_no_asks_who_said_it_and_keeps_what_was_typed(house: House, browser):
    case_id = house["lan"].opens_a_case(dao(grounds=()))
    path = f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y"
    typed = {"receiver": "police", "consent": "refused", "refusal": "chồng sẽ biết"}
    step = unescape(browser("lan").post(path, data=typed).text)
    assert "Có ai bảo, ép người ấy nói vậy không" in step
    assert "chồng sẽ biết" in step
    wrong = browser("lan").post(path, data={**typed, "parts": "1", "pressed": "yes"})
    assert wrong.status_code == 422
    nobody = {"consent_by": "representative", "representative": "Bà Tư"}
    unnamed = browser("lan").post(path, data={**typed, "parts": "1", **nobody})
    assert unnamed.status_code == 422
    assert "Hãy ghi người đại diện nói không là ai" in unescape(unnamed.text)
    assert "Bà Tư" in unescape(unnamed.text)
    assert house["lan"].does(ground_actions.read_ledger, case_id).grounds == ()
