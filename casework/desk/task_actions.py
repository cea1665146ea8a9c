"""Acts on the clocks of the law: which run, and that what one of them asks for was done, when and by whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework import clock
from casework.accounts import staff
from casework.cases import access_grants, consent_and_grounds, every_case, legal_clocks, reading, scope, tasks
from casework.cases.case_labels import label_of
from casework.cases.legal_clocks import LegalClock
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label
from casework.cases.states import CaseState
from casework.cases.task_entry import Task
from casework.errors import BadInput, Conflict, NotFound
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section

_READ = (Section.LABEL, Section.INCIDENT, Section.TASK)
# No clock is shown longer after its case was received, whatever its length.
_LONGEST_DAYS = 60


@dataclass(frozen=True)
class RunningClock:
    """A clock of the law in a list or on its own page; `by` is the name of who recorded that it was kept, or empty."""

    case_id: UUID
    code: str
    clock: LegalClock
    by: str = ""


@action(Act.TASK_LIST)
def list_clocks(context: ActContext) -> tuple[RunningClock, ...]:
    """List the clocks that run or ran out a short while ago and were not kept yet, the first to end first.

    Of a case that was referred to us those alone that our own agency has to keep.
    """
    every = every_case.compare(context, passes_over=True)
    within, earliest = scope.cases(context.permit), reading.day_of(context.crypto.at) - _LONGEST_DAYS
    # What does not hold is noted already, and what stands in its columns decides nothing.
    rows = [every.cases[id_][0] for id_ in scope.ids(within).on(context.session).scalars() if id_ in every.cases]
    ids = [row.id for row in rows if row.state == CaseState.OPEN and row.opened >= earliest]
    found, ours = [], consent_and_grounds.own_agency_kind(context)
    batch = reading.load_batch(context, within.only(ids), passes_over=True) if ids else None
    for case in batch.listed(_READ) if batch else ():
        label, row = label_of(case.pages) or Label(), case.row
        clocks = legal_clocks.clocks_with_done(label, case.pages, opened=row.opened, is_open=True, at=context.crypto.at)
        owner = row.owner_id in context.actor.agencies
        waiting = [one for one in clocks if one.done is None and (owner or one.code.text("who") == ours)]
        found += [RunningClock(row.id, label.code, one) for one in waiting]
    context.reason = f"{len(found)} clocks"
    return tuple(sorted(found, key=lambda running: running.clock.due))


@action(Act.TASK_READ)
def read_clock(context: ActContext, case_id: UUID, code: str, *, done: bool) -> RunningClock:
    """Return one clock of a case; raise Conflict if what it asks for is recorded already (or, with `done`, is not)."""
    return _find(context, reading.find_case(context, case_id), code, done=done)


def _find(context: ActContext, case: VerifiedCase, code: str, *, done: bool) -> RunningClock:
    pages = reading.open_newest_of(context, case, _READ)
    label = label_of(pages) or Label()
    shown = legal_clocks.clocks_of_case(case, label, pages, at=context.crypto.at)
    found = next((one for one in shown if one.code.code == code), None)
    if found is None:
        raise NotFound("clock", about=case.id)
    if (found.done is not None) is not done:
        raise Conflict("Thời hạn này vừa được ghi khác đi. Hãy mở lại trang để xem.", about=case.id)
    by = staff.names(context).get(found.done.by, "") if found.done else ""
    return RunningClock(case.id, label.code, found, by)


@action(Act.TASK_DONE)
def record_done(
    context: ActContext, case_id: UUID, code: str, *, who: str, when: str, words: str, once: UUID | None = None
) -> None:
    """Record that what a clock asks for was done: by whom, when (ISO 8601, not to come) and what.

    The owner of the case reads it too, whoever records it. Raises Conflict if it is recorded already; the same form
    sent again under `once` is recorded once, and is a Conflict after it was taken back.
    """
    case = reading.find_case(context, case_id)
    again = tasks.is_written(context, case, once)
    _find(context, case, code, done=again)
    if again:
        return
    if not (who.strip() and words.strip()):
        raise BadInput("Hãy ghi ai đã làm và đã làm gì.", about=case_id)
    _require_past(context, when)
    _write(context, case, Task(step=tasks.DONE, clock=code, who=who, when=when, words=words), once)


def _require_past(context: ActContext, when: str) -> None:
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        raise BadInput("Hãy ghi ngày và giờ đã làm.") from None
    at = at if at.tzinfo else at.replace(tzinfo=clock.LOCAL)
    if at > clock.local(context.crypto.at):
        raise BadInput("Giờ này chưa đến. Hãy ghi lúc đã làm xong.")


@action(Act.TASK_UNDO)
def record_undone(context: ActContext, case_id: UUID, code: str, words: str, *, once: UUID | None = None) -> None:
    """Record that what a clock asks for was not done after all, and why it was written down: the clock runs on."""
    case = reading.find_case(context, case_id)
    again = tasks.is_written(context, case, once)
    _find(context, case, code, done=not again)
    if again:
        return
    if not words.strip():
        raise BadInput("Hãy ghi vì sao đã ghi nhầm.", about=case_id)
    _write(context, case, Task(step=tasks.UNDONE, clock=code, words=words), once)


def _write(context: ActContext, case: VerifiedCase, task: Task, once: UUID | None) -> None:
    tasks.write(context, case, task, keeper_id=access_grants.keeper_of_own_record(context, case), once=once)
