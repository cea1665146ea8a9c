"""What pages about notices to the chair show, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.cases import targets
from casework.cases.duty_numbers import CallOrder
from casework.cases.sections import Notice
from casework.cases.states import READABLE_NOTICE, NoticeState
from casework.clock import MICROSECOND
from casework.policy.vocabulary import Act, Role

_NAMES = "; "
# The sheets that the people whom a notice names write; all others are the sender's.
RECEIVER_STEPS = frozenset({"open", "assign", "answer"})
_IN_HAND = frozenset({NoticeState.OPENED, NoticeState.ASSIGNED})


def joined_names(names: tuple[str, ...]) -> str:
    """Return names in their order as one text of a sheet."""
    return _NAMES.join(names)


@dataclass(frozen=True)
class Addressee:
    """Somebody who is told by name."""

    id: UUID
    name: str
    role: Role


@dataclass(frozen=True)
class Proposal:
    """What a notice of a case would say and to whom, or why there is none.

    `notice` is exactly what is read; `addressees` stand in the order in which they are called, `kin` are the names of
    those left out because they must not know, and `refusal` is a Vietnamese sentence, empty where a notice can go.
    With `kin` alone the level above must be called. `numbers` says whom to call at the chair's office;
    `told` says that the chair was told already, so that another notice is for violence that came again; `withheld` are
    codes of what is not asked for by default, as somebody who must not know works where it would be done.
    """

    case_id: UUID
    notice: Notice
    addressees: tuple[Addressee, ...] = ()
    kin: tuple[str, ...] = ()
    numbers: CallOrder | None = None
    refusal: str = ""
    told: bool = False
    withheld: tuple[str, ...] = ()

    @property
    def goes_above(self) -> bool:
        """Tell whether everybody who could be told must not know."""
        return not self.addressees and bool(self.kin)


@dataclass(frozen=True)
class NoticeChoice:
    """What the sender of a notice chose of what was proposed: what is asked, and who reads it (ids)."""

    asks: tuple[str, ...]
    readers: tuple[UUID, ...]


@dataclass(frozen=True)
class DueNotice:
    """An open case of which the chair has not been told; `opened` is a day since 1970."""

    case_id: UUID
    code: str
    danger: bool
    opened: int


@dataclass(frozen=True)
class NoticeLine:
    """A notice in a list; `sent` is microseconds, `now` the moment of asking.

    `first` is the notice as it was sent. `incoming` tells that I am one of those whom it names, `numbers` says whom
    to call at the chair's office, `assigned` the code of the agency to which it was assigned last, `call` the newest
    call, `missed` when calls that nobody answered were written down (microseconds, in order), `fresh` that the chair
    has written something that I have not read, `kin` who reads it and must not know.
    """

    id: UUID
    case_id: UUID
    first: Notice
    state: str
    sent: int
    now: int
    incoming: bool
    numbers: CallOrder | None = None
    assigned: str = ""
    call: Notice | None = None
    missed: tuple[int, ...] = ()
    fresh: bool = False
    kin: tuple[str, ...] = ()

    @property
    def urgent(self) -> bool:
        return self.first.danger == "yes"

    @property
    def readers(self) -> tuple[str, ...]:
        """Return the names of those who are told, in the order in which they are called."""
        return tuple(filter(None, self.first.readers.split(_NAMES)))

    @property
    def waits(self) -> bool:
        """Tell whether nobody has taken it up yet: by reading it, or at the level above by telephone."""
        return self.state in (NoticeState.SENT, NoticeState.KIN)

    @property
    def in_hand(self) -> bool:
        return self.state in _IN_HAND

    @property
    def readable(self) -> bool:
        return self.state in READABLE_NOTICE

    @property
    def due(self) -> int | None:
        """Return the moment of the next target: received, then assigned; None once it was."""
        if self.state == NoticeState.SENT:
            return targets.due("notice_open", self.sent)
        return targets.due("notice_assign", self.sent) if self.state == NoticeState.OPENED else None

    @property
    def decide_by(self) -> int | None:
        """Return until when the law has the chair decide, in microseconds, while the notice is not answered."""
        if not (self.first.decide_by and (self.waits or self.in_hand)):
            return None
        return int(datetime.fromisoformat(self.first.decide_by).timestamp()) * MICROSECOND

    @property
    def late(self) -> bool:
        return self.due is not None and self.due <= self.now

    @property
    def call_next(self) -> str:
        """Return the name of whom to call: the next after each target time, and at once after a call that was missed.

        Time alone ends at the last of them; once the last was called in vain the first is called again. Whoever must
        not know is never called, as far as this line knows of it.
        """
        people = [name for name in self.readers if name not in self.kin]
        if self.state != NoticeState.SENT or not people:
            return ""
        turn = 0
        for at in self.missed:
            turn = max(turn, self._turns_passed(at, len(people))) + 1
        return people[max(turn, self._turns_passed(self.now, len(people))) % len(people)]

    def _turns_passed(self, at: int, people: int) -> int:
        return min((at - self.sent) // targets.length("notice_open"), people - 1)


@dataclass(frozen=True)
class NoticeBox:
    """Every notice that was sent or names me, and what of it waits."""

    lines: tuple[NoticeLine, ...]

    @property
    def received(self) -> list[NoticeLine]:
        """Return the notices that name me and are not finished: new ones first, danger, then what has a deadline."""
        named = [line for line in self.lines if line.incoming and (line.waits or line.in_hand)]
        return sorted(named, key=lambda line: (not line.waits, not line.urgent, not line.decide_by, line.sent))

    @property
    def unreceived(self) -> list[NoticeLine]:
        """Return what was sent and nobody has taken up."""
        return [line for line in self.lines if not line.incoming and line.waits]

    @property
    def answered(self) -> list[NoticeLine]:
        """Return what was sent and has news that I have not read."""
        return [line for line in self.lines if not line.incoming and line.fresh and not line.waits]

    @property
    def waiting(self) -> list[NoticeLine]:
        """Return what was sent, was received and is not answered, without what has news."""
        return [line for line in self.lines if not line.incoming and line.in_hand and not line.fresh]

    @property
    def finished(self) -> list[NoticeLine]:
        """Return what is answered or has ended, the newest first."""
        over = [line for line in self.lines if not (line.waits or line.in_hand) and (line.incoming or not line.fresh)]
        return sorted(over, key=lambda line: -line.sent)


@dataclass(frozen=True)
class NoticeSheet:
    """One sheet as a page shows it: who wrote it, where they work, and when (microseconds)."""

    notice: Notice
    by: str
    agency: str
    at: int

    @property
    def answers(self) -> bool:
        """Tell whether one of those whom the notice names wrote it."""
        return self.notice.step in RECEIVER_STEPS


@dataclass(frozen=True)
class NoticePage:
    """A notice as either side sees it: its line, its sheets, who holds the case now, and what may be done.

    `may_answer` are the chairs who must not know and may answer the duty telephone; the sending side alone is told.
    `assigned_numbers` says whom to call at the agency it was assigned to, which gets nothing by that.
    """

    line: NoticeLine
    sheets: tuple[NoticeSheet, ...]
    holder: str
    can: frozenset[Act]
    may_answer: tuple[str, ...] = ()
    assigned_numbers: CallOrder | None = None

    def offers(self, act: str) -> bool:
        return Act(act) in self.can


@dataclass(frozen=True)
class NoticeStanding:
    """What the page of a case says of its notices: the newest first, and whether one is due that nobody has sent."""

    lines: tuple[NoticeLine, ...]
    due: bool
