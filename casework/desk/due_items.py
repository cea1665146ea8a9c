"""What is due in one case by its own pages: the next contact, the review of its level, or that no step comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from casework import clock
from casework.accounts.staff import Colleague
from casework.cases import due_entries, paper_record, reading
from casework.cases.due_entries import DueEntry
from casework.cases.sections import RECORDS, Assessment, GroundEntry, Label
from casework.cases.states import CaseState
from casework.cases.unasked_sections import unasked
from casework.clock import MICROSECOND
from casework.policy.vocabulary import Section
from casework.vault.integrity import heads
from casework.vault.keys.envelopes import OpenedDocument

SECTIONS_READ = frozenset({Section.LABEL, Section.ASSESSMENT, Section.GROUNDS, Section.TASK}) | RECORDS
CONTACT, REVIEW, UNPLANNED, IDLE, NIGHT, PAPER = "contact", "review", "unplanned", "idle", "night", "paper"
OF_CASES = frozenset({CONTACT, REVIEW, UNPLANNED, IDLE, NIGHT, PAPER})
# Inter-agency GBV case management guidelines 2017, step 6: no contact for more than 30 days is a reason to close.
IDLE_DAYS = 30
# What is left of a day, as by a night sheet, is done by noon of the day after.
_NOON = 12 * 3600 * MICROSECOND
# Of whom nothing is heard and who may be in danger is looked for, and not closed.
_NEVER_IDLE = frozenset({"urgent", "high"})
# Who reported stood in another section of older cases.
_ASKED_AT_NIGHT = frozenset(Section) - {Section.REPORTER}
_DONE = frozenset({"done", due_entries.MET})


@dataclass(frozen=True)
class CaseDue:
    """Something due in a case: its kind (a code of `due_kind`), its last moment in microseconds, whose it is.

    `id` is that of the entry, or one that is derived from the case and what is due, so that it is another one once the
    same comes due anew. `to` is whom it was handed to, or who planned it in a case that was referred to them.
    """

    kind: str
    id: UUID
    case_id: UUID
    due: int
    to: UUID | None = None
    how: str = ""
    what: str = ""


@dataclass(frozen=True)
class CaseDues:
    """What is due in the cases in reach: `moved` is what else was moved or handed on, by the id of the item.

    `sealed` are the cases of circles, `standing_in` those in which I stand in for the holder; `names` are all members'.
    """

    items: tuple[CaseDue, ...] = ()
    moved: Mapping[UUID, DueEntry] = field(default_factory=dict)
    sealed: frozenset[UUID] = frozenset()
    standing_in: frozenset[UUID] = frozenset()
    names: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DuePage:
    """One thing that is due on its own page: with the code of its case, and the colleagues to whom it can be handed.

    Its `due` is 0 where the pages of the case alone do not say until when; `holder` is the name of whom it was handed
    to, if that is not me.
    """

    item: CaseDue
    code: str
    colleagues: tuple[Colleague, ...]
    holder: str = ""


def item_id(case_id: UUID, kind: str, what: str) -> UUID:
    """Return the id of something due that has no entry of its own."""
    return uuid5(case_id, f"due {kind} {what}")


def due_in_case(
    row: Any, label: Label, pages: Iterable[OpenedDocument], head: Any, *, ours: bool, at: int
) -> list[CaseDue]:
    """Return what is due in an open case by its opened pages; in one that is closed, or of the dead, only its paper.

    Of a case that was referred to us that is what we have planned ourselves. Its head tells which sections there are.
    """
    opened = list(pages)
    paper = _paper_still_about(row, label, opened) if ours else []
    if row.state != CaseState.OPEN or label.died:
        return paper
    planned = due_entries.contacts(opened)
    items = [
        CaseDue(CONTACT, one.series, row.id, one.due, one.to or (None if ours else one.by), one.task.how, one.task.what)
        for one in planned
    ]
    if not ours:
        return items
    items += paper
    assessment = next((Assessment.from_json(p.data) for p in opened if p.section == Section.ASSESSMENT), Assessment())
    if assessment.next_review:
        review_id = item_id(row.id, REVIEW, assessment.next_review)
        items.append(CaseDue(REVIEW, review_id, row.id, due_entries.moment_of(assessment.next_review)))
    since = last_step(row, opened)
    if _lies_as_imported(label, since):
        return items
    if unasked(heads.listed_sections(head.listing), _ASKED_AT_NIGHT):
        morning = morning_after(reading.date_of(row.opened))
        items.append(CaseDue(NIGHT, item_id(row.id, NIGHT, ""), row.id, morning))
    if not (planned or _promised(opened)):
        items.append(_without_step(row, label, assessment, since, at))
    return items


def _paper_still_about(row: Any, label: Label, opened: Iterable[OpenedDocument]) -> list[CaseDue]:
    """Return that the paper of a case is to be put away, by the end of the day on which it was typed in."""
    record = paper_record.paper_record(label, opened)
    if record is None or record.fate or row.state not in {CaseState.OPEN, CaseState.CLOSED}:
        return []
    return [CaseDue(PAPER, item_id(row.id, PAPER, ""), row.id, end_of(record.entered_moment.date()))]


def _lies_as_imported(label: Label, since: int) -> bool:
    """Tell whether nothing was done in a case since it came from an old ledger: hundreds would hide the rest."""
    return bool(label.imported) and clock.local(since).date() <= datetime.fromisoformat(label.imported).date()


def _promised(pages: Iterable[OpenedDocument]) -> bool:
    grounds = (GroundEntry.from_json(page.data) for page in pages if page.section == Section.GROUNDS)
    return any(entry.call_on for entry in grounds)


def last_step(row: Any, pages: Iterable[OpenedDocument]) -> int:
    """Return when something was last done in a case (microseconds): opened, noted, called, met or kept."""
    done = [page.at for page in pages if page.section in RECORDS]
    done += [p.at for p in pages if p.section == Section.GROUNDS and GroundEntry.from_json(p.data).called]
    done += [p.at for p in pages if p.section == Section.TASK and p.data.get("step") in _DONE]
    return max(done, default=0) or clock.midnight(reading.date_of(row.opened))


def _without_step(row: Any, label: Label, assessment: Assessment, since: int, at: int) -> CaseDue:
    day = clock.local(since).date()
    calm = label.danger != "yes" and assessment.level not in _NEVER_IDLE
    waits = bool(assessment.next_review) and date.fromisoformat(assessment.next_review) >= clock.local(at).date()
    over = day + timedelta(days=IDLE_DAYS)
    if calm and not waits and clock.local(at).date() >= over:
        return CaseDue(IDLE, item_id(row.id, IDLE, day.isoformat()), row.id, end_of(over))
    return CaseDue(UNPLANNED, item_id(row.id, UNPLANNED, day.isoformat()), row.id, morning_after(day))


def end_of(day: date) -> int:
    """Return the last moment of a day, in microseconds."""
    return clock.midnight(day + timedelta(days=1)) - MICROSECOND


def morning_after(day: date) -> int:
    """Return noon of the day after, in microseconds: what began late in an evening is not overdue at midnight."""
    return clock.midnight(day + timedelta(days=1)) + _NOON
