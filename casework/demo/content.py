"""Reads the fictional commune from TOML: people, trusted addresses, sixty cases, and letters between agencies."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from casework import clock
from casework.cases import sections
from casework.cases.questions import SectionData
from casework.cases.trusted_addresses import AddressEntry
from casework.codelists import agencies, codelist
from casework.config import ConfigurationError
from casework.intake.actions import IntakeAnswers
from casework.web.phones import normalise

_FILES = Path(__file__).resolve().parent
S = TypeVar("S", bound=SectionData)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody with an account and their own telephone; `agency` is empty for a member of none."""

    name: str
    username: str
    role: str
    agency: str
    phone: str


@dataclass(frozen=True)
class DemoAddress:
    """A trusted address; `key` is what the cases call it."""

    key: str
    entry: AddressEntry


@dataclass(frozen=True)
class DemoCommune:
    """The commune with its hamlets, and the names and duty telephones of its agencies: every one that the list has."""

    name: str
    hamlets: tuple[str, ...]
    agencies: Mapping[str, str]
    phones: Mapping[str, str]


@dataclass(frozen=True)
class DemoNote:
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
    """One fictional case: when and by whom it was opened, for which circle, the intake, and what came after.

    Its incident lacks only what depends on the day on which the demo is built. `of_the_union` tells whether the Women's
    Union holds it: any other agency that helps opens a case of its own.
    """

    days_ago: int
    opened_by: str
    of_the_union: bool
    circle: tuple[str, ...]
    address: str
    happened_before: int
    answers: IntakeAnswers
    notes: tuple[DemoNote, ...]
    ending: DemoClosing | None


@dataclass(frozen=True)
class NoticeCourse:
    """What the chair does with a notice: to which agency it is assigned, with which words, and the answer."""

    assigned: str
    words: str
    answer: str


@dataclass(frozen=True)
class DemoDraft:
    """An unfinished intake: when, by whom, and what was typed on its pages by their numbers."""

    days_ago: int
    by: str
    pages: Mapping[int, Mapping[str, Sequence[str]]]


@cache
def commune() -> DemoCommune:
    raw = _read(_FILES / "commune.toml")
    named, fictional, listed = raw["agencies"], raw["commune"], codelist("agency")
    names = {
        agency.code: named.get(agency.code, {}).get("name", f"{agency.vi} {fictional['place']}") for agency in listed
    }
    phones = {agency.code: named.get(agency.code, {}).get("phone", fictional["help_line"]) for agency in listed}
    return DemoCommune(fictional["name"], tuple(fictional["hamlets"]), names, phones)


@cache
def demo_people() -> tuple[DemoPerson, ...]:
    return tuple(
        DemoPerson(person["name"], person["username"], person["role"], person.get("agency", ""), person["phone"])
        for person in _read(_FILES / "people.toml")["person"]
    )


@cache
def demo_addresses() -> tuple[DemoAddress, ...]:
    return tuple(_address(**address) for address in _read(_FILES / "addresses.toml")["address"])


@cache
def demo_cases() -> tuple[DemoCase, ...]:
    """Return the cases, the oldest first."""
    files = sorted((_FILES / "cases").glob("*.toml"))
    cases = [_case(raw) for file in files for raw in _read(file)["case"]]
    return tuple(sorted(cases, key=lambda case: -case.days_ago))


@cache
def notice_courses() -> tuple[NoticeCourse, ...]:
    return tuple(NoticeCourse(**course) for course in _read(_FILES / "notices.toml")["course"])


@cache
def drafts() -> tuple[DemoDraft, ...]:
    return tuple(
        DemoDraft(raw["days_ago"], raw["by"], {int(number): page for number, page in raw["pages"].items()})
        for raw in _read(_FILES / "drafts.toml")["draft"]
    )


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _address(key: str, phone: str, **entry: Any) -> DemoAddress:
    return DemoAddress(key, AddressEntry(contact=normalise(phone), **entry))


def _case(raw: Mapping[str, Any]) -> DemoCase:
    ending = raw.get("closed")
    return DemoCase(
        days_ago=raw["days_ago"],
        opened_by=raw["opened_by"],
        of_the_union=any(
            person.username == raw["opened_by"] and person.agency == agencies.coordinating() for person in demo_people()
        ),
        circle=tuple(raw.get("circle", ())),
        address=raw["address"],
        happened_before=raw["incident"]["happened_on"],
        answers=_answers(raw),
        notes=tuple(DemoNote(person["after_days"], person["text"]) for person in raw.get("notes", ())),
        ending=DemoClosing(ending["after_days"], ending["reason"], ending["words"]) if ending else None,
    )


