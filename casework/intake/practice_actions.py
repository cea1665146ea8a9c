"""Practice cases: nobody's true story, written on the true pages, counted nowhere, sent to nobody, gone in one step."""

from dataclasses import dataclass
from uuid import UUID

from casework.accounts import staff
from casework.audit import verify
from casework.cases import erasure, facts, holder_transfer, reading, scope
from casework.cases.sections import Label, SafetyPlan
from casework.cases.states import CaseState
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section


@dataclass(frozen=True)
class PracticeCase:
    """A practice case in a list: its code, its nickname, who wrote it, and the day as a number of days."""

    id: UUID
    code: str
    nickname: str
    holder: str
    opened: int


@action(Act.PRACTICE_LIST)
def list_practice(context: ActContext) -> tuple[PracticeCase, ...]:
    """List the practice cases in reach, the newest first."""
    batch, names = reading.load_batch(context, scope.practice(context.permit), passes_over=True), staff.names(context)
    labels = [(case.row, Label.from_json(page.data)) for case in batch.listed([Section.LABEL]) for page in case.pages]
    lines = [
        PracticeCase(row.id, label.code, label.nickname, names.get(row.holder_id, ""), row.opened)
        for row, label in labels
    ]
    return tuple(sorted(lines, key=lambda line: (-line.opened, line.code)))


@action(Act.PRACTICE_PROMOTE)
def promote_practice(context: ActContext, case_id: UUID) -> bool:
    """Make a practice case a true one: somebody has come while one was practising, or it was true from the beginning.

    It was received on the day on which it was written; from now on it is counted, and what was agreed to can be sent.
    Returns whether there is somebody who must not know: the leads of the agency read it until it is sealed to a few.
    """
    case = reading.find_practice(context, case_id)
    case.row.state = CaseState.OPEN
    context.session.flush()
    holder_transfer.take_from_who_left(context, case)
    facts.derive_again(context, case)
    page = reading.newest_page(context, case, Section.SAFETY_PLAN)
    return page is not None and SafetyPlan.from_json(page.data).somebody == "yes"


@action(Act.PRACTICE_REMOVE)
def remove_practice(context: ActContext, case_id: UUID) -> None:
    """Delete a practice case with all that was written in it, by one person alone.

    Raises AlteredRow while a line of the log does not hold: it may be a true case whose earlier state was put back.
    """
    verify.require_whole(context.crypto)
    erasure.erase(context, reading.find_practice(context, case_id))
