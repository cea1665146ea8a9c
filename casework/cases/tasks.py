"""The ledger of what was done about what the program asks for: clocks of the law, readers who must not know.

An entry lies under a random series: from one that was made of a clock or of a member, a thief of the database would
learn whom a case is about, or who must not know of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from casework.cases import reading, writing
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Perpetrator, SafetyPlan
from casework.cases.task_entry import Task
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

DONE, UNDONE, KEPT = "done", "undone", "kept"
# What names who must not know: an answer that is newer than a decision to leave somebody in is decided upon again.
_NAMING = frozenset({SafetyPlan.section, Perpetrator.section})


@dataclass(frozen=True)
class WrittenTask:
    """An entry with who wrote it and when (microseconds)."""

    task: Task
    by: UUID
    at: int


def written(pages: Iterable[OpenedDocument]) -> list[WrittenTask]:
    """Return the entries among opened pages, oldest first."""
    entries = [WrittenTask(Task.from_json(page.data), page.by, page.at) for page in pages if _is_task(page)]
    return sorted(entries, key=lambda entry: entry.at)


def _is_task(page: OpenedDocument) -> bool:
    return page.section == Section.TASK


def clocks_done(pages: Iterable[OpenedDocument]) -> dict[str, WrittenTask]:
    """Return by the code of its clock what was done and not taken back since."""
    newest = {entry.task.clock: entry for entry in written(pages) if entry.task.clock}
    return {clock: entry for clock, entry in newest.items() if entry.task.step == DONE}


def readers_kept(pages: Iterable[OpenedDocument]) -> dict[UUID, WrittenTask]:
    """Return by member who was left among the readers after the newest answer that may name them."""
    opened = list(pages)
    named_at = max((page.at for page in opened if page.section in _NAMING), default=0)
    kept = [entry for entry in written(opened) if entry.task.step == KEPT and entry.at > named_at]
    return {UUID(entry.task.reader): entry for entry in kept}


def is_written(context: ActContext, case: VerifiedCase, once: UUID | None) -> bool:
    """Tell whether the form of this id was sent before."""
    series = _series(case, once)
    return once is not None and any(
        page.series == series for page in reading.open_newest_of(context, case, [Section.TASK])
    )


def _series(case: VerifiedCase, once: UUID | None) -> UUID:
    return uuid5(case.id, once.hex) if once else uuid4()


def write(context: ActContext, case: VerifiedCase, task: Task, *, keeper_id: UUID, once: UUID | None = None) -> None:
    """Seal an entry to whoever keeps it, and to the owner of the case; `once` is the id of its form."""
    series = _series(case, once)
    readers = dict.fromkeys((keeper_id, case.row.owner_id))
    writing.save_json(
        context, case, Section.TASK, task.to_json(), series=series, owner_id=keeper_id, readers=list(readers)
    )
