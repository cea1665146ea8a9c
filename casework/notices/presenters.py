"""Makes the view models of notices to the chair from verified rows and opened sheets."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.audit import read
from casework.cases import name_matching, reading
from casework.cases.case_labels import label_of
from casework.cases.models import ChairNotice
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Perpetrator, SafetyPlan
from casework.cases.states import CaseState, NoticeState
from casework.gate import ActContext
from casework.notices import notice_sheets, proposals
from casework.notices.notice_sheets import Sheets
from casework.notices.view_models import RECEIVER_STEPS, NoticeLine, NoticeSheet, NoticeStanding
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Section
from casework.vault.keys.envelopes import OpenedDocument

_CALLS = frozenset({"called", "not_reached"})
ReadMoments = dict[tuple[UUID, str], int]


def lines(
    context: ActContext, rows: Iterable[Any], written: dict[UUID, Sheets], cases: dict[UUID, Any]
) -> list[NoticeLine]:
    """Make the line of each verified row of which something can be opened; `cases` are the rows of its cases."""
    holders = {case.id: case.holder_id for case in cases.values()}
    moments = read.reasons(context.crypto, Act.NOTICE_READ, who={context.me, *holders.values()}, about=set(holders))
    made = [_line(context, row, written[row.id], cases[row.case_id], moments) for row in rows if row.id in written]
    return list(_with_office(context, made))


def _with_office(context: ActContext, made: Iterable[NoticeLine]) -> Iterator[NoticeLine]:
    """Let each line of which somebody is to be called have the number of the office: a list opens no safety plan."""
    order = None
    for line in made:
        if line.incoming or not line.waits:
            yield line
        else:
            order = order or proposals.office_numbers(context, proposals.active_chairs(context))
            yield replace(line, numbers=order)


def _line(context: ActContext, row: Any, written: Sheets, case: Any, moments: ReadMoments) -> NoticeLine:
    notices = [notice for _, notice in written]
    incoming = case.owner_id not in context.actor.agencies
    return NoticeLine(
        id=row.id,
        case_id=row.case_id,
        first=notices[0],
        state=row.state,
        sent=row.sent,
        now=context.crypto.at,
        incoming=incoming,
        assigned=next((notice.assigned for notice in reversed(notices) if notice.step == "assign"), ""),
        call=next((notice for notice in reversed(notices) if notice.step in _CALLS), None),
        missed=tuple(page.at for page, notice in written if notice.step == "not_reached"),
        fresh=not incoming and _is_unread(context, row.id, written, case, moments),
    )


def _is_unread(context: ActContext, notice_id: UUID, written: Sheets, case: Any, moments: ReadMoments) -> bool:
    """Tell whether the newest sheet is the chair's, and neither I nor the holder have read it."""
    page, notice = written[-1]
    read_at = max(moments.get((reader_id, notice_id.hex), 0) for reader_id in (context.me, case.holder_id))
    return notice.step in RECEIVER_STEPS and page.at > read_at


def sheet_views(context: ActContext, written: Sheets) -> tuple[NoticeSheet, ...]:
    people = {member.id: member for member in staff.colleagues(context)}
    views = []
    for page, notice in written:
        writer = people.get(page.by)
        views.append(NoticeSheet(notice, writer.name if writer else "", writer.agency_name if writer else "", page.at))
    return tuple(views)


def kin_among(names: Iterable[str], pages: Iterable[OpenedDocument]) -> tuple[str, ...]:
    """Return which of these people must not know, by the safety plan and the other person among opened pages."""
    opened = {page.section: page.data for page in pages}
    kept_from = (
        SafetyPlan.from_json(opened.get(Section.SAFETY_PLAN, {})).who_must_not_know,
        Perpetrator.from_json(opened.get(Section.PERPETRATOR, {})).name,
    )
    return tuple(name for name in names if any(name_matching.names_a_colleague(name, text) for text in kept_from))


def _is_due(context: ActContext, case: VerifiedCase) -> bool:
    pages = reading.open_newest_of(context, case, [Section.LABEL, Section.INCIDENT, Section.PERPETRATOR])
    label = label_of(pages)
    return label is not None and proposals.is_due(label, pages)


def standing(context: ActContext, case: VerifiedCase) -> NoticeStanding | None:
    """Return what the page of a case says of its notices; None for who sends none of this case."""
    if case.row.owner_id not in context.actor.agencies or not allowed(context.actor, Act.NOTICE_SEND):
        return None
    pages = reading.open_newest_of(context, case, [Section.NOTICE])
    rows = reading.rows_of_case(context, case, ChairNotice)
    found = lines(context, rows, notice_sheets.of_case(pages), {case.id: case.row})
    told = any(line.state != NoticeState.WITHDRAWN for line in found)
    due = not told and case.row.state == CaseState.OPEN and _is_due(context, case)
    return NoticeStanding(tuple(sorted(found, key=lambda line: -line.sent)), due)
