"""What pages about referrals show, as frozen dataclasses."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from casework import clock
from casework.cases import targets
from casework.cases.access_endings import StayingAccess
from casework.cases.duty_numbers import CallNumber, CallOrder
from casework.cases.ground_rules import CONSENT, DANGER, goes_by_notice
from casework.cases.reporting_delay import FirstHours
from casework.cases.sections import GroundEntry, Letter
from casework.cases.states import LIVE_REFERRAL, ReferralState
from casework.clock import MICROSECOND
from casework.policy.vocabulary import Act, Section

# Steps whose letters the receiving agency writes; all others are the sender's.
_RECEIVER_STEPS = frozenset({"accept", "decline", "ask", "answer"})
_WITHOUT_CONSENT = frozenset({"refused", "not_asked"})
_MINUTE = 60 * MICROSECOND
_REVIEW_PERIOD = 24 * 60 * _MINUTE


@dataclass(frozen=True)
class GroundReview:
    """The review of a ground by a second person, or until when it is waited for.

    `kind` is that of the ground: danger to life, or a consent by a representative who may have done it. `recorded`,
    `now` and `at` are microseconds; `answer` is a code of `ground_review`, empty while it is waited for; `by` and `at`
    say who reviewed it and when. `mine` tells that I recorded the ground, `reviewers` who may review it.
    """

    kind: str
    recorded: int
    now: int
    answer: str = ""
    words: str = ""
    by: str = ""
    at: int = 0
    mine: bool = False
    reviewers: tuple[str, ...] = ()

    @property
    def asks_me(self) -> bool:
        """Tell whether it stands in my list of reviews: mine to give, or my own that nobody has given in time."""
        return self.late or not self.mine

    @property
    def due(self) -> int:
        """Return the moment 24 hours after it was recorded."""
        return self.recorded + _REVIEW_PERIOD

    @property
    def late(self) -> bool:
        """Tell whether 24 hours have passed without an answer; this is shown and cuts nothing off."""
        return not self.answer and self.now >= self.due


@dataclass(frozen=True)
class AwaitingReview:
    """A ground of danger to life in a list, with the code of its case."""

    case_id: UUID
    ground_id: UUID
    code: str
    review: GroundReview


@dataclass(frozen=True)
class ReferralLine:
    """A referral in a list; `sent` and `due`, which is never after the end of `hours`, are microseconds.

    `other` is the agency at the other end and `other_kind` its code, `numbers` whom to call at the receiving one;
    `fresh` tells that the other end has written something that I have not read. `hours` are the first 72 hours after
    the incident, as the letter to a health agency gives them; `age_group` is the age in law, `call` the newest
    telephone call and `missed` how many since the last that was answered nobody did.
    `nobody_reads` tells the sender that all to whom it was sent (`by_name`, or the agency while unopened) cannot read.
    """

    id: UUID
    case_id: UUID
    code: str
    asks: tuple[str, ...]
    state: str
    urgent: bool
    sent: int
    due: int
    incoming: bool
    other: str
    other_kind: str
    numbers: CallOrder
    fresh: bool
    hours: FirstHours | None = None
    age_group: str = ""
    call: Letter | None = None
    missed: int = 0
    nobody_reads: bool = False
    by_name: bool = False

    @property
    def live(self) -> bool:
        return self.state in LIVE_REFERRAL

    @property
    def readable(self) -> bool:
        """Tell whether its receiver can read what was shared."""
        return self.live or self.state == ReferralState.DONE

    @property
    def unopened(self) -> bool:
        """Tell whether an urgent referral waits for somebody to open it."""
        return self.urgent and self.state == ReferralState.SENT

    @property
    def late(self) -> bool:
        return self.live and self.next_due < clock.micros()

    @property
    def call_next(self) -> CallNumber | None:
        """Return whom its sender is to call: each call in vain, or being late, gives the next number its turn."""
        turns = max(self.missed, int(self.late))
        waits = self.unopened and not self.incoming
        return self.numbers.after(turns) if waits and (turns or not self.numbers.known) else None

    @property
    def open_by(self) -> int:
        """Return the moment by which an urgent referral should have been opened."""
        return targets.due("open_urgent", self.sent)

    @property
    def next_due(self) -> int:
        """Return the moment of the next deadline: to open while an urgent referral is unopened, else to answer."""
        return self.open_by if self.unopened else self.due


@dataclass(frozen=True)
class UnreadReferral:
    """A referral of a case that nobody at its receiver can open: the name of that agency, and whom to call there."""

    id: UUID
    agency: str
    numbers: CallOrder


@dataclass(frozen=True)
class Box:
    """Every referral that was received or sent, and what of it waits."""

    lines: tuple[ReferralLine, ...]

    @property
    def unopened(self) -> list[ReferralLine]:
        """Return what was sent urgently and has not been opened by those who can read it."""
        return [line for line in self.lines if line.unopened and not (line.incoming or line.nobody_reads)]

    @property
    def unreadable(self) -> list[ReferralLine]:
        """Return what was sent to people by name of whom nobody is left."""
        return [line for line in self.lines if line.nobody_reads]

    @property
    def incoming(self) -> list[ReferralLine]:
        """Return what has come in and is not finished."""
        return [line for line in self.lines if line.incoming and line.live]

    @property
    def pressing(self) -> list[ReferralLine]:
        """Return what has come in, is not finished, and is about danger or late: danger first, unopened first."""
        found = [line for line in self.incoming if line.urgent or line.late]
        return sorted(found, key=lambda line: (not line.urgent, not line.unopened, line.next_due))

    @property
    def calm(self) -> list[ReferralLine]:
        """Return the other things that have come in and are not finished, by due time."""
        found = [line for line in self.incoming if not (line.urgent or line.late)]
        return sorted(found, key=lambda line: line.next_due)

    @property
    def answered(self) -> list[ReferralLine]:
        """Return what was sent and has an answer that I have not read."""
        mine = [line for line in self.lines if not (line.incoming or line.nobody_reads)]
        return [line for line in mine if line.fresh and not line.unopened]

    @property
    def waiting(self) -> list[ReferralLine]:
        """Return what was sent and is on its way."""
        mine = [line for line in self.lines if not (line.incoming or line.nobody_reads)]
        return [line for line in mine if line.live and not (line.fresh or line.unopened)]

    @property
    def finished(self) -> list[ReferralLine]:
        """Return what is done or has ended, the newest first."""
        over = [line for line in self.lines if not line.live and (line.incoming or not line.fresh)]
        return sorted(over, key=lambda line: -line.sent)


@dataclass(frozen=True)
class LetterView:
    """One letter as a page shows it; `at` is microseconds, `agency` where its writer works."""

    letter: Letter
    by: str
    agency: str
    at: int

    @property
    def answers(self) -> bool:
        """Tell whether it comes from the receiving side."""
        return self.letter.step in _RECEIVER_STEPS


@dataclass(frozen=True)
class ReferralPage:
    """A referral as either side sees it: its line, what it shares, the correspondence, and what may be done now.

    `readers` are the names of those who read it on the receiving side; `by_name` tells that nobody else there can.
    `may_answer` are those there who must not know and may answer the telephone; only the sender is told, until it is
    opened.
    """

    line: ReferralLine
    nickname: str
    sections: tuple[Section, ...]
    until: int | None
    sheets: tuple[LetterView, ...]
    can: frozenset[Act]
    readers: tuple[str, ...] = ()
    by_name: bool = False
    review: GroundReview | None = None
    may_answer: tuple[str, ...] = ()

    def offers(self, act: str) -> bool:
        """Tell whether this person may do an act now: `page.offers("referral.accept")`."""
        return Act(act) in self.can


@dataclass(frozen=True)
class GroundLine:
    """A ground as the sending agency sees it: what it says, for whom, and whether anything may be shared on it now.

    `until` and `at` are microseconds; `state` is that of the newest referral on it, or empty; `review` belongs to a
    ground of danger to life alone, `numbers` says whom to call at the receiver. `under_review` tells that its row waits
    for a second person, `paused` that nothing but the closing of the case ended it or set it an end.
    """

    id: UUID
    receiver: str
    receiver_id: UUID
    entry: GroundEntry
    live: bool
    withdrawn: bool
    until: int | None
    sections: tuple[Section, ...]
    by: str
    at: int
    state: str
    review: GroundReview | None = None
    numbers: CallOrder | None = None
    under_review: bool = False
    paused: bool = False

    @property
    def waiting(self) -> bool:
        """Tell whether a second person is still to look: at danger also once it has ended, if something was shared."""
        return self.under_review and (self.live or (self.entry.kind == DANGER and bool(self.state)))

    @property
    def without_consent(self) -> bool:
        """Tell whether the person refused or was not asked, so that nothing can be shared on it."""
        return self.entry.kind == "consent" and self.entry.consent in _WITHOUT_CONSENT

    @property
    def carrying(self) -> bool:
        """Tell whether somebody reads something on this ground now."""
        return self.live and self.state in LIVE_REFERRAL | {ReferralState.DONE}

    @property
    def never_sent(self) -> bool:
        """Tell whether something may be shared on it and nothing ever was."""
        return self.sendable and not self.state

    @property
    def disagreed(self) -> bool:
        """Tell whether the second person's No ended it, sent or not, and it was not set aside since."""
        return self.review is not None and self.review.answer == "disagreed" and self.withdrawn

    @property
    def cut_off(self) -> bool:
        """Tell whether the second person's No ended what was sent on it."""
        return self.disagreed and bool(self.state)

    @property
    def to_be_decided(self) -> bool:
        """Tell whether it was said, nothing was ever sent, and nobody has written down why."""
        return self.never_sent or self.held_back or self.disagreed

    @property
    def sendable(self) -> bool:
        """Tell whether a referral may be made on this ground now."""
        free = self.live and self.state not in LIVE_REFERRAL
        return free and not self.held_back and not goes_by_notice(self.entry)

    @property
    def held_back(self) -> bool:
        """Tell whether nothing may be sent before a second person has looked: danger alone does not wait."""
        return self.waiting and self.entry.kind == CONSENT


