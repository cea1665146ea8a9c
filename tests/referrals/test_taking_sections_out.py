"""In the one step, and on the page of one receiver, sections are taken out: any of a consent, few of a duty."""

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.cases import ground_rules
from casework.cases.sections import GroundEntry, Identity
from casework.desk import actions as desk
from casework.errors import BadInput, Ungrounded, VaultError
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, unsent_actions
from casework.referrals import sending_actions as sending
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, HEALTH, POLICE, everything, ground, sections
from tests.stories import dao
from tests.tampering import stolen

KEPT = {Section.CONTACT, Section.IDENTITY, Section.INCIDENT, Section.PERPETRATOR}
SAID = (
    GroundEntry("danger", "police", reason="Dọa giết, có dao", told="yes"),
    GroundEntry("consent", "health_station", consent="granted", form="spoken"),
)


@pytest.fixture
def night(lan: Someone) -> UUID:
    """A case of lan's with danger: the police at once, the station by consent."""
    return lan.opens_a_case(dao(danger="yes", grounds=SAID))


def given(house: House, case_id: UUID, receiver: str) -> set[Section]:
    return sections(house, case_id, receiver) - {Section.LABEL, Section.LETTER, Section.GROUNDS}


def previews(lan: Someone, case_id: UUID):
    return lan.does(unsent_actions.read_unsent, case_id).previews


def line(lan: Someone, case_id: UUID, ground_id: UUID):
    return next(one for one in lan.does(ground_actions.read_ledger, case_id).grounds if one.id == ground_id)


@both_databases
def test_what_is_taken_out_is_read_by_nobody_there_now_or_later(house: House, lan: Someone, night: UUID):
    police, station = previews(lan, night)
    assert set(police.removable) == POLICE - KEPT
    assert set(police.fixed) == KEPT
    assert set(station.removable) == HEALTH
    out = {police.ground.id: POLICE - KEPT, station.ground.id: {Section.IDENTITY}}
    lan.does(unsent_actions.send_unsent, night, {police.ground.id: ASKED, station.ground.id: ASKED}, leaving_out=out)
    assert given(house, night, "police") == KEPT
    assert given(house, night, "health_station") == HEALTH - {Section.IDENTITY}
    lan.does(desk.write_section, night, Identity(name="Đào Tiên", sex="NU"), base=1)
    assert given(house, night, "health_station") == HEALTH - {Section.IDENTITY}
    left = line(lan, night, station.ground.id)
    assert set(left.sections) == HEALTH - {Section.IDENTITY}
    assert set(left.entry.sections) == {section.code for section in HEALTH - {Section.IDENTITY}}
    assert left.by == "Trần Thị Lan"


@only_sqlite
def test_danger_and_a_duty_keep_what_they_need_and_a_consent_keeps_something(house, lan, night):
    police, station = previews(lan, night)
    law = ground(house, night, "child_protection", kind="duty", consent="", duty="LTE_51")
    before = everything(house, night)
    for ground_id, out, error in (
        (police.ground.id, {Section.IDENTITY}, Ungrounded),
        (police.ground.id, POLICE, Ungrounded),
        (law, {Section.CHILDREN}, Ungrounded),
        (station.ground.id, HEALTH, BadInput),
    ):
        with pytest.raises(error):
            lan.does(sending.send, night, ground_id, ASKED, leaving_out=out)
        with pytest.raises(error):
            lan.does(unsent_actions.send_unsent, night, {ground_id: ASKED}, leaving_out={ground_id: out})
    assert everything(house, night) == before
    lan.does(sending.send, night, law, ASKED, leaving_out={Section.INJURIES, Section.STORY, Section.SAFETY_PLAN})
    assert given(house, night, "child_protection") == {
        section for section in ground_rules.allowed(line(lan, night, law).entry) if section is not Section.INJURIES
    }


@only_sqlite
def test_the_boxes_of_the_step_say_what_goes_and_what_is_unticked_does_not(house, lan, browser, night):
    user, url = browser("lan"), f"/vu-viec/{night}/gui-ngay"
    page = unescape(user.get(url).text)
    assert "Luôn gửi, theo luật hoặc vì nguy hiểm:" in page
    police, station = re.findall(r'name="(\w{8}-)words"', page)
    boxes = 'name="{}sections-offered" value="([^"]+)"'
    offered = {prefix: re.findall(boxes.format(prefix), page) for prefix in (police, station)}
    assert set(offered[station]) == {section.code for section in HEALTH}
    sent: dict[str, Any] = {f"{one}sections-offered": codes for one, codes in offered.items()}
    sent |= {f"{police}chosen": "yes", f"{police}asks": "police", f"{station}chosen": "yes", f"{station}asks": "health"}
    nothing = user.post(url, data={**sent, f"{police}sections": offered[police]})
    assert nothing.status_code == 422
    assert "ít nhất một phần" in unescape(nothing.text)
    assert given(house, night, "police") == set()
    right = {f"{police}sections": ["children"], f"{station}sections": ["contact", "injuries", "không-có"]}
    assert user.post(url, data=sent | right).status_code == 303
    assert given(house, night, "police") == KEPT | {Section.CHILDREN}
    assert given(house, night, "health_station") == {Section.CONTACT, Section.INJURIES}


@only_sqlite
def test_the_page_of_one_receiver_takes_out_too_and_keeps_what_was_typed(house, lan, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    ground_id = ground(house, case_id)
    url = f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground_id}/gui"
    typed = {"asks": "police", "words": "Đi cổng sau", "sections-offered": [section.code for section in POLICE]}
    lan.proves(case_id)
    nothing = browser("lan").post(url, data=typed)
    assert nothing.status_code == 422
    assert "Đi cổng sau" in unescape(nothing.text)
    assert browser("lan").post(url, data=typed | {"sections": ["contact", "incident"]}).status_code == 303
    assert given(house, case_id, "police") == {Section.CONTACT, Section.INCIDENT}


@only_sqlite
def test_the_same_step_sent_twice_takes_out_once_and_the_wider_row_is_not_believed(house, lan, night):
    _, station = previews(lan, night)
    ground_id, once = station.ground.id, uuid4()
    with stolen(house) as thief:
        [wide] = thief.rows("ground", id=ground_id)
    for _ in range(2):
        out = {ground_id: [Section.IDENTITY]}
        lan.does(unsent_actions.send_unsent, night, {ground_id: ASKED}, leaving_out=out, once=once)
    assert given(house, night, "health_station") == HEALTH - {Section.IDENTITY}
    with stolen(house) as thief:
        thief.change("ground", {"id": ground_id}, sections=wide["sections"], mac=wide["mac"])
    with pytest.raises(VaultError):
        lan.does(desk.write_section, night, Identity(name="Đào Tiên", sex="NU"), base=1)
