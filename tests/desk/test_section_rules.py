"""Sections that speak of each other: on the edit page none may contradict another, and what follows is written too."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casework import clock
from casework.cases.contradictions import Contradiction
from casework.cases.sections import Assessment, Identity, Incident, Injuries, Label, Perpetrator, Story
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import value, wrongs
from tests.stories import dao

pytestmark = only_sqlite
BOYFRIEND = Perpetrator(name="Phùng Bá Lực Điền", relation="NGUOI_YEU")


def newest(somebody, case_id, section):
    return somebody.does(desk.read_section, case_id, section)[0]


def sends(browser, case_id, section, **typed):
    return browser("lan").post(f"/vu-viec/{case_id}/{section}/sua", data={"base": "1", **typed})


def test_a_relation_that_is_no_family_beside_acts_of_the_family_is_asked_about_and_stays_typed(lan, browser):
    case_id = lan.opens_a_case()
    answer = sends(browser, case_id, "perpetrator", name="Người ấy", relation="NGUOI_YEU")
    [words] = wrongs(answer)
    assert answer.status_code == 422
    assert "không phải người trong gia đình" in words
    assert "Bị đánh, bị hành hung" in words, "the same deed outside the family is offered"
    assert value(answer, "name") == "Người ấy"
    assert 'value="NGUOI_YEU" selected' in answer.text
    assert newest(lan, case_id, Section.PERPETRATOR).revision == 1


def test_an_act_that_the_law_does_not_hold_against_a_former_husband_is_asked_about(lan, browser):
    case_id = lan.opens_a_case(dao(perpetrator=Perpetrator(relation="VO_CHONG_CU")))
    answer = sends(browser, case_id, "incident", acts=["A", "N"])
    [words] = wrongs(answer)
    assert "Lấy mất hoặc đập phá đồ đạc, của cải" in words
    assert "Đánh đập" not in words
    assert sends(browser, case_id, "incident", acts=["A"], other=["KHAC"]).status_code == 303


@pytest.mark.parametrize("relation", ["KHONG_BIET", "", "NGUOI_THAN_VC_CU"])
def test_what_is_not_known_of_the_relation_blocks_nothing(lan, browser, relation):
    case_id = lan.opens_a_case()
    assert sends(browser, case_id, "perpetrator", relation=relation).status_code == 303


def test_the_counts_follow_the_relation_when_it_is_corrected(lan, hoa):
    case_id = lan.opens_a_case(dao(incident=Incident(acts=("A_DE_DOA",))))
    assert newest(hoa, case_id, Section.FACTS).data.types == ("TINH_THAN",)
    lan.does(desk.write_section, case_id, Incident(other=("DE_DOA_BAM_THEO",)), base=1)
    lan.does(desk.write_section, case_id, BOYFRIEND, base=1)
    counted = newest(hoa, case_id, Section.FACTS).data
    assert (counted.types, counted.other) == ((), ("DE_DOA_BAM_THEO",))


def test_a_case_of_before_that_contradicts_itself_is_counted_outside_the_family(lan, hoa):
    case_id = lan.opens_a_case(dao(perpetrator=BOYFRIEND, incident=Incident(acts=("A",))))
    counted = newest(hoa, case_id, Section.FACTS).data
    assert (counted.types, counted.other) == ((), ("DANH_DAP",))


def test_on_the_edit_page_too_a_level_below_what_was_told_needs_a_reason(lan, browser):
    case_id = lan.opens_a_case(dao(injuries=Injuries(what=("neck",))))
    answer = sends(browser, case_id, "assessment", level="low", wishes="được yên")
    assert answer.status_code == 422
    assert "mức khẩn cấp" in " ".join(wrongs(answer))
    assert value(answer, "wishes") == "được yên"
    assert sends(browser, case_id, "assessment", level="low", reasons="người kia đã đi tù").status_code == 303
    assert newest(lan, case_id, Section.ASSESSMENT).data.level == "low"


def test_a_level_that_nobody_chose_follows_from_all_sections(lan, browser):
    case_id = lan.opens_a_case(dao(incident=Incident(acts=("A",), weapon=("knife",))))
    assert sends(browser, case_id, "assessment", level="").status_code == 303
    written = newest(lan, case_id, Section.ASSESSMENT).data
    assert (written.level, written.next_review) == ("urgent", (clock.today() + timedelta(days=1)).isoformat())


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (Incident(acts=("A",), weapon=("knife",)), "urgent"),
        (Injuries(what=("neck",)), "urgent"),
        (Identity(sex="NU", vulnerable=("PN_MANG_THAI",)), "urgent"),
        (Perpetrator(relation="VO_CHONG", past=("threatened",)), "urgent"),
        (Incident(acts=("A",), weapon=("hands",)), ""),
        (Story(words="lời mới"), ""),
    ],
    ids=["knife", "strangled", "pregnant-and-beaten", "threat-to-kill", "nothing-new", "not-related"],
)
def test_a_new_sign_of_danger_raises_the_level_and_says_so(lan, change, level):
    assessment = Assessment(level="medium", reasons="chưa có vật nguy hiểm")
    case_id = lan.opens_a_case(dao(incident=Incident(acts=("A",)), injuries=Injuries(), assessment=assessment))
    assert lan.does(desk.write_section, case_id, change, base=1 if change.section != Section.INJURIES else 0) == level
    written = newest(lan, case_id, Section.ASSESSMENT)
    assert written.data.level == (level or "medium")
    assert written.data.reasons == assessment.reasons
    assert written.revision == (2 if level else 1)


def test_the_page_says_that_the_level_was_raised_and_a_reasoned_lowering_stays_while_nothing_is_new(lan, browser):
    told = dao(injuries=Injuries(what=("neck",)), assessment=Assessment(level="low", reasons="người kia đã đi tù"))
    case_id = lan.opens_a_case(told)
    assert sends(browser, case_id, "injuries", what=["neck", "bruise"]).status_code == 303
    assert newest(lan, case_id, Section.ASSESSMENT).data.level == "low"
    calm = lan.opens_a_case(dao(assessment=Assessment(level="low")))
    client = browser("lan")
    answer = client.post(f"/vu-viec/{calm}/incident/sua", data={"base": "1", "acts": ["A"], "weapon": ["knife"]})
    assert "đã nâng lên mức khẩn cấp" in client.get(answer.location).text


def test_an_assessment_that_nobody_wrote_begins_with_the_first_sign(lan):
    case_id = lan.opens_a_case(dao(assessment=Assessment(), injuries=Injuries()))
    lan.does(desk.write_section, case_id, Injuries(what=("neck",)), base=0)
    assert newest(lan, case_id, Section.ASSESSMENT).data.level == "urgent"


def test_the_age_in_law_follows_the_year_of_birth_and_cannot_be_set_against_it(lan, browser):
    case_id = lan.opens_a_case()
    assert newest(lan, case_id, Section.LABEL).data.age_group == "GE18"
    before = dao().identity
    lan.does(desk.write_section, case_id, replace(before, birth_year=clock.today().year - 12), base=1)
    label = newest(lan, case_id, Section.LABEL)
    assert (label.data.age_group, label.revision) == ("LT16", 2)
    answer = browser("lan").post(f"/vu-viec/{case_id}/label/sua", data={"base": "2", "age_group": "GE18"})
    assert answer.status_code == 422
    assert "Năm sinh đã ghi" in " ".join(wrongs(answer))
    with pytest.raises(Contradiction):
        lan.does(desk.write_section, case_id, Label(age_group="A16_17"), base=2)


def test_the_moment_of_reception_is_kept_whatever_a_form_says(lan):
    case_id = lan.opens_a_case()
    before = newest(lan, case_id, Section.LABEL).data
    lan.does(desk.write_section, case_id, Label(nickname="Áo xanh", received_at="2020-01-01 00:00"), base=1)
    assert newest(lan, case_id, Section.LABEL).data.received_at == before.received_at
