"""Two cases in which every section holds a marker of its own, one of them sealed to named members."""

import secrets
from dataclasses import dataclass, replace
from uuid import UUID

from casework.cases.advice import Advice
from casework.cases.sections import (
    Assessment,
    Children,
    Contact,
    GroundEntry,
    Identity,
    Incident,
    Perpetrator,
    Plan,
    SafetyPlan,
    Story,
)
from casework.desk import actions as desk
from casework.desk import task_actions
from casework.intake import actions as intake
from casework.intake import advice_actions
from casework.policy.vocabulary import Section
from tests.house import House
from tests.stories import dao

# A clock of the law that runs in every marked case: what was done about it is the marker of its ledger.
CLOCK = "trafficking_check"


def marker() -> str:
    """Return a word that stands nowhere else: letters alone, so that no page writes it differently."""
    return "hoang" + "".join(secrets.choice("bcdghklmnpqrstvx") for _ in range(16))


@dataclass(frozen=True)
class Marked:
    """A case or draft with the marker of each of its sections."""

    id: UUID
    markers: dict[Section, str]
    restricted: bool


def planted(house: House) -> list[Marked]:
    """Open a case of lan's and one sealed to lan and mai, write notes and a plan, leave a draft, record advice."""
    return [a_case(house), a_case(house, restricted=True), _draft(house), _advice(house)]


def a_case(house: House, *, restricted: bool = False) -> Marked:
    """Open a case of lan's with a marker in each of its sections."""
    lan = house["lan"]
    words = {section: marker() for section in Section}
    answers = replace(
        dao(),
        contact=Contact(call_her="Chị Hai", channel="call", never_say=words[Section.CONTACT]),
        identity=Identity(name=words[Section.IDENTITY], sex="NU", birth_year=1990, address=words[Section.IDENTITY]),
        incident=Incident(acts=("A", "B"), other=("MUA_BAN_NGUOI",), place="home"),
        children=Children(count=1, who=words[Section.CHILDREN]),
        story=Story(words=words[Section.STORY]),
        perpetrator=Perpetrator(name=words[Section.PERPETRATOR], relation="VO_CHONG"),
        safety_plan=SafetyPlan(who_must_not_know=words[Section.SAFETY_PLAN], code_word=words[Section.SAFETY_PLAN]),
        assessment=Assessment(level="high", reasons=words[Section.ASSESSMENT]),
        grounds=(GroundEntry("consent", "police", "granted", "spoken", "", words[Section.GROUNDS]),),
    )
    case_id = lan.opens_a_case(answers, circle=[house["mai"]] if restricted else ())
    lan.does(desk.add_note, case_id, words[Section.COUNSELLING])
    lan.does(desk.write_section, case_id, Plan(actions=words[Section.PLAN]), base=0)
    said = words[Section.TASK]
    lan.does(task_actions.record_done, case_id, CLOCK, who=said, when="2026-01-02T12:00+07:00", words=said)
    filled = set(Section) - {
        Section.INCIDENT,
        Section.INJURIES,
        Section.HEALTH,
        Section.POLICE,
        Section.LEGAL,
        Section.CHILD,
        Section.LETTER,
        Section.NOTICE,
        Section.REPORTER,
        Section.SHELTER,
        Section.FACTS,
        Section.LABEL,
        Section.DRAFT,
        Section.ERASURE,
        Section.ADVICE,
    }
    return Marked(case_id, {section: words[section] for section in filled}, restricted)


def _draft(house: House) -> Marked:
    word = marker()
    draft_id = house["lan"].does(intake.start_draft, {4: {"name": word}, 5: {"words": word}})
    return Marked(draft_id, {Section.DRAFT: word}, restricted=False)


def _advice(house: House) -> Marked:
    word = marker()
    told = Advice("2026-01-02", "GOI_DIEN", ("rights",), "no", word, again_how=word)
    return Marked(house["lan"].does(advice_actions.record_advice, told), {Section.ADVICE: word}, restricted=False)
