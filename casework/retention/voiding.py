"""Voiding of cases opened by mistake and merging of duplicates; nothing is deleted, nothing counted twice."""

from dataclasses import dataclass, replace
from uuid import UUID

from casework.cases import (
    access_grants,
    case_labels,
    consent_and_grounds,
    due_entries,
    holder_transfer,
    notice_access,
    reading,
    scope,
    writing,
)
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Facts, Label, Plan
from casework.cases.states import CaseState
from casework.errors import BadInput, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.vietnamese_text import fold

DUPLICATE = "duplicate"
DANGER_IS_ON = gettext_noop(
    "Vụ việc đang ghi là có nguy hiểm. Còn nguy hiểm thì chưa bỏ. Không có nguy hiểm thì hãy ghi vì sao biết."
)


@dataclass(frozen=True)
class VoidedCase:
    """A voided case: its code, its nickname, and why."""

    id: UUID
    code: str
    nickname: str
    words: str


@action(Act.CASE_VOID)
def void_case(context: ActContext, case_id: UUID, words: str, *, danger_over: str = "") -> None:
    """Void a case that should never have been opened: it leaves lists, search and counts, and can be restored.

    What was counted in a release stays counted there. Raises BadInput where the case says that there is danger and
    nobody says why there is none (`danger_over`); a restored case says so again.
    """
    verified = _find_own_case(context, case_id)
    label = case_labels.label(context, verified) or Label()
    if verified.row.state == CaseState.OPEN and label.danger == "yes" and not danger_over.strip():
        raise BadInput(DANGER_IS_ON, about=case_id)
    _void(context, verified, Plan(closing_words=words, danger_over=danger_over))


@action(Act.CASE_MERGE)
def merge_case(context: ActContext, case_id: UUID, code: str, words: str) -> UUID:
    """Void a case as the duplicate of another one of the same person, which its code finds from now on.

    Returns the id of the case that stays; what was counted already is not counted again. Danger and next contacts go
    along. Raises BadInput for a code that no other case of this owner bears, and while something said here was not
    sent.
    """
    verified = _find_own_case(context, case_id)
    kept = _find_own_case(context, _find_by_code(context, verified, code))
    _require_nothing_lost(context, verified, kept)
    label = case_labels.label(context, verified) or Label()
    _add_former_code(context, kept, label)
    _note_merge_in_facts(context, kept, verified)
    _take_contacts_along(context, kept, verified)
    _void(context, verified, Plan(outcome=DUPLICATE, closing_words=words))
    context.about = verified.id
    return kept.id


def _take_contacts_along(context: ActContext, kept: VerifiedCase, verified: VerifiedCase) -> None:
    """Plan in the case that stays every next contact of the one that goes, for whoever it was handed to."""
    for entry in due_entries.contacts(reading.open_newest_of(context, verified, [Section.TASK])):
        due_entries.write(context, kept, entry.task, series=entry.series)


@action(Act.CASE_VOID_LIST)
def list_voided(context: ActContext) -> tuple[VoidedCase, ...]:
    """List the voided cases by code."""
    batch = reading.load_batch(context, scope.voided(context.permit), passes_over=True)
    cases = []
    for case in batch.listed([Section.LABEL, Section.PLAN]):
        data_by_section = {page.section: page.data for page in case.pages}
        label, plan = (
            Label.from_json(data_by_section.get(Section.LABEL, {})),
            Plan.from_json(data_by_section.get(Section.PLAN, {})),
        )
        cases.append(VoidedCase(case.row.id, label.code, label.nickname, plan.closing_words))
    return tuple(sorted(cases, key=lambda case: case.code))


@action(Act.CASE_RESTORE)
def restore_case(context: ActContext, case_id: UUID) -> None:
    """Restore a voided case; what was shared stays cut off until it is shared anew."""
    verified = reading.find_voided(context, case_id)
    verified.row.state = CaseState.OPEN if verified.row.closed is None else CaseState.CLOSED
    holder_transfer.take_from_who_left(context, verified)
    writing.revoke(context, verified)


def _find_own_case(context: ActContext, case_id: UUID) -> VerifiedCase:
    verified = reading.find_case(context, case_id)
    if verified.row.owner_id not in context.actor.agencies:
        raise NotFound("not the owner", about=case_id)
    return verified


def _void(context: ActContext, verified: VerifiedCase, plan: Plan) -> None:
    if not plan.closing_words.strip():
        raise BadInput("Hãy ghi lý do.", about=verified.id)
    page = reading.newest_page(context, verified, Section.PLAN)
    before = Plan.from_json(page.data) if page else Plan()
    writing.save(context, verified, replace(plan, actions=before.actions))
    access_grants.end_all_referrals(context, verified)
    notice_access.withdraw_all(context, verified)
    verified.row.state = CaseState.VOID
    writing.revoke(context, verified)


def _require_nothing_lost(context: ActContext, verified: VerifiedCase, kept: VerifiedCase) -> None:
    """Raise BadInput where what is to be done about an open case would be reminded of no more."""
    if verified.row.state == CaseState.OPEN and kept.row.state != CaseState.OPEN:
        raise BadInput("Vụ việc kia đã đóng. Hãy mở lại vụ việc ấy, rồi gộp.", about=verified.id)
    if consent_and_grounds.has_unsent(context, verified):
        raise BadInput(
            "Ở đây còn điều đã nói mà chưa gửi. Hãy gửi, hoặc để lại và ghi vì sao, rồi gộp.", about=verified.id
        )


def _find_by_code(context: ActContext, verified: VerifiedCase, code: str) -> UUID:
    """Find the other case by its code, among those of the same owner that this person reaches."""
    folded = fold(code.strip())
    for case in reading.listed(context, [Section.LABEL], passes_over=True):
        matches = fold(Label.from_json(case.pages[0].data).code) == folded
        if matches and case.row.id != verified.id and case.row.owner_id == verified.row.owner_id:
            return case.row.id  # type: ignore[no-any-return]
    raise BadInput("Không thấy vụ việc nào khác mang mã này. Hãy xem lại mã.", about=verified.id)


def _add_former_code(context: ActContext, kept: VerifiedCase, old: Label) -> None:
    page = reading.newest_page(context, kept, Section.LABEL)
    label = Label.from_json(page.data) if page else Label()
    former = " ".join(filter(None, (label.former, old.code, old.former)))
    readers = access_grants.reading_agencies(context, kept, Section.LABEL)
    danger = "yes" if old.danger == "yes" else label.danger
    writing.save(context, kept, replace(label, former=former, danger=danger), readers=readers)


def _note_merge_in_facts(context: ActContext, kept: VerifiedCase, voided: VerifiedCase) -> None:
    """Note in the facts of the case that stays which one was merged into it, so that both are one when counted.

    Only what two rows of old ledgers say stays a row of an old ledger, which is counted by its own day or not at all:
    somebody who came since would be counted nowhere.
    """
    kept_facts, voided_facts = (
        reading.newest_page(context, kept, Section.FACTS),
        reading.newest_page(context, voided, Section.FACTS),
    )
    if kept_facts is None:
        return
    facts = Facts.from_json(kept_facts.data)
    old = Facts.from_json(voided_facts.data) if voided_facts else Facts()
    merged = " ".join(filter(None, (facts.merged, voided.id.hex, old.merged)))
    noted = replace(facts, merged=merged, imported=facts.imported and old.imported)
    writing.save(context, kept, noted, readers=access_grants.counting_agencies(context, kept))
