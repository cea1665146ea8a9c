"""Reads the fictional commune: its people, its trusted addresses and sixty stories."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from casework.cases.questions import SectionData
from casework.cases.sections import (
    Assessment,
    Children,
    Contact,
    GroundEntry,
    Identity,
    Incident,
    Injuries,
    Perpetrator,
    SafetyPlan,
    Story,
)
from casework.codelists import agencies, codelist
from casework.intake.actions import IntakeAnswers
from casework.web.phones import normalise

_FILES = Path(__file__).resolve().parent
S = TypeVar("S", bound=SectionData)


@dataclass(frozen=True)
class Resident:
    """Somebody with an account; `agency` is empty for who belongs to none."""

    name: str
    username: str
    role: str
    agency: str


@dataclass(frozen=True)
class DemoAddress:
    """A trusted address; `key` is what the stories call it."""

    key: str
    name: str
    host: str
    hamlet: str
    kind: str
    capacity: int
    opening: str
    phone: str


@dataclass(frozen=True)
class DemoCommune:
    """The commune with its hamlets, and the names and duty telephones of its agencies: every one that the list has."""

    name: str
    hamlets: tuple[str, ...]
    agencies: Mapping[str, str]
    phones: Mapping[str, str]


@dataclass(frozen=True)
class Later:
    """Something written some days after the intake."""

    after_days: int
    words: str


@dataclass(frozen=True)
class DemoClosing:
    """How a case was closed, some days after the intake."""

    after_days: int
    reason: str
    words: str


@dataclass(frozen=True)
class DemoCase:
    """One fictional case: when it came, who wrote it down for whom, what was answered, and what came after.

    Its incident lacks only what depends on the day of the telling. `of_the_union` tells whether the Women's Union holds
    it: any other receiving point opens a case of its own.
    """

    days_ago: int
    opened_by: str
    of_the_union: bool
    circle: tuple[str, ...]
    address: str
    happened_before: int
    answers: IntakeAnswers
    notes: tuple[Later, ...]
    ending: DemoClosing | None


@dataclass(frozen=True)
class Begun:
    """An intake that was begun and not finished: when, by whom, and what was typed on its pages by their numbers."""

    days_ago: int
    by: str
    pages: Mapping[int, Mapping[str, Sequence[str]]]


@cache
def commune() -> DemoCommune:
    """Return the commune."""
    raw = _read(_FILES / "commune.toml")
    own, here = raw["agencies"], raw["commune"]
    names = {one.code: own.get(one.code, {}).get("name", f"{one.vi} {here['place']}") for one in codelist("agency")}
    phones = {one.code: own.get(one.code, {}).get("phone", here["help_line"]) for one in codelist("agency")}
    return DemoCommune(here["name"], tuple(here["hamlets"]), names, phones)


@cache
def residents() -> tuple[Resident, ...]:
    """Return everybody who has an account."""
    return tuple(
        Resident(one["name"], one["username"], one["role"], one.get("agency", ""))
        for one in _read(_FILES / "people.toml")["person"]
    )


@cache
def places() -> tuple[DemoAddress, ...]:
    """Return the trusted addresses."""
    return tuple(DemoAddress(**one) for one in _read(_FILES / "addresses.toml")["address"])


@cache
def tales() -> tuple[DemoCase, ...]:
    """Return the cases, the oldest first."""
    files = sorted((_FILES / "cases").glob("*.toml"))
    found = [_tale(one) for file in files for one in _read(file)["case"]]
    return tuple(sorted(found, key=lambda tale: -tale.days_ago))


@cache
def drafts() -> tuple[Begun, ...]:
    """Return the intakes that were not finished."""
    return tuple(
        Begun(one["days_ago"], one["by"], {int(number): page for number, page in one["pages"].items()})
        for one in _read(_FILES / "drafts.toml")["draft"]
    )


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _tale(raw: Mapping[str, Any]) -> DemoCase:
    ending = raw.get("closed")
    return DemoCase(
        days_ago=raw["days_ago"],
        opened_by=raw["opened_by"],
        of_the_union=any(
            one.username == raw["opened_by"] and one.agency == agencies.coordinating() for one in residents()
        ),
        circle=tuple(raw.get("circle", ())),
        address=raw["address"],
        happened_before=raw["incident"]["happened_on"],
        answers=_answers(raw),
        notes=tuple(Later(one["after_days"], one["text"]) for one in raw.get("notes", ())),
        ending=DemoClosing(ending["after_days"], ending["reason"], ending["words"]) if ending else None,
    )


def _answers(raw: Mapping[str, Any]) -> IntakeAnswers:
    incident = raw["incident"] | {"happened_on": "", "channel": raw["channel"], "reporter_type": raw["reporter_type"]}
    return IntakeAnswers(
        danger=raw["danger"],
        only_counselling=raw["only_counselling"],
        contact=_section(Contact, raw["contact"]),
        identity=_section(Identity, raw["identity"]),
        incident=_section(Incident, incident),
        children=_section(Children, raw.get("children", {})),
        injuries=_section(Injuries, raw["injuries"]),
        story=Story(words=raw.get("story", "").strip()),
        perpetrator=_section(Perpetrator, raw["perpetrator"]),
        safety_plan=_section(SafetyPlan, raw.get("safety_plan", {})),
        assessment=_section(Assessment, raw["assessment"] | {"needs": raw["needs"]}),
        grounds=tuple(_section(GroundEntry, one) for one in raw.get("grounds", ())),
    )


def _section(kind: type[S], raw: Mapping[str, Any]) -> S:
    kept = dict(raw)
    if kept.get("phone"):
        kept["phone"] = normalise(kept["phone"])
    return kind.from_json(kept)
