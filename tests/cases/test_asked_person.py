"""What is asked of whom, and by which word they are addressed: rows of lists say whom they fit."""

from datetime import date

import pytest

from casework.cases.asked_person import AskedPerson, asked_person, usual_pronoun
from casework.cases.sections import Identity
from casework.codelists import codelist

TODAY = date(2026, 11, 29)


def born(years_ago: int, sex: str = "", **more) -> AskedPerson:
    return asked_person(Identity(birth_year=TODAY.year - years_ago, sex=sex, **more), "", TODAY)


@pytest.mark.parametrize(
    ("person", "word"),
    [
        (AskedPerson(), "chi"),
        (AskedPerson("NU"), "chi"),
        (AskedPerson("NAM"), "anh"),
        (AskedPerson("KHAC_KHONG_GHI"), "ban"),
        (born(36, "NU"), "chi"),
        (born(36, "NAM"), "anh"),
        (born(70, "NU"), "bac"),
        (born(70, "NAM"), "bac"),
        (born(9, "NAM"), "chau"),
        (asked_person(Identity(sex="NU"), "LT16", TODAY), "chau"),
        (asked_person(Identity(sex="NAM"), "A16_17", TODAY), "em"),
        (asked_person(Identity(sex="NAM", vulnerable=("NGUOI_CAO_TUOI",)), "", TODAY), "bac"),
        (asked_person(Identity(sex="NAM"), "GE18", TODAY), "anh"),
    ],
)
def test_whoever_nobody_chose_a_word_for_is_addressed_as_fits(person: AskedPerson, word: str):
    assert usual_pronoun(person) == word


def test_every_pronoun_is_chosen_by_hand_or_usual_and_one_is_neutral():
    rows = list(codelist("pronoun"))
    ranks = [rank for row in rows if (rank := row.number("usual"))]
    assert sorted(ranks) == list(range(1, len(ranks) + 1))
    assert [row.code for row in rows if row.flag("neutral")] == ["ban"]


@pytest.mark.parametrize("age", [58, 59, 60, 61])
def test_a_year_of_birth_leaves_one_year_open_at_sixty(age: int):
    assert born(age, "NU").fits(codelist("pronoun").get("bac")) == (age >= 60)
    assert born(age, "NU").fits(codelist("pronoun").get("chi"))
