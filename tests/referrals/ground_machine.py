"""Grounds of every kind in any order: after each step nobody holds more than the live grounds of that moment carry."""

from collections.abc import Collection
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework import clock
from casework.cases import ground_rules, opening_rate_limit
from casework.cases.sections import GroundEntry, Identity, Letter
from casework.cases.states import LIVE_REFERRAL, READABLE
from casework.desk import actions as desk
from casework.errors import Conflict, Ungrounded
from casework.policy.vocabulary import Act, Role, Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.referrals.view_models import GroundLedger, ReferralLine
from tests.drawing import one_of
from tests.house import House, Someone
from tests.referrals.scenes import ASKED, AT, envelopes
from tests.stories import dao
from tests.tampering import stolen

RECEIVERS = ("police", "child_protection", "chairman")
ALWAYS = {Section.LABEL, Section.LETTER, Section.GROUNDS}
DAY = 86_400 * clock.MICROSECOND
houses: list[House] = []


def entries(receiver: str, *kinds: str) -> st.SearchStrategy[GroundEntry]:
    """Draw an entry that may be recorded for a receiver, with any choice of sections that it allows."""
    begun = [
        GroundEntry("consent", receiver, "granted", "spoken"),
        GroundEntry("danger", receiver, reason="có dao"),
        *(GroundEntry("duty", receiver, duty=code) for code in ground_rules.articles_of("womens_union", receiver)),
    ]
    return st.sampled_from(
        [one for one in begun if (not kinds or one.kind in kinds) and ground_rules.may_receive(receiver, one.kind)]
    ).flatmap(_with_sections)


def _with_sections(entry: GroundEntry) -> st.SearchStrategy[GroundEntry]:
    codes = sorted(section.code for section in ground_rules.allowed(entry))
    chosen = st.lists(st.sampled_from(codes), unique=True, min_size=1) if codes else st.just([])
    return chosen.map(lambda parts: GroundEntry(**{**vars(entry), "sections": tuple(parts)}))


