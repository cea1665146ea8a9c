"""Cases opened by mistake or twice: set aside or merged with a reason; nothing is deleted, nothing counted twice."""

from dataclasses import dataclass, replace
from uuid import UUID

from casework.cases import case_labels, envelope_sharing, reading, scope, writing
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Facts, Label, Plan
from casework.cases.states import CaseState
from casework.errors import BadInput, NotFound
from casework.gate import ActContext, action
from casework.policy.words import Act, Section
from casework.vietnamese_text import fold

_TWICE = "duplicate"


@dataclass(frozen=True)
class Aside:
    """A case that was set aside: its code, its nickname, and why."""

    id: UUID
    code: str
    nickname: str
    words: str


@action(Act.CASE_VOID)
def void_case(context: ActContext, case_id: UUID, words: str) -> None:
    """Set a case aside that should never have been opened: it leaves lists, search and counts, and can be restored.

    What was counted in a release stays counted there.
    """
    _set_aside(context, _own(context, case_id), Plan(closing_words=words))


@action(Act.CASE_MERGE)
def merge_case(context: ActContext, case_id: UUID, code: str, words: str) -> UUID:
    """Set a case aside for another one of the same woman, which its old code finds from now on; return that one's id.

    If the case was counted already, the other one is not counted again. Raises BadInput for a code that is nobody's.
    """
    found = _own(context, case_id)
    kept = _own(context, _named(context, found, code))
    label = case_labels.label(context, found) or Label()
    _write_former(context, kept, label)
    _count_once(context, kept, found)
    _set_aside(context, found, Plan(outcome=_TWICE, closing_words=words))
    context.about = found.id
    return kept.id


@action(Act.CASE_VOID_LIST)
def list_aside(context: ActContext) -> tuple[Aside, ...]:
    """List the cases that were set aside, by code."""
    book = reading.load_batch(context, scope.voided(context.permit))
    found = []
    for one in book.listed([Section.LABEL, Section.PLAN]):
        by = {page.section: page.data for page in one.pages}
        label, plan = Label.from_json(by.get(Section.LABEL, {})), Plan.from_json(by.get(Section.PLAN, {}))
        found.append(Aside(one.row.id, label.code, label.nickname, plan.closing_words))
    return tuple(sorted(found, key=lambda one: one.code))


@action(Act.CASE_RESTORE)
def restore_case(context: ActContext, case_id: UUID) -> None:
    """Take a case back that was set aside; what was shared stays cut off until it is shared anew."""
    found = reading.find_voided(context, case_id)
    found.case.state = CaseState.OPEN if found.case.closed is None else CaseState.CLOSED
    writing.revoke(context, found)


def _own(context: ActContext, case_id: UUID) -> VerifiedCase:
    found = reading.find_case(context, case_id)
    if found.case.owner_id not in context.actor.agencies:
        raise NotFound("not the owner", about=case_id)
    return found


def _set_aside(context: ActContext, found: VerifiedCase, plan: Plan) -> None:
    if not plan.closing_words.strip():
        raise BadInput("Hãy ghi lý do.", about=found.id)
    page = reading.page(context, found, Section.PLAN)
    before = Plan.from_json(page.data) if page else Plan()
    writing.save(context, found, replace(plan, actions=before.actions))
    envelope_sharing.end_all(context, found)
    found.case.state = CaseState.VOID
    writing.revoke(context, found)


def _named(context: ActContext, found: VerifiedCase, code: str) -> UUID:
    """Find the other case by its code, among those of the same owner that this person reaches."""
    wanted = fold(code.strip())
    for one in reading.listed(context, [Section.LABEL]):
        same = fold(Label.from_json(one.pages[0].data).code) == wanted
        if same and one.row.id != found.id and one.row.owner_id == found.case.owner_id:
            return one.row.id  # type: ignore[no-any-return]
    raise BadInput("Không thấy vụ việc nào khác mang mã này. Hãy xem lại mã.", about=found.id)


def _write_former(context: ActContext, kept: VerifiedCase, old: Label) -> None:
    page = reading.page(context, kept, Section.LABEL)
    label = Label.from_json(page.data) if page else Label()
    former = " ".join(filter(None, (label.former, old.code, old.former)))
    readers = envelope_sharing.readers_of(context, kept, Section.LABEL)
    writing.save(context, kept, replace(label, former=former), readers=readers)


def _count_once(context: ActContext, kept: VerifiedCase, gone: VerifiedCase) -> None:
    """Note in the facts of the case that stays which one was merged into it, so that both are one when counted."""
    mine, theirs = reading.page(context, kept, Section.FACTS), reading.page(context, gone, Section.FACTS)
    if mine is None:
        return
    facts = Facts.from_json(mine.data)
    before = Facts.from_json(theirs.data).merged if theirs else ""
    merged = " ".join(filter(None, (facts.merged, gone.id.hex, before)))
    writing.save(
        context, kept, replace(facts, merged=merged), readers=envelope_sharing.counting_agencies(context, kept)
    )
