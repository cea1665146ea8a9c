"""Consent and danger for one receiver are one thing to send: her exclusions hold, and her consent carries it on."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from lxml import html

from casework.cases import ground_rules
from casework.cases.sections import GroundEntry
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions, unsent_actions
from casework.referrals import sending_actions as sending
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, POLICE, ground, sections
from tests.stories import dao

KEPT = {Section.CONTACT, Section.IDENTITY, Section.INCIDENT, Section.PERPETRATOR}
DANGER = GroundEntry("danger", "police", reason="Dọa giết, có dao", told="yes")
NOT_OF_THE_CHILDREN = ("contact", "identity", "incident", "perpetrator", "injuries")
AGREED = GroundEntry("consent", "police", consent="granted", form="spoken", sections=NOT_OF_THE_CHILDREN)
REFUSED = GroundEntry("consent", "police", consent="refused")


def opened(lan: Someone, *grounds: GroundEntry) -> UUID:
    return lan.opens_a_case(dao(danger="yes", grounds=grounds))


def previews(lan: Someone, case_id: UUID):
    return lan.does(unsent_actions.read_unsent, case_id).previews


def given(house: House, case_id: UUID) -> set[Section]:
    return sections(house, case_id, "police") - {Section.LABEL, Section.LETTER, Section.GROUNDS}


def unsent_of(lan: Someone, case_id: UUID) -> list[str]:
    cases = [case for case in lan.does(unsent_actions.list_unsent) if case.case_id == case_id]
    return [receiver for case in cases for receiver in case.receivers]


def sends_the_page(user: Any, case_id: UUID, **changes: Any) -> None:
    """Send the page as it was drawn, with what is ticked and proposed there."""
    url = f"/vu-viec/{case_id}/gui-ngay"
    form = html.fromstring(user.get(url).text).xpath("//main//form")[-1]
    sent: dict[str, Any] = {}
    for box in form.xpath(".//input[@type='checkbox'][@checked] | .//input[@type='hidden']"):
        sent.setdefault(box.get("name"), []).append(box.get("value"))
    answer = user.post(url, data=sent | changes)
    assert answer.status_code == 303, unescape(answer.text)


@both_databases
def test_a_receiver_stands_once_with_the_law_first_and_what_the_person_excluded_unticked(lan: Someone, browser):
    case_id = opened(lan, AGREED, DANGER)
    [police] = previews(lan, case_id)
    assert police.ground.entry.kind == "danger"
    assert [beside.ground.entry.kind for beside in police.beside] == ["consent"]
    assert police.unwanted == (Section.CHILDREN,)
    page = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)
    words = " ".join(page.xpath("//main")[0].text_content().split())
    assert "Người ấy không muốn kể với nơi này: Trẻ em đi cùng." in words
    ticked = {box.get("value") for box in page.xpath("//input[contains(@name, '-sections')][@checked]")}
    offered = {box.get("value") for box in page.xpath("//input[contains(@name, '-sections-offered')]")}
    assert (ticked, offered) == ({"injuries"}, {"injuries", "children"})


@both_databases
def test_the_page_as_it_is_drawn_sends_once_without_what_was_excluded(house: House, lan: Someone, browser):
    case_id = opened(lan, AGREED, DANGER)
    lan.proves(case_id)
    sends_the_page(browser("lan"), case_id)
    assert given(house, case_id) == POLICE - {Section.CHILDREN}
    assert len(lan.does(ground_actions.read_ledger, case_id).referrals) == 1
    assert len(house["cuong"].does(receiving_actions.list_referrals).incoming) == 1
    assert unsent_of(lan, case_id) == []


@both_databases
def test_a_no_of_the_second_person_leaves_what_the_person_agreed_to(house: House, lan: Someone, browser):
    case_id = opened(lan, AGREED, DANGER)
    lan.proves(case_id)
    [police] = previews(lan, case_id)
    sends_the_page(browser("lan"), case_id)
    house["hoa"].does(ground_actions.review_ground, case_id, police.ground.id, agrees=False, words="Không có dao")
    assert given(house, case_id) == POLICE - {Section.CHILDREN}
    [consent] = lan.does(ground_actions.read_ledger, case_id).consents("police")
    assert consent.carrying
    lan.does(ground_actions.withdraw_ground, case_id, consent.id)
    assert given(house, case_id) == set()


@only_sqlite
def test_a_withdrawn_consent_goes_on_upon_no_other_consent(house: House, lan: Someone):
    case_id = opened(lan, AGREED)
    [police] = previews(lan, case_id)
    lan.does(sending.send, case_id, police.ground.id, ASKED)
    wider = ground(house, case_id, sections=(*NOT_OF_THE_CHILDREN, "children"))
    lan.does(ground_actions.withdraw_ground, case_id, police.ground.id)
    assert given(house, case_id) == set()
    assert [line.id for line in lan.does(ground_actions.read_ledger, case_id).consents()] == [wider]


@only_sqlite
def test_who_refused_has_only_the_least_ticked_and_is_named(lan: Someone, browser):
    case_id = opened(lan, REFUSED, DANGER)
    [police] = previews(lan, case_id)
    assert set(police.unwanted) == POLICE
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)
    assert "mà luật hoặc nguy hiểm buộc phải gửi" in page
    assert not re.search(r'name="\w{8}-sections" value="\w+" checked', page)
    one = unescape(browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{police.ground.id}/xem-truoc").text)
    assert "Người ấy không muốn kể với nơi này" in one


@only_sqlite
def test_what_a_consent_adds_to_danger_goes_with_it_and_can_be_unticked(house: House, lan: Someone, browser):
    told = replace(AGREED, sections=("contact", "identity", "story"))
    lan.proves(sent := opened(lan, told, DANGER))
    [police] = previews(lan, sent)
    assert police.added == (Section.STORY,)
    sends_the_page(browser("lan"), sent)
    assert given(house, sent) == KEPT | {Section.STORY}
    assert unsent_of(lan, sent) == []
    lan.proves(other := opened(lan, told, DANGER))
    [police] = previews(lan, other)
    sends_the_page(browser("lan"), other, **{f"{police.ground.id.hex[:8]}-sections": []})
    assert given(house, other) == KEPT
    assert unsent_of(lan, other) == []


@only_sqlite
def test_danger_is_told_though_the_receiver_reads_all_by_consent(lan: Someone):
    case_id = opened(lan, AGREED)
    [police] = previews(lan, case_id)
    lan.does(sending.send, case_id, police.ground.id, ASKED)
    lan.does(ground_actions.record_ground, case_id, DANGER)
    assert unsent_of(lan, case_id) == ["police"]


@pytest.mark.parametrize(
    ("answer", "unwanted"),
    [
        (None, set()),
        (GroundEntry("consent", "police", consent="not_asked"), set()),
        (replace(AGREED, consent="withdrawn"), POLICE),
        (AGREED, {Section.CHILDREN}),
    ],
)
def test_only_an_answer_says_what_is_not_wanted(answer: GroundEntry | None, unwanted: set[Section]):
    assert ground_rules.unwanted(DANGER, answer) == unwanted
    assert ground_rules.unwanted(AGREED, answer) == frozenset()


@only_sqlite
def test_what_a_receiver_reads_of_the_ground_in_free_words_is_shown_before_it_is_sent(
    house: House, lan: Someone, browser
):
    said: dict[str, Any] = {
        name: f"Lời {name}" for name in ("reason", "words", "representative", "no_other", "unheard")
    }
    case_id = opened(lan, replace(DANGER, **said))
    [police] = previews(lan, case_id)
    preview = f"/vu-viec/{case_id}/chuyen-gui/can-cu/{police.ground.id}/xem-truoc"
    pages = [unescape(browser("lan").get(url).text) for url in (f"/vu-viec/{case_id}/gui-ngay", preview)]
    referral_id = lan.does(sending.send, case_id, police.ground.id, ASKED)
    house["cuong"].does(receiving_actions.open_referral, case_id, referral_id)
    theirs = unescape(browser("cuong").get(f"/vu-viec/{case_id}/grounds").text)
    for words in said.values():
        assert words in theirs
        assert all(f"“{words}”" in page for page in pages)
