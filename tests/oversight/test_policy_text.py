"""The policy in words: complete, true to the table, and the page of the documentation."""

from html import unescape

import pytest

from casework.codelists import codelist
from casework.oversight import policy_text
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Reach, Role, Section
from casework.web.list_pages import PAGE
from tests.house import only_sqlite
from tests.source import ROOT


def test_every_act_is_worded_with_every_role_that_may_do_it():
    for rule in policy_text.rules("en"):
        assert sum(len(grant.roles) for grant in rule.grants) == len(policy().rows[rule.act].who)
    assert [rule.act for rule in policy_text.rules("vi")] == list(Act)


def test_the_farthest_reach_stands_first():
    rule = next(rule for rule in policy_text.rules("vi") if rule.act == Act.CASE_READ)
    assert rule.grants[0].roles == ("Chủ tịch Hội Phụ nữ", "Phó Chủ tịch Hội Phụ nữ")
    assert len(rule.grants) == 3


def test_a_section_names_the_roles_that_may_ever_open_it():
    story = next(row for row in policy_text.section_rules("en") if row.words == "The person's own words")
    assert story.roles == (
        "Counsellor",
        "Lead of the Women's Union",
        "Deputy lead of the Women's Union",
        "Police officer",
    )
    assert story.owners == ("Health worker", "Legal officer", "Child protection officer")
    assert len(policy_text.section_rules("vi")) == len(Section) - 3


@pytest.mark.parametrize("section", ["Who reported", "Trusted address, shelter"])
def test_only_the_owner_may_open_who_reported_and_where_the_person_stays(section):
    rule = next(row for row in policy_text.section_rules("en") if row.words == section)
    assert rule.roles == ()
    assert {"Counsellor", "Police officer", "Chair of the commune"} <= set(rule.owners)


def test_every_reach_has_words():
    assert {row.code for row in codelist("reach")} == {reach.name.lower() for reach in Reach}


def test_a_word_that_the_program_no_longer_knows_is_shown_as_it_was_written():
    assert policy_text.act_words("case.forgotten", "vi") == "case.forgotten"
    assert policy_text.act_words("case.read", "en") == "Open the page of a case"


def test_the_page_of_the_documentation_is_what_the_table_says():
    written = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    assert written == policy_text.markdown(), "run: casework policy > docs/policy.md"


def test_no_role_of_the_table_is_left_out_of_the_documentation():
    page = policy_text.markdown()
    assert all(codelist("role").label(role, "en") in page for role in Role)


@only_sqlite
@pytest.mark.parametrize("username", ["lan", "thu", "rang", "son"])
def test_everybody_reads_who_may_do_what(browser, username):
    client = browser(username)
    page = "".join(client.get(f"/quy-tac?trang={number}").text for number in range(len(Act) // PAGE + 2))
    assert all(policy_text.act_words(act, "vi") in unescape(page) for act in Act)
    assert "mọi vụ việc của cơ quan mình" in page
