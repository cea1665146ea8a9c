"""What the sections of a case cannot say together; whoever writes one of them is asked which is right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from casework.cases import age_groups, risk_level
from casework.cases.family_acts import acts_outside_family
from casework.cases.questions import SectionData
from casework.cases.sections import Assessment, Identity, Incident, Label, Perpetrator
from casework.errors import BadInput

S = TypeVar("S", bound=SectionData)


@dataclass(frozen=True)
class OutsideFamily:
    """Acts of the family by somebody who is not family in law, or whose ground does not hold them."""

    relation: str
    acts: tuple[str, ...]


@dataclass(frozen=True)
class AgeMismatch:
    """Somebody born in that year cannot be of that age."""

    age_group: str
    birth_year: int


@dataclass(frozen=True)
class LevelTooLow:
    """A level below the least that the signs of danger allow, without a reason."""

    least: str


@dataclass(frozen=True)
class NicknameTaken:
    """Another case bears the nickname: its code."""

    code: str


Found = OutsideFamily | AgeMismatch | LevelTooLow | NicknameTaken


class Contradiction(BadInput):
    """A section says what the others do not allow; `question` is the one to be asked again."""

    def __init__(self, found: Found, question: str) -> None:
        super().__init__()
        self.found = found
        self.question = question


def find(written: SectionData, others: Iterable[SectionData], on: date) -> tuple[Found, str] | None:
    """Return what a section says against the others on a day, with the name of the question to ask again; or None."""
    told = (written, *others)
    if isinstance(written, Incident | Perpetrator) and (outside := outside_family(told)):
        return outside, "acts" if isinstance(written, Incident) else "relation"
    if isinstance(written, Label) and (mismatch := age_mismatch(written.age_group, one(told, Identity), on)):
        return mismatch, "age_group"
    if isinstance(written, Assessment) and (low := level_too_low(written, told)):
        return low, "reasons"
    return None


def outside_family(told: Iterable[SectionData]) -> OutsideFamily | None:
    told = tuple(told)
    relation = one(told, Perpetrator).relation
    acts = acts_outside_family(one(told, Incident).acts, relation)
    return OutsideFamily(relation, acts) if acts else None


def age_mismatch(age_group: str, identity: Identity, on: date) -> AgeMismatch | None:
    year = identity.birth_year
    return AgeMismatch(age_group, year) if year is not None and age_groups.contradicts(age_group, year, on) else None


def level_too_low(assessment: Assessment, told: Iterable[SectionData]) -> LevelTooLow | None:
    """Find a chosen level below the least one without a reason; a level that nobody chose is derived, and never low."""
    least = risk_level.least_level(told)
    low = bool(assessment.level and least and not assessment.reasons) and risk_level.is_lower(assessment.level, least)
    return LevelTooLow(least) if low else None


def one(told: Iterable[SectionData], section: type[S]) -> S:
    """Return the section of one kind among what was told, an empty one if it is not there."""
    return next((data for data in told if isinstance(data, section)), section())
