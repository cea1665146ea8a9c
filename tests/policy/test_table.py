"""The policy file: an unknown word, a missing row or an unknown key, and the program does not start."""

from pathlib import Path

import pytest

from casework.policy import table
from casework.policy.table import PolicyError, policy, read
from casework.policy.words import Act, Reach, Role, Section

TEXT = Path(table.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def test_every_act_has_a_row_and_every_role_its_sections():
    assert set(policy().rows) == set(Act)
    assert set(policy().sections) == set(Role)
    assert all(row.act is act and row.vi and row.en for act, row in policy().rows.items())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["case.read"]', '["case.peek"]'),
        ('counsellor = "holding"', 'councillor = "holding"'),
        ('counsellor = "holding"', 'counsellor = "everything"'),
        ('opens = ["label"]', 'opens = ["labels"]'),
        ('opens = ["label"]', 'opens = "label"'),
        ('who = { console = "any" }', 'who = "console"'),
        ("writes = true", "writes = true\noverride = true"),
        ('["case.read"]\nvi = "Mở trang của một vụ việc"\n', '["case.read"]\n'),
        ('writes = true\nstepup = "now"', 'writes = true\nstepup = "sometimes"'),
        ("[sections]\nvisitor = []", '[sections]\nvisitor = ["everything"]'),
        ("[sections]\nvisitor = []", "[sections]\nguest = []"),
    ],
    ids=[
        "act",
        "role",
        "reach",
        "section",
        "sections",
        "people",
        "key",
        "name",
        "a proof",
        "a role's section",
        "a section's role",
    ],
)
def test_a_word_that_is_not_known_stops_the_program(before, after):
    assert before in TEXT
    with pytest.raises(PolicyError):
        read(TEXT.replace(before, after, 1))


def test_a_missing_row_stops_the_program():
    start = TEXT.index('["case.read"]')
    with pytest.raises(PolicyError, match=r"case\.read"):
        read(TEXT[:start] + TEXT[TEXT.index('["case.list"]') :])


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
