"""The least level of danger: what signs say alone and together, whoever wrote them down and wherever."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases import risk_level
from casework.cases.sections import Assessment, Children, Identity, Incident, Injuries, Perpetrator
from casework.codelists import codelist

SIGNS = sorted(codelist("risk_question").codes)
RULES = tuple(codelist("risk_rule"))
TYPES = ["", *codelist("gbvims_type").codes]
ORDER = [level.code for level in sorted(codelist("risk_level"), key=lambda level: level.number("order") or 0)] + [""]


def urgency(level: str) -> int:
    """Return the place of a level, the most urgent first, no level last."""
    return ORDER.index(level)


def said_by_hand(signs: frozenset[str], gbvims: str) -> str:
    """Work out the least level from the lists by another way than the program's."""
    levels = [""]
    for sign in signs:
        levels.append(str(codelist("risk_question").get(sign).extra["raises"]))
    for rule in RULES:
        together = set(rule.texts("signs")) <= signs
        of_type = "gbvims" not in rule.extra or gbvims in rule.texts("gbvims")
        levels += [rule.text("level")] if together and of_type else []
    return sorted(levels, key=urgency)[0]


def test_every_combination_of_signs_and_every_type_of_incident_has_the_level_of_the_lists():
    combinations = [frozenset(one) for n in range(len(SIGNS) + 1) for one in itertools.combinations(SIGNS, n)]
    assert len(combinations) == 2 ** len(SIGNS)
    by_hand = {
        (signs, gbvims): said_by_hand(signs, gbvims) for signs in combinations for gbvims in ("", "physical_assault")
    }
    assert [pair for pair, level in by_hand.items() if risk_level.level_of(*pair) != level] == []


@pytest.mark.parametrize(
    "sign", ["weapon", "choking", "threat_to_kill", "own_fear", "children_hurt", "suicide_own", "suicide_other"]
)
def test_one_sign_of_danger_to_life_is_urgent_whatever_else_was_told(sign):
    others = [one for one in SIGNS if one != sign]
    for n in range(3):
        assert {risk_level.level_of([sign, *more]) for more in itertools.combinations(others, n)} == {"urgent"}


@given(signs=st.frozensets(st.sampled_from(SIGNS)), more=st.sampled_from(SIGNS), gbvims=st.sampled_from(TYPES))
def test_one_more_sign_never_lowers_the_level(signs, more, gbvims):
    before, after = risk_level.level_of(signs, gbvims), risk_level.level_of(signs | {more}, gbvims)
    assert urgency(after) <= urgency(before)
    assert not risk_level.is_lower(after, before)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_more_than_its_signs_say_alone_and_names_its_source(rule):
    alone = min((risk_level.level_of([sign]) for sign in rule.texts("signs")), key=urgency)
    assert urgency(rule.text("level")) < urgency(alone)
    assert rule.source
    assert rule.unverified


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ([Incident(weapon=("knife",))], "urgent"),
        ([Incident(weapon=("rope",))], "urgent"),
        ([Injuries(what=("neck",))], "urgent"),
        ([Perpetrator(past=("threatened",))], "urgent"),
        ([Perpetrator(next=("kill",))], "urgent"),
        ([Children(involvement=("hurt",))], "urgent"),
        ([Identity(vulnerable=("PN_MANG_THAI",))], "high"),
        ([Identity(vulnerable=("PN_MANG_THAI",)), Incident(acts=("A",))], "urgent"),
        ([Identity(vulnerable=("PN_MANG_THAI",)), Incident(acts=("A_DE_DOA",))], "high"),
        ([Assessment(answers=("separation",)), Assessment(answers=("control",))], "urgent"),
        ([Perpetrator(past=("drinks",)), Assessment(answers=("control",))], "high"),
        ([Incident(acts=("B",), weapon=("none",))], ""),
        ([Incident(weapon=("khói",)), Assessment(answers=("khói",))], ""),
    ],
)
def test_what_other_sections_say_counts_as_the_answer_to_the_question(told, level):
    assert risk_level.least_level(told) == level
    assert risk_level.least_level(reversed(told)) == level