def is_covered(line: GroundLine, lines: Iterable[GroundLine]) -> bool:
    """Tell whether the receiver reads on other grounds what a consent would give; a law or danger is always sent."""
    others = [one for one in lines if one.receiver_id == line.receiver_id and one.id != line.id and one.carrying]
    read = {section for one in others for section in one.sections}
    return line.entry.kind == CONSENT and bool(others) and set(line.sections) <= read


def is_replaced(refused: GroundLine, lines: Iterable[GroundLine]) -> bool:
    """Tell whether another ground for its receiver answers a No: recorded after it, or one that carries anyway."""
    at = refused.review.at if refused.review else 0
    others = (one for one in lines if one.receiver_id == refused.receiver_id and one.id != refused.id)
    return any(one.at > at or (one.live and not one.held_back) for one in others)


@dataclass(frozen=True)
class EndingLine:
    """What one receiver, by name, can no longer read after a withdrawal or the closing, and what stays by which law."""

    receiver: str
    ends: tuple[Section, ...]
    stays: tuple[StayingAccess, ...]


@dataclass(frozen=True)
class GroundLedger:
    """The grounds and referrals of one case, and which agencies of the commune could be given something.

    `sender` is the agency of whoever looks. `endings` are filled towards a withdrawal or the closing: what it would do.
    `pronoun` is by which word the person is spoken to, a code: as was written down, or the neutral one; `in_danger` and
    `is_child` decide what else is true of what is read aloud.
    """

    case_id: UUID
    code: str
    nickname: str
    is_open: bool
    only_counselling: bool
    grounds: tuple[GroundLine, ...]
    referrals: tuple[ReferralLine, ...]
    receivers: tuple[str, ...]
    chosen: GroundLine | None = None
    sender: str = ""
    endings: tuple[EndingLine, ...] = ()
    pronoun: str = ""
    in_danger: bool = False
    is_child: bool = False

    def consents(self, receiver: str = "") -> tuple[GroundLine, ...]:
        """Return the live consents, for one kind of receiver if it is named."""
        live = [line for line in self.grounds if line.live and line.entry.kind == CONSENT]
        return tuple(line for line in live if receiver in {"", line.entry.receiver})

    @property
    def shared(self) -> list[ReferralLine]:
        """Return the referrals that were sent and that somebody reads."""
        return [line for line in self.referrals if line.readable and not line.incoming]

    @property
    def undecided(self) -> list[GroundLine]:
        """Return what was said and never sent, but for what a second person is looked for."""
        decided = [line for line in self.grounds if line.to_be_decided and not line.waiting]
        return [line for line in decided if not (is_replaced if line.disagreed else is_covered)(line, self.grounds)]

    @property
    def reviews(self) -> list[GroundLine]:
        """Return what waits for a second person."""
        return [line for line in self.grounds if line.waiting]

    @property
    def calls(self) -> list[GroundLine]:
        """Return the consents after whose end a call was promised."""
        return [line for line in self.grounds if line.entry.call_on]

    @property
    def to_ask(self) -> list[GroundLine]:
        """Return the receivers about whom the person was not asked yet, by the newest answer for each."""
        newest: dict[str, GroundLine] = {}
        for line in sorted(self.grounds, key=lambda line: line.at):
            if line.entry.kind == CONSENT:
                newest[line.entry.receiver] = line
        return [line for line in newest.values() if line.entry.consent == "not_asked"]

    @property
    def resuming(self) -> list[GroundLine]:
        """Return the grounds that last again when a closed case is opened again."""
        return [line for line in self.grounds if line.paused and not line.live]

    def read_by(self, receiver: str) -> tuple[Section, ...]:
        """Return what a kind of receiver reads now, on whichever ground."""
        carrying = [line for line in self.grounds if line.carrying and line.entry.receiver == receiver]
        return tuple(sorted({section for line in carrying for section in line.sections}))
