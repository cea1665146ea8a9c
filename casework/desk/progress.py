"""Where the work on a case stands: its level of danger, when it was last followed up, what comes next until when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from casework import clock
from casework.cases import due_entries, risk_level, urgent_care
from casework.cases.legal_clocks import LegalClock
from casework.cases.reading import CaseBatch
from casework.cases.sections import RECORDS, Assessment, Contact, GroundEntry, Perpetrator, Plan, SafetyPlan
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

_SECTIONS = frozenset({Section.ASSESSMENT, Section.GROUNDS, Section.TASK}) | RECORDS
REVIEW, CALL, CONTACT = "review", "call", "contact"


@dataclass(frozen=True)
class NextStep:
    """What comes next and on which day: a `contact`, `review` of the level, a promised `call`, a clock of the law."""

    on: date
    what: str


@dataclass(frozen=True)
class CaseProgress:
    """The level (a code, or empty), the moment of the last note or safety call (microseconds, or 0), the next step."""

    level: str = ""
    last: int = 0
    next: NextStep | None = None


def progress_of(pages: Iterable[OpenedDocument], *, is_open: bool, clocks: Iterable[LegalClock] = ()) -> CaseProgress:
    """Return where a case stands by those of its pages that somebody has opened."""
    level, last, steps = "", 0, [NextStep(clock.local(one.due).date(), one.code.code) for one in clocks if not one.done]
    opened = list(pages)
    steps += [NextStep(date.fromisoformat(one.task.due_on), CONTACT) for one in due_entries.contacts(opened)]
    for page in opened:
        if page.section == Section.ASSESSMENT:
            assessment = Assessment.from_json(page.data)
            level = assessment.level
            steps += _step(assessment.next_review, REVIEW)
        elif page.section == Section.GROUNDS:
            entry = GroundEntry.from_json(page.data)
            last = max(last, page.at) if entry.called else last
            steps += _step(entry.call_on, CALL)
        elif page.section in RECORDS:
            last = max(last, page.at)
    return CaseProgress(level, last, min(steps, key=lambda step: step.on, default=None) if is_open else None)


def _step(day: str, what: str) -> list[NextStep]:
    return [NextStep(date.fromisoformat(day), what)] if day else []


def progress_in(batch: CaseBatch, case_ids: Collection[UUID]) -> dict[UUID, CaseProgress]:
    """Return where some open cases of a batch stand, by their ids, read by one statement."""
    pages: dict[UUID, list[OpenedDocument]] = {case_id: [] for case_id in case_ids}
    for case_id, page in batch.each(_SECTIONS, of=case_ids) if pages else ():
        pages[case_id].append(page)
    return {case_id: progress_of(opened, is_open=True) for case_id, opened in pages.items()}


def standing_of(pages: Iterable[OpenedDocument], *, asks: bool, at: int) -> dict[str, Any]:
    """Return what stands above all else, as far as this reader may open it, and why the case was closed.

    Of a closed case, and of the dead, nothing is asked (`asks`).
    """
    opened = {Section(page.section): page for page in pages}
    told = [Perpetrator.from_json(opened[Section.PERPETRATOR].data)] if Section.PERPETRATOR in opened else []
    plan = Plan.from_json(opened[Section.PLAN].data) if Section.PLAN in opened else Plan()
    near = told[0].where if asks and risk_level.is_near(told) else ""
    care = urgent_care.urgent_care(pages, at) if asks else None
    contact = Contact.from_json(opened[Section.CONTACT].data) if Section.CONTACT in opened else None
    planned = tuple(due_entries.contacts(pages)) if asks else ()
    safety = SafetyPlan.from_json(opened[Section.SAFETY_PLAN].data) if Section.SAFETY_PLAN in opened else SafetyPlan()
    return {
        "contact": contact,
        "contacts": planned,
        "care": care,
        "near": near,
        "outcome": plan.outcome,
        "has_safety_plan": bool(safety.plan or safety.code_word),
    }
