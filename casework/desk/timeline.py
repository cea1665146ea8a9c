"""What happened in a case, in one line of time: only what its reader's own keys and role open, without a word of it.

The owner's side also sees who opened what was sent, and when the case was closed and opened again: the log says that.
A receiver sees the correspondence about what they were sent, what they wrote themselves, and what was rewritten since.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from casework import clock
from casework.audit import read
from casework.cases import case_labels, reading
from casework.cases.case_labels import label_of
from casework.cases.erasure_entry import Erasure
from casework.cases.models import Ground
from casework.cases.paper_record import paper_record
from casework.cases.reading import VerifiedCase
from casework.cases.sections import RECORDS, GroundEntry, Label, Letter, Notice
from casework.cases.states import CaseState, GroundState
from casework.cases.task_entry import Task
from casework.clock import MICROSECOND
from casework.gate import ActContext
from casework.policy.vocabulary import Act, Section
from casework.vault.keys.envelopes import OpenedDocument

# The story stays closed until somebody asks for it; the others that are left out are nobody's to read.
UNOPENED = frozenset({Section.STORY, Section.FACTS, Section.DRAFT, Section.ADVICE})
SENT, OPENED, CLOSED, REOPENED, RECEIVED = "send", "opened", "closed", "reopened", "received"
# A case that was on paper first: when that was written, and when it was typed in.
ON_PAPER, TYPED_IN = "on_paper", "typed_in"
# A notice that nobody could be sent, for all who would read it must not know.
ABOVE = "above"
_LEDGERS = frozenset({Section.LETTER, Section.NOTICE, Section.TASK, Section.ERASURE}) | RECORDS
_MOST = 200


@dataclass(frozen=True)
class TimelineEvent:
    """Something that happened: when (microseconds), by whom (a name, or empty), in which section or by which step.

    `step` is a code of the list of steps of its section, or one of the words above; `about` is what it was about: the
    code of an agency, a clock, a need or an answer. `link_id` is the referral or notice that it belongs to, `receiver`
    the code of the agency to which the referral went, told to the owner's side.
    """

    at: int
    by: str
    section: Section | None
    step: str = ""
    about: str = ""
    link_id: UUID | None = None
    receiver: str = ""


def events_of(
    context: ActContext, case: VerifiedCase, pages: Iterable[OpenedDocument], names: Mapping[UUID, str]
) -> tuple[TimelineEvent, ...]:
    """Return what happened, the newest first, from the opened pages of a case; the names are those of all members."""
    opened = [page for page in pages if page.section not in UNOPENED]
    ours = case.row.owner_id in context.actor.agencies
    begun = min((page.at for page in opened if page.revision == 1), default=0) if ours else 0
    grounds = {ground.id: ground for ground in reading.rows_of_case(context, case, Ground)} if ours else {}
    events = [event for page in opened if (event := _event(page, names, grounds, begun=begun))]
    if ours:
        agencies = case_labels.receivers_of_referrals(context, case)
        kinds: dict[UUID | None, str] = {referral_id: agency.kind for referral_id, agency in agencies.items()}
        events = [replace(event, receiver=kinds.get(event.link_id, "")) for event in events]
        events += [*_reception(case, opened, names, begun), *_logged(context, case, names)]
    return tuple(sorted(events, key=lambda event: -event.at))


def _reception(
    case: VerifiedCase, opened: Iterable[OpenedDocument], names: Mapping[UUID, str], begun: int
) -> Iterator[TimelineEvent]:
    """Yield the reception, by who wrote the first pages; if all were rewritten, the day alone is known.

    What was on paper first was received when that was written, and typed in by who wrote the first pages.
    """
    pages = list(opened)
    by = names.get(next((page.by for page in pages if page.at == begun), case.row.holder_id), "")
    record = paper_record(label_of(pages) or Label(), pages)
    day = clock.midnight(reading.date_of(case.row.opened))
    if record is not None:
        yield TimelineEvent(_micros(record.received_moment), "", None, ON_PAPER)
        entered = _micros(record.entered_moment)
        known = begun and reading.day_of(begun) == reading.day_of(entered)
        yield TimelineEvent(begun if known else entered, by if known else "", None, TYPED_IN)
    elif begun and reading.day_of(begun) == case.row.opened:
        yield TimelineEvent(begun, by, None, RECEIVED)
    else:
        yield TimelineEvent(day, "", None, RECEIVED)


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * MICROSECOND


def _event(
    page: OpenedDocument, names: Mapping[UUID, str], grounds: Mapping[UUID, Ground], *, begun: int
) -> TimelineEvent | None:
    """Return what a page tells; None for what was written with the case itself, or before it was shared.

    `grounds` are those of the owner's case by id; whom it was shared with has none, and a `begun` of 0.
    """
    section, by = Section(page.section), names.get(page.by, "")
    if section in _LEDGERS:
        return _entry(section, page, by)
    if page.at == begun or (not begun and page.revision == 1):
        return None
    if section is Section.GROUNDS:
        return _ground(page, by, grounds[page.series]) if page.series in grounds else None
    return TimelineEvent(page.at, by, section, "rewritten" if page.revision > 1 else "written")


def _entry(section: Section, page: OpenedDocument, by: str) -> TimelineEvent:
    """Return what an entry of a ledger tells: its step, and what it was about as a code."""
    if section is Section.LETTER:
        letter = Letter.from_json(page.data)
        about = letter.asks[0] if letter.step == SENT and letter.asks else letter.outcome
        return TimelineEvent(page.at, by, section, letter.step, about, _id(letter.referral))
    if section is Section.NOTICE:
        notice = Notice.from_json(page.data)
        step = ABOVE if notice.step == SENT and not notice.readers else notice.step
        return TimelineEvent(page.at, by, section, step, notice.assigned, _id(notice.notice))
    if section is Section.TASK:
        task = Task.from_json(page.data)
        return TimelineEvent(page.at, by, section, task.step, task.clock)
    step = Erasure.from_json(page.data).step if section is Section.ERASURE else ""
    return TimelineEvent(page.at, by, section, step)


def _id(written: str) -> UUID | None:
    return UUID(written) if written else None


def _ground(page: OpenedDocument, by: str, ground: Ground) -> TimelineEvent:
    """Return what the newest revision of a ground tells: what its author did then, and not what it once began with."""
    entry = GroundEntry.from_json(page.data)
    steps = (
        ("set_aside", ground.state == GroundState.SET_ASIDE),
        ("called", entry.called),
        ("disagreed", entry.review == "disagreed"),
        ("ended", ground.state == GroundState.WITHDRAWN),
        ("agreed", entry.review == "agreed"),
        ("narrowed", page.revision > 1),
    )
    step = next((step for step, is_so in steps if is_so), entry.consent or entry.kind)
    return TimelineEvent(page.at, by, Section.GROUNDS, step, entry.receiver)


def _logged(context: ActContext, case: VerifiedCase, names: Mapping[UUID, str]) -> Iterator[TimelineEvent]:
    """Yield what stands in the log alone; from its state back, closing and opening again take turns."""
    state = CLOSED if case.row.state == CaseState.CLOSED else REOPENED
    for line in read.lines_about(context.crypto, case.id, acts=[Act.REFERRAL_OPEN, Act.CASE_CLOSE], limit=_MOST):
        if line.altered:
            continue
        by = names.get(line.who, "") if line.who else ""
        if line.act == Act.REFERRAL_OPEN:
            yield TimelineEvent(line.at, by, Section.LETTER, OPENED)
        else:
            yield TimelineEvent(line.at, by, None, state)
            state = REOPENED if state == CLOSED else CLOSED
