"""Purging of stories a set time after their case was closed, once a lead has confirmed the list; never automatic."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casework import clock, secure_delete
from casework.audit import verify
from casework.cases import reading, scope, writing
from casework.cases.case_labels import label_of
from casework.cases.deaths import has_died
from casework.cases.erasure import erase
from casework.cases.reading import CaseBatch
from casework.cases.sections import Label
from casework.cases.states import CaseState
from casework.errors import Conflict
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.retention.actions import is_held
from casework.vault.integrity import heads
from casework.vault.keys import kept_forms
from casework.vault.models import Document

_EPOCH = clock.moment(0).date().toordinal()
# The sections that have a retention period; the rest of the case stays.
_PURGED_SECTIONS = frozenset({Section.STORY, Section.ADVICE})


@dataclass(frozen=True)
class DueStory:
    """A case whose story is past its retention period, or without a code a contact for advice.

    `closed` is the number of the day since 1970 on which the case was closed, or the contact written last.
    """

    id: UUID
    code: str
    nickname: str
    closed: int

    @property
    def closed_on(self) -> date:
        return date.fromordinal(_EPOCH + self.closed)


@action(Act.PURGE_LIST)
def list_due(context: ActContext, *, months: int) -> tuple[DueStory, ...]:
    """List the cases closed at least so many months ago that still hold a story, none that must be kept among them.

    Contacts for advice that nobody has written on for as long stand behind them.
    """
    return (*_due_stories(context, months), *_due_contacts(context, months))


@action(Act.PURGE_CONFIRM)
def purge(context: ActContext, ids: Collection[UUID], *, months: int) -> int:
    """Erase the stories of exactly these cases and return how many; raises Conflict if one is no longer on the list.

    A contact for advice is erased whole.
    """
    stories = {story.id for story in _due_stories(context, months)}
    contacts = {contact.id for contact in _due_contacts(context, months)}
    if not ids or not (stories | contacts).issuperset(ids):
        raise Conflict("Danh sách vừa thay đổi. Hãy xem lại rồi xác nhận.")
    verify.require_whole(context.crypto)
    for contact_id in sorted(contacts.intersection(ids)):
        erase(context, reading.find_advice(context, contact_id))
    for case_id in sorted(stories.intersection(ids)):
        verified = reading.find_case(context, case_id)
        documents = scope.rows_of_case(context.permit, Document, case_id).on(context.session).scalars()
        writing.erase_documents(
            context, verified, [document for document in documents if document.section in _PURGED_SECTIONS]
        )
        writing.revoke(context, verified)
        kept_forms.delete_of_case(context.session, context.commune_id, case_id)
    secure_delete.request(context.session, patiently=True)
    context.about, context.reason = None, f"{len(set(ids))} cases"
    return len(set(ids))


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _last_day(context: ActContext, months: int) -> int:
    return months_before(clock.local(context.crypto.at).date(), months).toordinal() - _EPOCH


def _due_contacts(context: ActContext, months: int) -> tuple[DueStory, ...]:
    batch = reading.load_batch(context, scope.advice(context.permit), passes_over=True)
    last = _last_day(context, months)
    written = [(case_id, reading.day_of(page.at)) for case_id, page in batch.each([Section.ADVICE])]
    return tuple(DueStory(case_id, "", "", day) for case_id, day in written if day <= last)


def _due_stories(context: ActContext, months: int) -> tuple[DueStory, ...]:
    last = _last_day(context, months)
    batch = reading.load_batch(context, passes_over=True)
    case_ids = [
        row.id
        for row in batch.cases.values()
        if row.state == CaseState.CLOSED and row.closed <= last and _has_story(batch, row.id)
    ]
    stories = []
    for case in batch.listed([Section.LABEL, Section.PLAN, Section.ERASURE], of=case_ids):
        by_section = {page.section: page for page in case.pages}
        if is_held(by_section.get(Section.ERASURE)) or has_died(by_section.get(Section.PLAN)):
            continue
        label = label_of(case.pages) or Label()
        stories.append(DueStory(case.row.id, label.code, label.nickname, case.row.closed))
    return tuple(sorted(stories, key=lambda story: (story.closed, story.code)))


def _has_story(batch: CaseBatch, case_id: UUID) -> bool:
    return not _PURGED_SECTIONS.isdisjoint(heads.listed_sections(batch.heads[case_id].listing))
