"""The policy file: an unknown word, a missing row or an unknown key, and the program does not start."""

import re
from pathlib import Path

import pytest

from casework.cases import access_grants
from casework.cases.models import Ground
from casework.policy import table
from casework.policy.table import PolicyError, policy, read
from casework.policy.vocabulary import Act, Reach, Role, Section

TEXT = Path(table.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def test_every_act_has_a_row_and_every_role_its_sections():
    assert set(policy().rows) == set(Act)
    assert set(policy().sections) == set(Role)
    assert all(row.act is act and row.vi and row.en for act, row in policy().rows.items())


ROW = '"case.read" = { vi = "Mở trang của một vụ việc", en = "Open the page of a case", '
GAPS = {
    "an act that is not known": (
        ROW,
        ROW.replace("case.read", "case.peek"),
        "the row 'case.peek' has no act of that name",
    ),
    "a role that is not known": ('visitor = "any"', 'guest = "any"', "the row 'account.sign_in' names 'guest'"),
    "a reach that is not known": (
        'leads = "agency"',
        'leads = "all"',
        "names the reach 'all', which casework/policy/vocabulary.py",
    ),
    "a section that is not known": ('opens = ["label"]', 'opens = ["labels"]', "names the section 'labels'"),
    "sections that are no list": ('opens = ["label"]', 'opens = "label"', "'opens' must be a list of sections"),
    "people that are no table": ('who = { console = "any" }', 'who = "console"', "'who' must say how far each role"),
    "a key that no row has": ("writes = true", "writes = true, override = true", "has 'override', which no row has"),
    "an act without a name": (
        ROW,
        '"case.read" = { en = "Open the page of a case", ',
        "the row 'case.read' has no 'vi'",
    ),
    "a proof that is not known": ('stepup = "now" }', 'stepup = "soon" }', "names the stepup 'soon'"),
    "a section of a role": (
        'chairs = ["incident"',
        'chairs = ["everything"',
        "the line 'chairs' of [sections] names the section",
    ),
    "a role of a section": (
        'chairs = ["incident"',
        'mayor = ["incident"',
        "the line 'mayor' of [sections] names 'mayor'",
    ),
    "a record that is not known": (
        'officer = "police"',
        'officer = "book"',
        "the line 'officer' of [records] names the section",
    ),
    "a group of nobody known": (
        'leads = ["lead",',
        'leads = ["boss",',
        "the group 'leads' names 'boss', which is neither a role",
    ),
    "a group below": ('leads = ["lead",', 'leads = ["union",', "names 'union', which is neither a role"),
    "a group called as a role": (
        'union = ["counsellor",',
        'chair = ["counsellor",',
        "the group 'chair' has the name of a role",
    ),
    "a group that is missing": ('leads = ["lead",', 'heads = ["lead",', "there is no group 'leads'"),
    "a role that is named twice": (
        'who = { staff = "own" }',
        'who = { staff = "own", lead = "any" }',
        "names the role 'lead' twice",
    ),
    "a table that is missing": ("[own]", "[owned]", "it must hold the tables groups, sections, own, records, acts"),
}


@pytest.mark.parametrize(("before", "after", "said"), GAPS.values(), ids=GAPS)
def test_a_gap_is_told_in_one_sentence_with_the_file_and_nothing_starts(before, after, said):
    assert before in TEXT
    changed = TEXT.replace(before, after, 1)
    if before == 'leads = ["lead",' and "heads" in after:
        changed = changed.replace('"leads"', '"heads"')
    with pytest.raises(PolicyError, match=re.escape(said)) as gap:
        read(changed)
    assert str(gap.value).startswith("casework/policy/policy.toml: ")
    assert "\n" not in str(gap.value)


def test_an_act_without_a_row_stops_the_program():
    without = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith('"case.read"'))
    with pytest.raises(
        PolicyError, match=r"the act 'case\.read' \(casework/policy/vocabulary\.py\) has no row under \[acts\]"
    ):
        read(without)


def test_groups_stand_for_their_roles_and_what_is_said_of_them_adds_up():
    table = policy()
    assert table.leads == {Role.LEAD, Role.DEPUTY}
    assert table.staff == set(Role) - {Role.VISITOR, Role.SYSTEM, Role.CONSOLE}
    assert table.rows[Act.CASE_OPEN].who[Role.CHAIR] is Reach.OWN
    assert Section.STORY in table.own[Role.OFFICER] - table.own[Role.CHAIR]
    assert Section.POLICE in table.own[Role.OFFICER] & table.sections[Role.OFFICER]


def test_only_true_makes_an_act_write():
    assert not read(TEXT.replace("writes = true", 'writes = "true"')).rows[Act.CASE_OPEN].writes
    assert read(TEXT).rows[Act.CASE_OPEN].writes


def test_the_table_cannot_be_changed_while_the_program_runs():
    with pytest.raises(TypeError):
        policy().rows[Act.CASE_READ] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        policy().rows[Act.CASE_READ].who[Role.STATISTICIAN] = Reach.AGENCY  # type: ignore[index]


def test_a_section_is_called_by_its_small_word():
    assert Section.SAFETY_PLAN.code == "safety_plan"


def test_who_reported_and_the_shelter_are_shared_on_no_ground_whatever_it_names():
    named = (Section.INCIDENT, Section.SHELTER, Section.REPORTER)
    assert access_grants.agreed_sections(Ground(sections=",".join(str(int(one)) for one in named))) == {
        Section.INCIDENT
    }
