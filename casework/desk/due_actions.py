"""Acts on what is due in cases: which it is, a next contact planned, done, moved to another day, handed on."""

from collections.abc import Collection
from dataclasses import replace
from datetime import time
from typing import Any
from uuid import UUID, uuid4

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.cases import (
    access_grants,
    due_entries,
    duty_numbers,
    every_case,
    reading,
    restriction,
    risk_level,
    scope,
    writing,
)
from casework.cases.case_labels import label_of
from casework.cases.due_entries import DueEntry
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Assessment, Label
from casework.cases.states import CaseState
from casework.cases.task_entry import Task
from casework.clock import local
from casework.codelists import codelist
from casework.desk import due_items
from casework.desk.due_items import CaseDue, CaseDues, DuePage
from casework.errors import BadInput, Conflict, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section

NOT_OPEN = gettext_noop("Vụ việc này đã đóng: việc đến hạn tạm dừng, mở lại thì hiện lại.")
OVER = gettext_noop("Việc này vừa được ghi khác đi. Hãy mở lại trang Hôm nay để xem.")
_PLANNED_IN = frozenset({CaseState.OPEN, CaseState.PRACTICE})
CANNOT_OPEN = gettext_noop("Người này không mở được vụ việc. Hãy chọn một đồng nghiệp khác.")


@action(Act.DUE_LIST)
def list_dues(context: ActContext) -> CaseDues:
    """List what is due in the cases in reach by their own pages, and what was moved or handed on, whoever's it is."""
    every_case.compare(context, passes_over=True)
    batch = reading.load_batch(context, scope.cases(context.permit), passes_over=True)
    items: list[CaseDue] = []
    moved: dict[UUID, DueEntry] = {}
    for case in batch.listed(due_items.SECTIONS_READ):
        ours, label = _is_ours(context, case.row), label_of(case.pages) or Label()
        of_case = due_items.due_in_case(
            case.row, label, case.pages, batch.heads[case.row.id], ours=ours, at=context.crypto.at
        )
        moved_here = due_entries.moved_items(case.pages)
        if any(one.to for one in of_case) or any(one.to for one in moved_here.values()):
            able = _able(context, case.row)
            of_case = [one if one.to in able else replace(one, to=None) for one in of_case]
            moved_here = {item_id: one if one.to in able else one.without_to() for item_id, one in moved_here.items()}
        items += of_case
        moved |= moved_here
    context.reason = f"{len(items)} due"
    rows = batch.cases.values()
    return CaseDues(
        items=tuple(items),
        moved=moved,
        sealed=frozenset(row.id for row in rows if row.owner_id in context.actor.circles),
        standing_in=frozenset(row.id for row in rows if row.standin_id == context.me),
        names=staff.names(context),
    )


def _able(context: ActContext, row: Any) -> set[UUID]:
    """Return the colleagues who can do something in a case: active, and among its readers on our side."""
    eligible = [member for member in staff.colleagues(context) if restriction.may_join(context, member)]
    ids = {member.id for member in eligible}
    return ids & restriction.reader_ids(context, row, eligible) if row.owner_id in context.actor.agencies else ids


@action(Act.DUE_PLAN)
def plan_contact(context: ActContext, case_id: UUID, contact: Task, *, once: UUID | None = None) -> None:
    """Plan the next contact of an open case; the same form sent again under `once` plans nothing more."""
    plan(context, reading.find_case(context, case_id), contact, once=once)


def plan(context: ActContext, case: VerifiedCase, contact: Task, *, once: UUID | None = None) -> None:
    """Seal a next contact, of a practice case too; raise BadInput for a day or an hour that cannot be."""
    if case.row.state not in _PLANNED_IN:
        raise Conflict(NOT_OPEN, about=case.id)
    due_entries.require_day(context, case, contact.due_on)
    _require_hour(case, contact.due_hour)
    series = due_entries.series_of_form(case, once)
    planned = replace(contact, step=due_entries.PLANNED)
    if not any(one.series == series for one in _entries(context, case)):
        due_entries.write(context, case, planned, series=series)


def _require_hour(case: VerifiedCase, hour: str) -> None:
    try:
        time.fromisoformat(hour or "00:00")
    except ValueError:
        raise BadInput("Hãy ghi giờ như 8:30.", about=case.id) from None


def _entries(context: ActContext, case: VerifiedCase) -> list[DueEntry]:
    return due_entries.entries(reading.open_newest_of(context, case, [Section.TASK]))


def _find_open(context: ActContext, case_id: UUID) -> VerifiedCase:
    case = reading.find_case(context, case_id)
    if case.row.state != CaseState.OPEN:
        raise Conflict(NOT_OPEN, about=case_id)
    return case


@action(Act.DUE_DONE)
def record_done(context: ActContext, case_id: UUID, item_id: UUID) -> None:
    """Record that a next contact was kept, or that the level was reviewed and stays; done already is done once.

    The next review is then due by the level again. Raises Conflict where nothing of this id is due any more.
    """
    case = _find_open(context, case_id)
    entry = next((one for one in _entries(context, case) if one.series == item_id and not one.task.item), None)
    if entry is None:
        _review_level(context, case, item_id)
    else:
        keep_contact(context, case, entry)


