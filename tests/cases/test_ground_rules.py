"""The rules of grounds: what an agency may ever be given, what an article keeps, who may consent alone."""

from typing import Any

import pytest

from casework.cases import ground_rules
from casework.cases.ground_rules import Circumstances
from casework.cases.sections import GroundEntry
from casework.codelists import codelist
from casework.errors import Ungrounded
from casework.policy.table import policy
from casework.policy.vocabulary import Role, Section

MOTHER: dict[str, Any] = {
    "consent_by": "both",
    "representative": "Lê Thị Nhài",
    "representative_relation": "CHA_ME",
    "represented_because": "from_7",
    "suspected": "no",
}


def test_no_agency_is_ever_offered_what_its_roles_may_not_open():
    for agency in codelist("bundle"):
        roles = [Role(role.code) for role in codelist("role") if agency.code in role.texts("agencies")]
        opened = frozenset().union(*(policy().sections[role] for role in roles))
        for kind in ("consent", "duty", "danger"):
            shareable = ground_rules.shareable(agency.code, kind)
            assert shareable <= opened
            private = {section for section in shareable if codelist("section").get(section.code).flag("private")}
            assert private <= ({Section.STORY} if (agency.code, kind) == ("police", "consent") else set())
        suggested = {Section[code.upper()] for code in agency.texts("sections")}
        assert suggested <= ground_rules.shareable(agency.code, "consent")


def test_each_article_keeps_no_more_than_it_carries_and_tells_agencies_that_open_cases():
    for article in codelist("duty_article"):
        assert set(article.texts("keeps")) <= set(article.texts("sections")), article.code
        assert set(article.texts("receivers")) <= {bundle.code for bundle in codelist("bundle")}
        assert bool(article.texts("keeps")) == bool(article.number("days")), article.code


@pytest.mark.parametrize(
    ("known", "alone"),
    [
        (Circumstances(), True),
        (Circumstances(age=40), True),
        (Circumstances(age=16), True),
        (Circumstances(is_child=True, age=16), False),
        (Circumstances(is_child=True, age=9), False),
        (Circumstances(is_child=True), False),
    ],
)
def test_a_child_does_not_answer_alone_and_anybody_else_does(known: Circumstances, *, alone: bool):
    herself = GroundEntry("consent", "police", "granted", consent_by="herself")
    together = GroundEntry("consent", "police", "granted", **MOTHER)
    right, wrong = (herself, together) if alone else (together, herself)
    ground_rules.require_consenter(right, known)
    with pytest.raises(Ungrounded):
        ground_rules.require_consenter(wrong, known)


@pytest.mark.parametrize("age", [6, 7, 8])
def test_a_year_of_birth_leaves_one_year_open_at_seven(age: int):
    known, fits = Circumstances(is_child=True, age=age), {}
    for because, by in (("under_7", "representative"), ("from_7", "both")):
        entry = GroundEntry(
            "consent", "police", "granted", **MOTHER | {"represented_because": because, "consent_by": by}
        )
        try:
            ground_rules.require_consenter(entry, known)
            fits[because] = True
        except Ungrounded:
            fits[because] = False
    assert fits == {"under_7": age <= 7, "from_7": age >= 7}


@pytest.mark.parametrize("name", ["Lê Thị Nhài", "le thi nhai", "bà Nhài"])
def test_a_representative_of_the_name_of_who_did_it_is_reviewed_whatever_the_relation(name: str):
    entry = GroundEntry(kind="consent", consent="granted", receiver="police", **MOTHER)
    assert ground_rules.needs_review(entry, Circumstances(perpetrator=name, relation="VO_CHONG"))
    assert not ground_rules.needs_review(entry, Circumstances(perpetrator="Lê Văn Nhài", relation="VO_CHONG"))


def test_what_is_left_of_answers_about_a_representative_waits_for_nobody_where_the_person_answered():
    known = Circumstances(age=74, perpetrator="Lê Thị Nhài")
    left = MOTHER | {"suspected": "yes", "no_other": "không có ai khác", "unheard": "x"}
    answered = {by: left | {"consent_by": by} for by in ("herself", "representative", "both", "")}
    entries = {by: GroundEntry("consent", "police", "granted", **answers) for by, answers in answered.items()}
    ground_rules.require_consenter(entries["herself"], known)
    waits = {by: ground_rules.needs_review(entry, known) for by, entry in entries.items()}
    assert waits == {"herself": False, "representative": True, "both": True, "": True}