class Granting(RuleBasedStateMachine):
    """One case of lan's, three receivers, grounds by consent, law and danger, and time."""

    until = 0

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.house, self.stack, self.later = houses[0], ExitStack(), Granting.until
        self.stack.enter_context(clock.use_clock(lambda: clock._machine() + self.later))
        self.lan = self.house["lan"]
        self.open, self.written = True, 1

    def teardown(self) -> None:
        Granting.until = self.later
        self.stack.close()

    @initialize(consent=entries("police", "consent"), law=entries("police", "duty", "danger"))
    def begin(self, consent: GroundEntry, law: GroundEntry) -> None:
        """Send to the police by consent, and write down a ground by law or danger on which nothing is sent."""
        self.pause()
        self.case = self.lan.opens_a_case(dao(grounds=()))
        self.lan.does(sending.send, self.case, self.lan.does(ground_actions.record_ground, self.case, consent), ASKED)
        self.lan.does(ground_actions.record_ground, self.case, law)

    def pause(self, length: int = opening_rate_limit.WINDOW_MICROSECONDS + clock.MICROSECOND) -> None:
        """Let time go by; everybody is signed out."""
        self.later += length
        for name in ("lan", "hoa", *(AT[receiver] for receiver in RECEIVERS)):
            self.house[name].leaves()

    def rows(self, table: str) -> list[dict[str, Any]]:
        with stolen(self.house) as thief:
            return [dict(row) for row in thief.rows(table, case_id=self.case)]

    def grounds(self) -> dict[UUID, dict[str, Any]]:
        return {row["id"]: row for row in self.rows("ground")}

    def live(self, ground: dict[str, Any]) -> bool:
        in_time = ground["until"] is None or ground["until"] > clock.micros()
        return ground["state"] in ("live", "review") and in_time

    def held(self, receiver: str) -> set[Section]:
        own = {Section.POLICE, Section.CHILD}
        return {section for section, _ in envelopes(self.house, self.case, receiver)} - own

    def carried(self) -> dict[UUID, set[Section]]:
        """Return what live referrals on live grounds give each agency now, as the rows say."""
        grounds, carried = self.grounds(), dict[UUID, set[Section]]()
        for referral in self.rows("referral"):
            ground = grounds[referral["ground_id"]]
            if referral["state"] in READABLE and self.live(ground):
                agreed = {Section(int(number)) for number in ground["sections"].split(",") if number}
                carried.setdefault(referral["to_id"], set()).update(agreed | ALWAYS)
        return carried

    @rule(data=st.data(), receiver=st.sampled_from(RECEIVERS))
    def record(self, data: st.DataObject, receiver: str) -> None:
        entry, before = data.draw(entries(receiver)), self.rows("ground")
        try:
            self.lan.does(ground_actions.record_ground, self.case, entry)
            assert self.open or entry.kind != "danger"
        except Ungrounded:
            assert entry.kind == "danger"
            assert not self.open
            assert self.rows("ground") == before

    @precondition(lambda self: self.open)
    @rule(data=st.data(), receiver=st.sampled_from(RECEIVERS))
    def record_and_send(self, data: st.DataObject, receiver: str) -> None:
        entry = data.draw(entries(receiver))
        ground_id = self.lan.does(ground_actions.record_ground, self.case, entry)
        if ground_id not in {row["ground_id"] for row in self.rows("referral")}:
            self.lan.does(sending.send, self.case, ground_id, ASKED)

    @rule(receiver=st.sampled_from(RECEIVERS))
    def refuse(self, receiver: str) -> None:
        """Let her say No later: no consent for that receiver is left, and nothing that only a consent carried."""
        before, carried = {one: self.held(one) for one in RECEIVERS}, self.carried()
        self.lan.does(ground_actions.record_ground, self.case, GroundEntry("consent", receiver, "refused"))
        lines = self.lan.does(ground_actions.read_ledger, self.case).grounds
        live = [line for line in lines if line.live and line.entry.receiver == receiver]
        assert "consent" not in {line.entry.kind for line in live}
        by_law = {section for line in live for section in line.sections}
        assert self.held(receiver) <= before[receiver] & (by_law | ALWAYS)
        assert all(self.held(one) == before[one] for one in RECEIVERS if one != receiver)
        self.carries_no_more_than(carried)

    @rule(data=st.data(), receiver=st.sampled_from(RECEIVERS))
    def agree_to_less(self, data: st.DataObject, receiver: str) -> None:
        """Let her say Yes to what she chooses anew: no older consent gives more, and nobody reads more than before."""
        if not ground_rules.may_receive(receiver, "consent"):
            return
        before, carried = self.held(receiver), self.carried()
        answer = data.draw(entries(receiver, "consent"))
        self.lan.does(ground_actions.record_ground, self.case, answer)
        lines = self.lan.does(ground_actions.read_ledger, self.case).grounds
        live = [line for line in lines if line.live and line.entry.receiver == receiver]
        agreed = ground_rules.named_sections(answer)
        assert all(set(line.sections) <= agreed for line in live if line.entry.kind == "consent")
        by_law = {section for line in live if line.entry.kind != "consent" for section in line.sections}
        assert self.held(receiver) <= before & (agreed | by_law | ALWAYS)
        self.carries_no_more_than(carried)

    @rule(data=st.data())
    def send_on_any_ground(self, data: st.DataObject) -> None:
        """Try a ground of any state: what is dead, busy or of a closed case is refused and changes nothing."""
        if not (grounds := self.grounds()):
            return
        chosen = grounds[self.one_ground(grounds, data)]
        busy = {row["ground_id"] for row in self.rows("referral") if row["state"] in LIVE_REFERRAL}
        may = self.open and self.live(chosen) and chosen["id"] not in busy
        before = self.rows("envelope")
        try:
            self.lan.does(sending.send, self.case, chosen["id"], ASKED)
            assert may
        except (Conflict, Ungrounded):
            assert not may
            assert self.rows("envelope") == before

    @rule(data=st.data(), receiver=st.sampled_from(RECEIVERS))
    def open_one(self, data: st.DataObject, receiver: str) -> None:
        somebody = self.house[AT[receiver]]
        lines = [line for line in self.received_by(somebody) if line.case_id == self.case]
        waiting = [line.id for line in lines if line.state == "sent"]
        if waiting:
            somebody.does(receiving_actions.open_referral, self.case, one_of(data, waiting))

    @rule(data=st.data(), receiver=st.sampled_from(RECEIVERS))
    def answer_one(self, data: st.DataObject, receiver: str) -> None:
        somebody = self.house[AT[receiver]]
        lines = [line for line in self.received_by(somebody) if line.case_id == self.case]
        opened = [line.id for line in lines if line.state == "opened"]
        if opened:
            chosen = one_of(data, opened)
            somebody.does(receiving_actions.accept, self.case, chosen)
            somebody.does(receiving_actions.answer, self.case, chosen, Letter(outcome="provided", words="xong"))

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if alive := {key for key, ground in self.grounds().items() if self.live(ground)}:
            self.end(self.one_ground(alive, data))

    @rule(data=st.data())
    def withdraw_what_somebody_reads_by(self, data: st.DataObject) -> None:
        grounds = self.grounds()
        sent = {row["ground_id"] for row in self.rows("referral") if row["state"] in READABLE}
        if alive := {key for key in sent if self.live(grounds[key])}:
            self.end(self.one_ground(alive, data))

    @staticmethod
    def received_by(somebody: Someone) -> list[ReferralLine]:
        """Return what somebody has received, in the order in which it was sent."""
        return sorted(somebody.does(receiving_actions.list_referrals).lines, key=lambda line: line.sent)

    def one_ground(self, ids: Collection[UUID], data: st.DataObject) -> UUID:
        """Draw one of these grounds, in the order in which they were recorded."""
        lines = sorted(self.lan.does(ground_actions.read_ledger, self.case).grounds, key=lambda line: line.at)
        return one_of(data, [line.id for line in lines if line.id in ids])

    def end(self, ground_id: UUID) -> None:
        """Withdraw a live ground: exactly what the page has said ends, and nobody reads more than before."""
        before, carried = {receiver: self.held(receiver) for receiver in RECEIVERS}, self.carried()
        ledger = self.lan.does(ground_actions.read_ledger, self.case, ground_id, towards=Act.GROUND_WITHDRAW)
        self.lan.does(ground_actions.withdraw_ground, self.case, ground_id, words="không còn buộc")
        self.ended_as_planned(before, ledger)
        self.carries_no_more_than(carried)

    @precondition(lambda self: self.open)
    @rule()
    def close(self) -> None:
        before, carried = {receiver: self.held(receiver) for receiver in RECEIVERS}, self.carried()
        ledger = self.lan.does(ground_actions.read_ledger, self.case, towards=Act.CASE_CLOSE)
        self.lan.does(desk.close_case, self.case, outcome="needs_met", words="")
        self.open = False
        self.ended_as_planned(before, ledger)
        self.carries_no_more_than(carried)

    def carries_no_more_than(self, before: dict[UUID, set[Section]]) -> None:
        """No receiver is to get a revision to come of what it was not given."""
        for agency_id, sections in self.carried().items():
            assert sections <= before[agency_id]

    def ended_as_planned(self, before: dict[str, set[Section]], ledger: GroundLedger) -> None:
        kinds = {line.receiver: line.entry.receiver for line in ledger.grounds}
        planned = {kinds[ending.receiver]: ending for ending in ledger.endings}
        for receiver in RECEIVERS:
            after = self.held(receiver)
            assert after <= before[receiver], receiver
            ends = set(planned[receiver].ends) if receiver in planned else set()
            assert (before[receiver] - after) - ALWAYS == ends, receiver
            stays = {section for stay in planned[receiver].stays for section in stay.sections} if ends else set()
            assert stays <= after

    @precondition(lambda self: not self.open)
    @rule()
    def open_again(self) -> None:
        self.lan.does(desk.close_case, self.case, outcome="", words="trở lại", again=True)
        self.open = True

    @rule()
    def write(self) -> None:
        identity = Identity(name="Đào", address=f"chỗ {self.written}")
        self.lan.does(desk.write_section, self.case, identity, base=self.written)
        self.written += 1

    @rule(days=st.sampled_from([1, 40, 200]))
    def time_passes(self, days: int) -> None:
        self.pause(days * DAY)
        self.house.gate.perform(self.house.stranger(Role.SYSTEM), sending.expire)

    @invariant()
    def no_envelope_is_held_without_a_live_ground_that_carries_it(self) -> None:
        if not hasattr(self, "case"):
            return
        grounds, carried = self.grounds(), self.carried()
        receiver_ids = {row["receiver_id"]: row for row in grounds.values()}
        documents = {row["id"]: row for row in self.rows("document")}
        for envelope in self.rows("envelope"):
            document, agency_id = documents[envelope["document_id"]], envelope["agency_id"]
            if agency_id in receiver_ids and document["owner_id"] != agency_id:
                assert Section(document["section"]) in carried.get(agency_id, set())
                if document["section"] == Section.GROUNDS:
                    assert self.live(grounds[document["series"]])