def keep_contact(context: ActContext, case: VerifiedCase, entry: DueEntry) -> None:
    """Record that a next contact was kept, unless that is recorded already."""
    if entry.task.step != due_entries.MET:
        due_entries.write(context, case, replace(entry.task, step=due_entries.MET), series=entry.series)


def _review_level(context: ActContext, case: VerifiedCase, item_id: UUID) -> None:
    page = reading.newest_page(context, case, Section.ASSESSMENT)
    assessment = Assessment.from_json(page.data) if page else Assessment()
    wanted = due_items.item_id(case.id, due_items.REVIEW, assessment.next_review)
    if case.row.owner_id not in context.actor.agencies or not assessment.next_review or wanted != item_id:
        raise Conflict(OVER, about=case.id)
    by = risk_level.review_by(assessment.level, local(context.crypto.at).date())
    writing.save(context, case, replace(assessment, next_review=by))


@action(Act.DUE_MOVE)
def move(context: ActContext, case_id: UUID, item_id: UUID, on: str, reason: str) -> None:
    """Move something due to another day ("YYYY-MM-DD"), with a reason (a code of `moved_reason`)."""
    case = _find_open(context, case_id)
    due_entries.require_day(context, case, on)
    if reason not in codelist("moved_reason"):
        raise BadInput("Hãy chọn vì sao dời.", about=case_id)
    _write_on(context, case, item_id, step=due_entries.MOVED, due_on=on, due_hour="", moved_for=reason)


@action(Act.DUE_HAND_ON)
def hand_on(context: ActContext, case_id: UUID, item_id: UUID, member_id: UUID) -> None:
    """Hand something due on to a colleague who may open the case; raise BadInput for anybody else."""
    case = _find_open(context, case_id)
    if member_id not in {colleague.id for colleague in _receivers(context, case)}:
        raise BadInput(CANNOT_OPEN, about=case_id)
    _write_on(context, case, item_id, step=due_entries.HANDED, to=str(member_id))


def _write_on(context: ActContext, case: VerifiedCase, item_id: UUID, **changed: str) -> None:
    """Write the entry of a next contact anew, or the one about something else that is due, or the first about it."""
    entries = _entries(context, case)
    entry = next((one for one in entries if item_id == (UUID(one.task.item) if one.task.item else one.series)), None)
    if entry is not None and entry.task.step == due_entries.MET:
        raise Conflict(OVER, about=case.id)
    task, series = (entry.task, entry.series) if entry else (Task(item=str(item_id)), uuid4())
    due_entries.write(context, case, replace(task, **changed), series=series)


@action(Act.DUE_READ)
def read_item(context: ActContext, case_id: UUID, kind: str, item_id: UUID) -> DuePage:
    """Return one thing that is due in an open case, and to whom of the colleagues who may open it it can be handed.

    The line of the log is about this case alone: who may not know of the case is not told that somebody looked. Raises
    NotFound where nothing of this id is due by the pages of the case.
    """
    case = _find_open(context, case_id)
    pages, ours = reading.open_newest_of(context, case, due_items.SECTIONS_READ), _is_ours(context, case.row)
    label, moved = label_of(pages) or Label(), due_entries.moved_items(pages).get(item_id)
    of_case = due_items.due_in_case(case.row, label, pages, case.head, ours=ours, at=context.crypto.at)
    item = next((one for one in of_case if (one.kind, one.id) == (kind, item_id)), None)
    if item is None and (kind in due_items.OF_CASES or not ours):
        raise NotFound("due item", about=case_id)
    item = item or CaseDue(kind, item_id, case_id, 0)
    if moved and moved.task.due_on:
        item = replace(item, due=moved.due)
    to = (moved.to if moved else None) or item.to
    colleagues = tuple(member for member in _receivers(context, case) if member.id != context.me)
    return DuePage(item, label.code, colleagues, holder="" if to in (None, context.me) else staff.names(context)[to])


def _is_ours(context: ActContext, row: Any) -> bool:
    return row.owner_id in context.actor.agencies


def _receivers(context: ActContext, case: VerifiedCase) -> list[Colleague]:
    able = _able(context, case.row)
    if case.row.owner_id not in context.actor.agencies:
        able &= staff.key_holder_ids(context, access_grants.keeper_of_own_record(context, case))
    able -= duty_numbers.must_not_know(context, case) or frozenset()
    return [member for member in staff.colleagues(context) if member.id in able]


def after_note(
    context: ActContext, case: VerifiedCase, contact: Task, *, kept: Collection[UUID], once: UUID | None
) -> None:
    """Record with a note which next contacts it is about, and plan the next one if a day was given."""
    for entry in _entries(context, case) if kept else ():
        if entry.series in kept and not entry.task.item:
            keep_contact(context, case, entry)
    if not contact.due_on:
        if contact.due_hour or contact.how or contact.what:
            raise BadInput(due_entries.NO_DAY, about=case.id)
        return
    plan(context, case, contact, once=once)