def _answers(raw: Mapping[str, Any]) -> IntakeAnswers:
    return IntakeAnswers(
        danger=raw["danger"],
        only_counselling=raw["only_counselling"],
        contact=_section(sections.Contact, {**raw["contact"], "pronoun": raw["pronoun"]}),
        identity=_section(sections.Identity, _as_old_today(raw["identity"])),
        incident=_section(sections.Incident, raw["incident"] | {"happened_on": ""}),
        reporter=sections.Reporter(reporter_type=raw["reporter_type"], channel=raw["channel"]),
        children=_section(sections.Children, raw.get("children", {})),
        injuries=_section(sections.Injuries, raw["injuries"]),
        story=sections.Story(words=raw.get("story", "").strip()),
        perpetrator=_section(sections.Perpetrator, raw["perpetrator"]),
        safety_plan=_section(sections.SafetyPlan, raw.get("safety_plan", {})),
        assessment=_section(sections.Assessment, raw["assessment"] | {"needs": raw["needs"]}),
        grounds=tuple(_section(sections.GroundEntry, ground) for ground in raw.get("grounds", ())),
    )


def _as_old_today(identity: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who a case is about with the year of birth moved on: who consents depends on the age."""
    if not identity.get("birth_year"):
        return identity
    passed = clock.today().year - _read(_FILES / "commune.toml")["commune"]["written_in"]
    return {**identity, "birth_year": identity["birth_year"] + passed}


def _section(kind: type[S], raw: Mapping[str, Any]) -> S:
    answers = dict(raw)
    if answers.get("phone"):
        answers["phone"] = normalise(answers["phone"])
    return kind.from_json(answers)


@dataclass(frozen=True)
class DemoExchange:
    """What an agency is asked about a case and what it writes back: the letter, its answer, a question and the reply.

    `when` holds, by the path of a question ("perpetrator.relation"), the answers to which the exchange belongs.
    """

    when: Mapping[str, tuple[str, ...]]
    letter: sections.Letter
    answer: sections.Letter
    question: str
    reply: str
    decline: str

    def fits(self, answers: IntakeAnswers) -> bool:
        return all(set(codes) & _answered(answers, path) for path, codes in self.when.items())


@dataclass(frozen=True)
class DemoOffice:
    """The member who handles referrals at an agency and what passes between it and others."""

    username: str
    exchanges: tuple[DemoExchange, ...]

    def exchange(self, answers: IntakeAnswers, turn: int) -> DemoExchange:
        """Return the first exchange that belongs to such cases, else one of those that belong to any, in turn."""
        fitting = [exchange for exchange in self.exchanges if exchange.fits(answers)]
        general = [exchange for exchange in fitting if not exchange.when]
        return next((exchange for exchange in fitting if exchange.when), general[turn % len(general)])


@cache
def offices() -> Mapping[str, DemoOffice]:
    return {code: _office(office) for code, office in _read(_FILES / "letters.toml").items()}


def office_of(agency: str) -> DemoOffice:
    """Return the office of an agency; raise ConfigurationError if letters.toml has none."""
    if agency not in offices():
        raise ConfigurationError(f"casework/demo/letters.toml: the agency '{agency}' is written to and has no letters")
    return offices()[agency]


def _office(raw: Mapping[str, Any]) -> DemoOffice:
    exchanges = tuple(_exchange({**raw, **exchange}) for exchange in raw["exchange"])
    return DemoOffice(raw["username"], exchanges)


def _exchange(raw: Mapping[str, Any]) -> DemoExchange:
    return DemoExchange(
        when={path: tuple(codes) for path, codes in raw.get("when", {}).items()},
        letter=sections.Letter(asks=tuple(raw["asks"]), words=raw["letter"]),
        answer=sections.Letter(**raw["answer"]),
        question=raw["question"],
        reply=raw["reply"],
        decline=raw["decline"],
    )


def _answered(answers: IntakeAnswers, path: str) -> set[str]:
    """Return the codes with which a case answers the question at a path."""
    section, name = path.split(".")
    value = getattr(getattr(answers, section), name)
    return {value} if isinstance(value, str) else set(value)
