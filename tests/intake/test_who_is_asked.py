"""A question is asked of whom it fits: no old woman whether she is with child, no man, no child; answers stay."""

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import GroundEntry, Identity
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions
from tests.house import only_sqlite
from tests.intake.filling import (
    CONSENT,
    EVENT,
    PERSON,
    REACH,
    SHARING,
    TOLD,
    begins,
    fills,
    sends,
    shown,
    submits,
    value,
    wrongs,
)
from tests.stories import dao

pytestmark = only_sqlite
ONLY_WOMEN = {"PN_MANG_THAI", "PN_NUOI_CON_36T"}
EVERY_SIGN = {sign.code for sign in codelist("risk_question").active()}


def boxes(client, draft_id, number: int, name: str) -> set[str]:
    """The values that are offered under a name on a page of a draft."""
    page = html.fromstring(client.get(f"/ghi-nhan/{draft_id}/{number}").text)
    return {str(value) for value in page.xpath(f"//main//input[@name='{name}']/@value")}


@pytest.mark.parametrize(
    ("person", "left_out"),
    [
        ({"sex": "NU", "birth_year": "36"}, set()),
        ({"sex": "NU", "birth_year": "72 tuổi"}, {"pregnancy", "separation"}),
        ({"sex": "NU", "vulnerable": ["NGUOI_CAO_TUOI"]}, {"pregnancy", "separation"}),
        ({"sex": "NAM", "birth_year": "40"}, {"pregnancy"}),
        ({"sex": "NAM", "birth_year": "72 tuổi"}, {"pregnancy", "separation"}),
        ({"sex": "NU", "birth_year": "9"}, {"pregnancy", "separation", "control", "children_hurt"}),
        ({"sex": "KHAC_KHONG_GHI"}, set()),
        ({"sex": "NU"}, set()),
    ],
)
def test_each_is_asked_what_fits_and_who_is_not_known_is_asked_all(browser, person, left_out):
    client = browser("lan")
    draft_id = begins(client)
    sends(client, draft_id, 4, person)
    assert EVERY_SIGN - boxes(client, draft_id, 6, "risks") == left_out


@pytest.mark.parametrize("age", [58, 59, 60, 61])
def test_a_year_of_birth_that_leaves_sixty_open_asks(browser, age):
    client = browser("lan")
    draft_id = begins(client)
    sends(client, draft_id, 4, {"sex": "NU", "birth_year": str(clock.today().year - age)})
    assert ("pregnancy" in boxes(client, draft_id, 6, "risks")) == (age <= 60)


def test_a_man_is_not_offered_the_groups_of_women(browser):
    client = browser("lan")
    man, woman = begins(client), begins(client)
    sends(client, man, 4, {"sex": "NAM"})
    sends(client, woman, 4, PERSON)
    assert boxes(client, woman, 4, "vulnerable") - boxes(client, man, 4, "vulnerable") == ONLY_WOMEN


def test_what_was_answered_before_stays_though_it_is_asked_no_more(lan, browser):
    client = browser("lan")
    draft_id = fills(client, {6: {**SHARING, "risks": ["pregnancy", "stalking"]}})
    assert sends(client, draft_id, 4, {"sex": "NU", "birth_year": "72 tuổi"}).status_code == 303
    page = html.fromstring(client.get(f"/ghi-nhan/{draft_id}/6").text)
    assert set(page.xpath("//input[@name='risks'][@checked]/@value")) == {"pregnancy", "stalking"}
    submits(client, draft_id)
    assert lan.does(desk.read_section, draft_id, Section.ASSESSMENT)[0].data.answers == ("pregnancy", "stalking")


def test_a_case_of_a_child_does_not_list_children_of_their_own(lan, browser):
    client = browser("lan")
    cases = [fills(client, {1: {**TOLD, "age_group": group}}) for group in ("LT16", "GE18")]
    for case_id in cases:
        submits(client, case_id)
    child, adult = (shown(client.get(f"/vu-viec/{case_id}")) for case_id in cases)
    assert "Trẻ em đi cùng" in adult
    assert "Trẻ em đi cùng" not in child
    as_before = lan.opens_a_case(dao(identity=Identity(birth_year=clock.today().year - 9), grounds=()))
    assert "Trẻ em đi cùng" in shown(client.get(f"/vu-viec/{as_before}")), "what was written before is read"


CHILD = {
    1: {**TOLD, "age_group": "LT16"},
    4: {**PERSON, "birth_year": "9"},
    6: {**SHARING, "consent_police": "granted"},
}
MOTHER = {
    **CONSENT,
    "consent_by": "both",
    "representative": "Bà Tư",
    "representative_relation": "ONG_BA",
    "represented_because": "from_7",
    "suspected": "no",
}


def test_of_a_child_nobody_is_offered_the_children_who_came_along_nor_work(lan, browser):
    client = browser("lan")
    agreed = ["contact", "identity"]
    draft_id = fills(client, {**CHILD, 7: {**MOTHER, "consent_sections_police": agreed}})
    offered = {
        number: boxes(client, draft_id, number, name) for number, name in ((4, "needs"), (7, "consent_sections_police"))
    }
    assert "children" not in offered[7] >= {"contact", "identity"}
    assert "livelihood" not in offered[4] >= {"education", "health"}
    assert "trẻ em đi cùng" not in shown(client.get(f"/ghi-nhan/{draft_id}/6"))
    assert "Cho con đi học" not in shown(client.get(f"/ghi-nhan/{draft_id}/6"))
    case_id = submits(client, draft_id) and draft_id
    lan.does(ground_actions.record_ground, case_id, GroundEntry("duty", "police", duty="L13_20_4", told="yes"))
    for line in lan.does(ground_actions.read_ledger, case_id).grounds:
        assert Section.CHILDREN not in line.sections
    for path in ("chuyen-gui", "gui-ngay"):
        assert "Trẻ em đi cùng" not in shown(client.get(f"/vu-viec/{case_id}/{path}"))
    begun = {"receiver": "police", "duty": "L13_20_4", "told": "yes", "reason": "bị đánh"}
    assert 'value="children"' not in client.post(f"/vu-viec/{case_id}/chuyen-gui/can-cu/luat", data=begun).text


@pytest.mark.parametrize("relation", ["VO_CHONG", "SONG_NHU_VC", "NGUOI_YEU", "CON"])
def test_a_husband_or_a_boyfriend_does_not_represent_a_child(browser, relation):
    client = browser("lan")
    draft_id = begins(client, CHILD[1])
    for number, page in ((3, REACH), (4, CHILD[4]), (5, EVENT), (6, CHILD[6])):
        sends(client, draft_id, number, page)
    husband = {**MOTHER, "representative_relation": relation, "consent_sections_police": ["contact"]}
    answer = sends(client, draft_id, 7, husband)
    assert answer.status_code == 422
    assert "không đại diện cho trẻ dưới 16 tuổi được" in " ".join(wrongs(answer))
    assert value(answer, "representative") == "Bà Tư"
    assert sends(client, draft_id, 7, {**husband, "representative_relation": "CHA_ME"}).status_code == 303
