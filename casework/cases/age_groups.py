"""The age in law of the person of a case: under 16 (a child), 16 or 17, or of age.

A year of birth alone leaves two ages open; what was said of the age settles it where the two agree.
"""

from collections.abc import Iterable
from datetime import date

from casework.codelists import codelist

CHILD = "LT16"
# The group that says so by itself, where neither an age nor a year was told.
_GROUP_OF_CHILDREN = "TRE_EM"


def settled(said: str, birth_year: int | None, on: date, *, vulnerable: Iterable[str] = ()) -> str:
    """Return the code of `age_group` on a day, or "": as said where the year of birth allows it, else by the year."""
    if birth_year is not None:
        possible = possible_groups(birth_year, on)
        return said if said in possible else possible[0]
    return said or (CHILD if _GROUP_OF_CHILDREN in vulnerable else "")


def contradicts(said: str, birth_year: int | None, on: date) -> bool:
    """Tell whether somebody born in a year cannot be as old as was said."""
    return bool(said) and birth_year is not None and said not in possible_groups(birth_year, on)


def possible_groups(birth_year: int, on: date) -> tuple[str, ...]:
    """Return the groups of somebody born in a year, first that of the age which the statistics count."""
    age = on.year - birth_year
    return tuple(dict.fromkeys(_group_of(years) for years in (age, age - 1)))


def _group_of(age: int) -> str:
    groups = [group.code for group in codelist("age_group") if (group.number("from") or 0) <= age]
    return groups[-1] if groups else CHILD
