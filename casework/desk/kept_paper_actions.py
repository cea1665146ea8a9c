"""Acts on the paper from which a case was typed in: where it is said what became of it, and that it is said."""

from dataclasses import dataclass
from uuid import UUID

from casework.accounts import staff
from casework.cases import paper_record, reading, tasks
from casework.cases.case_labels import label_of
from casework.cases.paper_record import PaperRecord
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label
from casework.cases.task_entry import Task
from casework.codelists import codelist
from casework.errors import BadInput, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section

NOWHERE = gettext_noop("Hãy ghi tờ giấy cất ở đâu, ai giữ chìa khóa.")


@dataclass(frozen=True)
class PaperPage:
    """The paper of a case with the code of its case; `by` is who said last what became of it, or empty."""

    case_id: UUID
    code: str
    record: PaperRecord
    by: str


@action(Act.PAPER_READ)
def read_paper(context: ActContext, case_id: UUID) -> PaperPage:
    """Return the three times of a case of ours from paper, and what became of the paper; NotFound without one."""
    case = reading.find_own_case(context, case_id)
    label, record = _find(context, case)
    by = staff.names(context).get(record.fate.by, "") if record.fate else ""
    return PaperPage(case.id, label.code, record, by)


@action(Act.PAPER_SETTLE)
def settle_paper(context: ActContext, case_id: UUID, fate: str, words: str, *, once: UUID | None = None) -> None:
    """Say that the paper is destroyed, or where it is locked away (a code of `task_step`); said again it is so now.

    A closed case's paper is put away as that of an open one. The same form sent again under `once` says it once.
    """
    case = reading.find_own_case(context, case_id)
    _find(context, case)
    step = codelist("task_step").get(fate) if fate in codelist("task_step") else None
    if step is None or not step.flag("paper"):
        raise BadInput("Hãy chọn tờ giấy đã hủy, hay đang cất ở đâu.", about=case_id)
    if step.flag("place") and not words.strip():
        raise BadInput(NOWHERE, about=case_id)
    if not tasks.is_written(context, case, once):
        tasks.write(context, case, Task(step=fate, words=words), keeper_id=case.row.owner_id, once=once)


def _find(context: ActContext, case: VerifiedCase) -> tuple[Label, PaperRecord]:
    pages = reading.open_newest_of(context, case, [Section.LABEL, Section.INCIDENT, Section.TASK])
    label = label_of(pages) or Label()
    record = paper_record.paper_record(label, pages)
    if record is None:
        raise NotFound("paper", about=case.id)
    return label, record
