"""Erases stories some time after their case was closed, once a lead has confirmed the list; no machine does it."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casework import clock, secure_delete
from casework.cases import reading, scope, writing
from casework.cases.case_labels import label_of
from casework.cases.reading import CaseBatch
from casework.cases.sections import Label
from casework.cases.states import CaseState
from casework.endings.actions import has_died, is_held
from casework.errors import Conflict
from casework.gate import ActContext, action
from casework.policy.words import Act, Section
from casework.vault.integrity import heads
from casework.vault.models import Document

_EPOCH = clock.moment(0).date().toordinal()
# What is erased in time while the rest of the case stays.
_PURGED = frozenset({Section.STORY})


@dataclass(frozen=True)
class Due:
    """A case whose story has been kept long enough; `closed` is a day since 1970."""

    id: UUID
    code: str
    nickname: str
    closed: int

    @property
    def closed_on(self) -> date:
        """Return the day on which the case was closed."""
        return date.fromordinal(_EPOCH + self.closed)


@action(Act.PURGE_LIST)
def list_due(context: ActContext, *, months: int) -> tuple[Due, ...]:
    """List the cases closed so many months ago that still hold a story; what must be kept is not on it."""
    return _due(context, months)


@action(Act.PURGE_CONFIRM)
def purge(context: ActContext, ids: Collection[UUID], *, months: int) -> int:
    """Erase the stories of exactly these cases and return how many; raises Conflict if one is no longer on the list."""
    due = {one.id for one in _due(context, months)}
    if not ids or not due.issuperset(ids):
        raise Conflict("Danh sách vừa thay đổi. Hãy xem lại rồi xác nhận.")
    for case_id in sorted(set(ids)):
        found = reading.find_case(context, case_id)
        documents = scope.rows_of_case(context.permit, Document, case_id).on(context.session).scalars()
        writing.erase_documents(context, found, [one for one in documents if one.section in _PURGED])
        writing.revoke(context, found)
    secure_delete.request(context.session)
    context.about, context.reason = None, f"{len(set(ids))} cases"
    return len(set(ids))


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _due(context: ActContext, months: int) -> tuple[Due, ...]:
    last = months_before(clock.local(context.crypto.at).date(), months).toordinal() - _EPOCH
    book = reading.load_batch(context)
    over = [
        one.id
        for one in book.cases.values()
        if one.state == CaseState.CLOSED and one.closed <= last and _holds(book, one.id)
    ]
    found = []
    for one in book.listed([Section.LABEL, Section.PLAN, Section.ERASURE], of=over):
        by = {page.section: page for page in one.pages}
        if is_held(by.get(Section.ERASURE)) or has_died(by.get(Section.PLAN)):
            continue
        label = label_of(one.pages) or Label()
        found.append(Due(one.row.id, label.code, label.nickname, one.row.closed))
    return tuple(sorted(found, key=lambda one: (one.closed, one.code)))


def _holds(book: CaseBatch, case_id: UUID) -> bool:
    return any(one.section in _PURGED for one in heads.entries(book.heads[case_id].listing))
