"""A model of one case, two receivers and time, beside the real thing; after each step the two are compared."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework import clock
from casework.cases import opening_rate_limit
from casework.cases.sections import GroundEntry, Identity, Incident, Injuries, Letter
from casework.desk import actions as desk
from casework.errors import NotFound, Refused, Superseded
from casework.policy.vocabulary import Role, Section
from casework.referrals import ground_actions, receiving_actions, sending_actions
from casework.referrals import sending_actions as sending
from tests.drawing import one_of
from tests.house import House
from tests.referrals.scenes import AT, HEALTH, POLICE, envelopes
from tests.stories import dao

AGREED = {"police": POLICE, "health_station": HEALTH}
LIVE = {"sent", "opened", "accepted", "asked"}
RECEIVING: dict[str, tuple[Any, str, tuple[Any, ...]]] = {
    "open": (receiving_actions.open_referral, "opened", ()),
    "accept": (receiving_actions.accept, "accepted", ()),
    "ask": (receiving_actions.ask_back, "asked", ("ở đâu?",)),
    "decline": (receiving_actions.decline, "declined", ("hết người",)),
    "answer": (receiving_actions.answer, "done", (Letter(outcome="provided", words="xong"),)),
}
# What leads on from each state; the straight way is tried more often than the others.
STEPS = {
    "sent": ["open"],
    "opened": ["accept", "accept", "ask", "decline"],
    "asked": ["accept", "answer"],
    "accepted": ["answer", "answer", "ask", "decline"],
} | {key: [] for key in ("done", "declined", "withdrawn", "over")}
WRITTEN = {Section.IDENTITY: Identity, Section.INCIDENT: Incident, Section.INJURIES: Injuries}
# The furthest comes first: what is drawn first is tried most.
BEGINNINGS = [("open", "accept", "answer"), ("open", "accept"), ("open",), ()]
DAY = 86_400 * clock.MICROSECOND
LASTS = 183 * DAY
houses: list[House] = []


@dataclass
class Ground:
    """What the model knows of an entry of the ledger."""

    receiver: str
    until: int
    live: bool = True


@dataclass
class Sent:
    """What the model knows of a referral."""

    ground: UUID
    state: str = "sent"
    kept: dict[Section, int] = field(default_factory=dict)


class Referring(RuleBasedStateMachine):
    """One case of lan's, the police, the health station, and time, which goes on from story to story."""

    until = 0

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.house, self.stack, self.later, self.looks = houses[0], ExitStack(), Referring.until, count(1)
        self.stack.enter_context(clock.use_clock(lambda: clock._machine() + self.later))
        self.people = {name: self.house[name] for name in ("lan", "cuong", "tam")}
        self.grounds: dict[UUID, Ground] = {}
        self.sent: dict[UUID, Sent] = {}
        self.open = True

    @initialize(police=st.sampled_from(BEGINNINGS), health=st.sampled_from(BEGINNINGS))
    def begin(self, police: tuple[str, ...], health: tuple[str, ...]) -> None:
        self.pause()
        self.case = self.people["lan"].opens_a_case(dao(grounds=()))
        self.revisions = dict.fromkeys(POLICE, 1)
        self.held: dict[str, set[tuple[Section, int]]] = {code: set() for code in AGREED}
        for receiver, steps in (("police", police), ("health_station", health)):
            self.agree(receiver)
            referral_id = self.refer(self.agree(receiver))
            for step in steps:
                self.step(referral_id, step)

    def teardown(self) -> None:
        Referring.until = self.later
        self.stack.close()

    def pause(self, length: int = opening_rate_limit.WINDOW_MICROSECONDS + clock.MICROSECOND) -> None:
        """Let the window of cases/opening_rate_limit.py go by; everybody is signed out."""
        self.later += length
        for somebody in self.people.values():
            somebody._cookie = None

    # What carries what, in the words of the rules.
    def carries(self, referral: Sent) -> bool:
        ground = self.grounds[referral.ground]
        return ground.live and ground.until > clock.micros()

    def of(self, receiver: str, *states: str) -> Iterator[tuple[UUID, Sent]]:
        for referral_id, referral in self.sent.items():
            if self.grounds[referral.ground].receiver == receiver and referral.state in states:
                yield referral_id, referral

    def cut(self, receiver: str) -> None:
        live = any(self.carries(referral) for _, referral in self.of(receiver, *LIVE))
        kept = [referral.kept for _, referral in self.of(receiver, "done") if self.carries(referral)]
        self.held[receiver] = {
            (section, revision)
            for section, revision in self.held[receiver]
            if live or any(revision <= revisions.get(section, 0) for revisions in kept)
        }

    def who(self, referral: Sent) -> str:
        return AT[self.grounds[referral.ground].receiver]

    @rule(receiver=st.sampled_from(sorted(AGREED)))
    def agree_again(self, receiver: str) -> None:
        self.agree(receiver)

    def agree(self, receiver: str) -> UUID:
        entry = GroundEntry("consent", receiver, "granted", "spoken")
        ground_id = self.people["lan"].does(ground_actions.record_ground, self.case, entry)
        self.grounds[ground_id] = Ground(receiver, clock.micros() + LASTS - 60 * clock.MICROSECOND)
        return ground_id

    @precondition(lambda self: self.open and self.grounds)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        busy = {referral.ground for referral in self.sent.values() if referral.state in LIVE and self.carries(referral)}
        free = [
            key
            for key, ground in self.grounds.items()
            if ground.live and ground.until > clock.micros() and key not in busy
        ]
        if not free:
            return
        self.refer(one_of(data, free))

    def refer(self, ground: UUID) -> UUID:
        referral_id = self.people["lan"].does(sending.send, self.case, ground, Letter(asks=("police",)))
        self.sent[referral_id] = Sent(ground)
        receiver = self.grounds[ground].receiver
        self.held[receiver] |= {(section, self.revisions[section]) for section in AGREED[receiver]}
        return referral_id

    @rule(data=st.data())
    def receive(self, data: st.DataObject) -> None:
        steps = [
            (key, step)
            for key, referral in self.sent.items()
            for step in STEPS[referral.state]
            if self.carries(referral)
        ]
        if not steps:
            return
        self.step(*one_of(data, steps))

    def step(self, referral_id: UUID, step: str) -> None:
        doing, after, more = RECEIVING[step]
        referral = self.sent[referral_id]
        self.people[self.who(referral)].does(doing, self.case, referral_id, *more)
        referral.state = after
        receiver = self.grounds[referral.ground].receiver
        if after == "done":
            referral.kept = {section: self.revisions[section] for section in AGREED[receiver]}
        if after == "declined":
            self.cut(receiver)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        withdrawable = [
            key for key, referral in self.sent.items() if referral.state in LIVE | {"done"} and self.carries(referral)
        ]
        if not withdrawable:
            return
        referral_id = one_of(data, withdrawable)
        referral = self.sent[referral_id]
        self.people["lan"].does(sending.withdraw, self.case, referral_id)
        referral.state = "withdrawn"
        self.cut(self.grounds[referral.ground].receiver)

    @rule(data=st.data())
    def withdraw_ground(self, data: st.DataObject) -> None:
        live = [key for key, ground in self.grounds.items() if ground.live]
        if not live:
            return
        self.people["lan"].does(ground_actions.withdraw_ground, self.case, key := one_of(data, live))
        self.grounds[key].live = False
        for referral in self.sent.values():
            if referral.ground == key and referral.state in LIVE | {"done"}:
                referral.state = "withdrawn"
        self.cut(self.grounds[key].receiver)

    @rule(section=st.sampled_from(sorted(WRITTEN)))
    def write(self, section: Section) -> None:
        before = self.revisions[section]
        data = {"identity": Identity(name="Đào", address=f"chỗ {before}")}.get(section.code, WRITTEN[section]())
        self.people["lan"].does(desk.write_section, self.case, data, base=before)
        self.revisions[section] = before + 1
        for receiver, agreed in AGREED.items():
            if section in agreed and any(self.carries(referral) for _, referral in self.of(receiver, *LIVE)):
                self.held[receiver].add((section, before + 1))

    @rule()
    def close_or_open_again(self) -> None:
        lan = self.people["lan"]
        lan.does(desk.close_case, self.case, outcome="needs_met", words="", again=not self.open)
        self.open = not self.open
        for referral in self.sent.values():
            if not self.open and referral.state in LIVE | {"done"}:
                self.grounds[referral.ground].live, referral.state = False, "over"
        for receiver in AGREED if not self.open else ():
            self.cut(receiver)

    @rule(days=st.sampled_from([1, 100]))
    def time_passes(self, days: int) -> None:
        self.pause(days * DAY)
        self.house.gate.perform(self.house.stranger(Role.SYSTEM), sending_actions.expire)
        lapsed = [
            referral
            for referral in self.sent.values()
            if referral.state in LIVE | {"done"} and not self.carries(referral)
        ]
        for referral in lapsed:
            referral.state = "over"
            self.cut(self.grounds[referral.ground].receiver)

    @invariant()
    def exactly_those_who_should_hold_an_envelope_hold_it(self) -> None:
        if not hasattr(self, "case"):
            return
        for receiver in AGREED:
            held = {
                envelope for envelope in envelopes(self.house, self.case, receiver) if envelope[0] in self.revisions
            }
            assert held == self.held[receiver], receiver

    @invariant()
    def everybody_reads_what_they_should_and_no_more(self) -> None:
        if not hasattr(self, "case"):
            return
        if next(self.looks) % 10 == 0:
            self.pause()
        for receiver in AGREED:
            opened = any(
                self.carries(referral) for _, referral in self.of(receiver, "opened", "accepted", "asked", "done")
            )
            now = {section for section, revision in self.held[receiver] if revision == self.revisions[section]}
            assert self.reads(AT[receiver]) == (now if opened else set()), receiver

    def reads(self, name: str) -> set[Section]:
        read, person = set(), self.people[name].person
        for section in POLICE | {Section.STORY}:
            try:
                self.house.gate.perform(person, desk.read_section, self.case, section)
                read.add(section)
            except (NotFound, Refused, Superseded):
                continue
        return read
