"""What the lists must say because the law or the work says so."""

import itertools
import re

import pytest

from casework.codelists import codelist
from tests.source import ROOT


def test_the_sixteen_acts_have_the_letters_of_article_three_in_their_order():
    assert list(dict.fromkeys(act.text("letter") for act in codelist("dv_act"))) == list("abcdđeghiklmnopq")


def test_a_ground_of_the_family_holds_a_whole_letter_or_nothing_of_it():
    letters = {act.code: act.text("letter") for act in codelist("dv_act")}
    for basis in codelist("relationship_basis"):
        held = set(basis.texts("acts"))
        assert held == {code for code, letter in letters.items() if letter in {letters[one] for one in held}}


def test_the_bands_of_age_do_not_cross_the_ages_of_the_law():
    for name in ("perpetrator_age", "age_band"):
        bands = [(b.number("from") or 0, b.number("to") or 200) for b in codelist(name).active() if not b.unknown]
        for age in (16, 60):
            assert [band for band in bands if band[0] < age <= band[1]] == [], name


def test_who_speaks_of_harming_oneself_is_asked_of_each_of_the_two():
    asked = [question.code for question in codelist("risk_question").active() if question.code.startswith("suicide")]
    assert asked == ["suicide_own", "suicide_other"]
    assert codelist("risk_question").get("suicide").text("raises") == "urgent"


def test_family_relations_have_a_basis_and_others_have_none():
    for relation in codelist("relation"):
        assert bool(relation.text("basis")) == relation.flag("family"), relation.code


def test_age_bands_leave_no_gap():
    bands = list(codelist("age_band"))
    assert bands[0].number("from") == 0
    for before, after in itertools.pairwise(bands):
        assert after.number("from") == (before.number("to") or 0) + 1
    assert bands[-1].number("to") is None


def test_the_form_01_bc_x_is_cited_with_the_circular_that_it_is_annexed_to():
    files = [*ROOT.glob("casework/**/*.toml"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("casework/**/*.py")]
    cited = re.findall(
        r"01/BC-X\W+(?:[Tt]hông tư|of circular|circular) ([\w/-]+)",
        "\n".join(file.read_text(encoding="utf-8") for file in files),
    )
    assert len(cited) >= 5
    assert set(cited) == {"23/2011/TT-BVHTTDL"}


@pytest.mark.parametrize(
    ("code", "agency", "article"),
    [
        ("hamlet_head", "chairman", "Điều 20 khoản 2"),
        ("school", "chairman", "Điều 20 khoản 2"),
        ("host", "chairman", "Điều 36"),
        ("employer", "chairman", "Điều 12"),
    ],
)
def test_each_duty_names_whom_the_law_names_with_its_article(code, agency, article):
    duty = codelist("reporting_duty").get(code)
    assert duty.texts("tells")[0] == agency
    assert article in duty.source


def test_seventy_two_hours_is_the_first_limit():
    assert next(iter(codelist("report_delay"))).number("up_to_hours") == 72


def test_three_things_must_be_passed_on_and_she_is_told_all_three():
    must = [text.code for text in codelist("told") if text.flag("must")]
    assert must == ["pass_on_chair", "pass_on_danger", "pass_on_child"]


def test_the_danger_steps_begin_with_the_police_and_end_by_staying():
    steps = [step.code for step in codelist("danger_steps")]
    assert (steps[0], steps[-1]) == ("call_police", "stay")


def test_the_chair_of_the_commune_is_the_only_agency_of_chairs():
    for role in ("chair", "deputy_chair"):
        assert codelist("role").get(role).texts("agencies") == ("chairman",)
    assert codelist("role").get("administrator").texts("agencies") == ()


def test_statistics_and_reporters_hold_no_keys():
    closed = {agency.code for agency in codelist("agency") if not agency.flag("holds_keys")}
    assert closed == {"statistics", "reporters", "oversight"}


def test_section_numbers_are_those_written_in_databases():
    assert {section.code: section.number("number") for section in codelist("section")} == {
        "contact": 1,
        "identity": 2,
        "papers": 3,
        "children": 4,
        "incident": 5,
        "injuries": 6,
        "story": 7,
        "perpetrator": 8,
        "safety_plan": 9,
        "assessment": 10,
        "counselling": 11,
        "plan": 12,
        "measures": 13,
        "health": 14,
        "police": 15,
        "legal": 16,
        "child": 17,
        "ban": 18,
        "shelter": 19,
        "grounds": 20,
        "notice": 21,
        "letter": 22,
        "reporter": 23,
        "facts": 24,
        "file": 25,
        "label": 26,
        "draft": 27,
        "erasure": 28,
        "advice": 29,
        "task": 30,
    }
