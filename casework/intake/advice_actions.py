"""Advice alone: a contact of one page that is no case, and how it becomes one.

It is a row of its own state, sealed as a case is: the same filters, heads, envelopes and backups hold for it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casework import clock
from casework.accounts import staff
from casework.cases import reading, scope, writing
from casework.cases.advice import Advice
from casework.cases.age_groups import CHILD
from casework.cases.models import Case
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Plan
from casework.cases.states import CaseState
from casework.codelists import codelist
from casework.errors import BadInput, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.intake.actions import Pages, id_of_form
from casework.policy.vocabulary import Act, Section
from casework.sealed import Sealed
from casework.vault.keys.envelopes import OpenedDocument
from casework.web import clean

YES = "yes"
CHILD_HARMED = gettext_noop(
    "Có trẻ em đang bị hại thì không dừng ở tư vấn được: luật bắt báo và bảo vệ em ấy ngay."
    " Hãy bấm “Ghi thành vụ việc”; chữ đã ghi được mang theo."
)
NO_WORDS = gettext_noop("Hãy ghi đã hỏi gì, đã trả lời gì: vài chữ đọc được.")
# What the first page asks, before it is known that advice is all that is wanted.
_ASKED_FIRST = ("danger", "age_group", "pronoun")


@dataclass(frozen=True)
class AdviceContact(Sealed):
    """A contact for advice as it was written last, by whom and in which revision, and who holds it.

    `drafted` tells that it is being made a case, `opened` that it is one, `mine` that I hold it.
    """

    id: UUID
    advice: Advice
    revision: int
    by: str
    holder: str
    drafted: bool = False
    opened: bool = False
    mine: bool = False

    @property
    def asked_on(self) -> date:
        return date.fromisoformat(self.advice.asked_on)

    @property
    def again_on(self) -> date | None:
        return date.fromisoformat(self.advice.again_on) if self.advice.again_on else None

    def due(self, today: date) -> bool:
        """Tell whether the day to speak again has come."""
        return self.again_on is not None and self.again_on <= today


@action(Act.ADVICE_RECORD)
def record_advice(context: ActContext, advice: Advice, *, once: UUID | None = None) -> UUID:
    """Keep advice that was given, sealed to the agency; the same form sent again under `once` is kept once.

    Raises BadInput where nothing was written, and where a child is being harmed: that must be reported.
    """
    _require_advice(advice)
    contact_id = id_of_form(context, once or uuid4())
    if once is not None and _is_kept(context, contact_id):
        return contact_id
    if context.actor.agency_id is None:
        raise NotFound("agency")
    row = Case(
        commune_id=context.commune_id,
        id=contact_id,
        owner_id=context.actor.agency_id,
        holder_id=context.me,
        state=CaseState.ADVICE,
        opened=reading.day_of(context.crypto.at),
    )
    writing.save(context, writing.add_case(context, row), advice)
    return row.id


@action(Act.ADVICE_LIST)
def list_advice(context: ActContext, *, with_promises_of_cases: bool = False) -> tuple[AdviceContact, ...]:
    """List the contacts in reach: those to speak to again by their day, then the others, the newest first.

    One that is being made a case stays until the case is open; `with_promises_of_cases` adds the open cases whose plan
    still holds the talk that was promised then.
    """
    names = staff.names(context)
    reaches = (scope.advice(context.permit), scope.promoted(context.permit))
    batches = [reading.load_batch(context, within, passes_over=True) for within in reaches]
    listed = [case for batch in batches for case in batch.listed([Section.ADVICE])]
    if with_promises_of_cases:
        batch = reading.load_batch(context, scope.came_of_advice_alone(context.permit), passes_over=True)
        listed += [case for case in batch.listed([Section.ADVICE, Section.PLAN]) if _still_promised(case.pages)]
    contacts = [_contact(context, case.row, _advice_page(case.pages), names) for case in listed]
    by_day = sorted(contacts, key=lambda contact: contact.advice.asked_on, reverse=True)
    return tuple(sorted(by_day, key=lambda contact: contact.advice.again_on or "z"))


@action(Act.ADVICE_READ)
def read_advice(context: ActContext, contact_id: UUID) -> AdviceContact:
    """Open one contact."""
    case = reading.find_advice(context, contact_id)
    return _contact(context, case.row, _page(context, case), staff.names(context))


@action(Act.ADVICE_CHANGE)
def change_advice(context: ActContext, contact_id: UUID, advice: Advice, *, base: int) -> None:
    """Write a contact anew, as after a further talk; raises Conflict if somebody wrote after revision `base`.

    Raises BadInput where nothing was written, and where a child is being harmed: that must be reported.
    """
    _require_advice(advice)
    case = reading.find_advice(context, contact_id)
    before = Advice.from_json(_page(context, case).data)
    writing.save(context, case, _as_asked_first(advice, before), base=base)


@action(Act.ADVICE_PROMOTE)
def promote_advice(
    context: ActContext,
    contact_id: UUID,
    pages_of: Callable[[Advice], Pages],
    *,
    written: Advice | None = None,
    base: int | None = None,
) -> UUID:
    """Turn a contact into a draft of an intake with the pages made of it, held by whoever does so; return its id.

    The advice stays beside the draft, as it is or as it was `written` on over revision `base`, and goes into the case
    as a section of its own; a second tap finds the draft or the case that came of it.
    """
    try:
        case = reading.find_advice(context, contact_id)
    except NotFound:
        return _draft_or_case(context, contact_id).id
    before = Advice.from_json(_page(context, case).data)
    advice = _as_asked_first(written, before) if written else before
    if advice != before:
        writing.save(context, case, advice, base=base)
    for number, data in pages_of(advice).items():
        writing.save_json(context, case, Section.DRAFT, dict(data), series=UUID(int=number))
    case.row.state, case.row.holder_id = CaseState.DRAFT, context.me
    case.row.opened = reading.day_of(context.crypto.at)
    writing.revoke(context, case)
    return case.id


def _advice_page(pages: Iterable[OpenedDocument]) -> OpenedDocument:
    return next(page for page in pages if page.section == Section.ADVICE)


def _still_promised(pages: Iterable[OpenedDocument]) -> bool:
    """Tell whether the plan of a case says how to speak again, as it did when the case began."""
    data = {page.section: page.data for page in pages}
    how = Advice.from_json(data.get(Section.ADVICE, {})).again_how
    return bool(how) and how in Plan.from_json(data.get(Section.PLAN, {})).actions


def due_contacts(context: ActContext) -> tuple[AdviceContact, ...]:
    """Return the contacts in reach to whom somebody promised to speak again by today; for a page that lists tasks."""
    today = clock.local(context.crypto.at).date()
    contacts = context.also(list_advice, with_promises_of_cases=True)
    return tuple(contact for contact in contacts if contact.due(today))


def _as_asked_first(advice: Advice, before: Advice) -> Advice:
    """Return advice that was written on with the answers of the page before it, which no later form asks."""
    return replace(advice, **{name: getattr(before, name) for name in _ASKED_FIRST})


def _require_advice(advice: Advice) -> None:
    if not clean.says_something(advice.words):
        raise BadInput(NO_WORDS)
    _require_no_child_harmed(advice)


def _require_no_child_harmed(advice: Advice) -> None:
    """Raise BadInput where a child is being harmed, or asks while there is danger: that is reported, not advised on."""
    pronoun = advice.pronoun if advice.pronoun in codelist("pronoun") else ""
    asks_as_child = advice.age_group == CHILD or bool(pronoun and codelist("pronoun").get(pronoun).flag("child"))
    if advice.child == YES or (asks_as_child and advice.danger == YES):
        raise BadInput(CHILD_HARMED)


def _is_kept(context: ActContext, contact_id: UUID) -> bool:
    try:
        reading.find_advice(context, contact_id)
    except NotFound:
        return False
    return True


def _draft_or_case(context: ActContext, contact_id: UUID) -> VerifiedCase:
    try:
        return reading.find_draft(context, contact_id)
    except NotFound:
        return reading.find_case(context, contact_id)


def _page(context: ActContext, case: VerifiedCase) -> OpenedDocument:
    pages = reading.open_newest_of(context, case, [Section.ADVICE], within=scope.advice(context.permit))
    if not pages:
        raise NotFound("advice", about=case.id)
    return pages[0]


def _contact(context: ActContext, row: Any, page: OpenedDocument, names: Mapping[UUID, str]) -> AdviceContact:
    return AdviceContact(
        id=row.id,
        advice=Advice.from_json(page.data),
        revision=page.revision,
        by=names.get(page.by, ""),
        holder=names.get(row.holder_id, ""),
        drafted=row.state == CaseState.DRAFT,
        opened=row.state == CaseState.OPEN,
        mine=row.holder_id == context.me,
    )
