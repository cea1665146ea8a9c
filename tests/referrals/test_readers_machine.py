"""Any order of steps: who must not know never holds an envelope; of what is shared exactly the chosen hold one."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casework import clock
from casework.cases import opening_rate_limit
from casework.cases.sections import Identity, SafetyPlan
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, reader_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.referrals.named_readers import WrongReaders
from tests.cases.keys import settle
from tests.house import House, only_sqlite
from tests.referrals.scenes import ASKED, ground
from tests.stories import dao
from tests.tampering import stolen

pytestmark = only_sqlite
OFFICERS, KIN = ("cuong", "dung", "oanh", "kien"), "kien"
houses: list[House] = []


class NamingReaders(RuleBasedStateMachine):
    """One case of lan's, the police of four, one of them kin, and who was chosen to read."""

    until = 0

    @initialize()
    def begin(self) -> None:
        self.house, self.stack, self.later = houses[0], ExitStack(), NamingReaders.until
        self.stack.enter_context(clock.use_clock(lambda: clock._machine() + self.later))
        self.pause()
        plan = SafetyPlan(who_must_not_know="Anh Kiên ở công an")
        self.case = self.house["lan"].opens_a_case(dao(grounds=(), safety_plan=plan))
        self.ground, self.sent, self.revision = ground(self.house, self.case), UUID(int=0), 1
        self.readers: set[str] = set()

    def teardown(self) -> None:
        NamingReaders.until = self.later
        self.stack.close()

    def pause(self) -> None:
        """Let the window of cases/opening_rate_limit.py go by; everybody is signed out."""
        self.later += opening_rate_limit.WINDOW_MICROSECONDS + clock.MICROSECOND
        for name in ("lan", *OFFICERS):
            self.house[name].leaves()

    def asks(self, doing: Callable[[list[UUID]], Any], left_out: set[str]) -> None:
        """Try to let all but these read; it must be refused exactly where the rules say so."""
        self.pause()
        chosen = set(OFFICERS) - left_out
        fits = KIN not in chosen and len(chosen) >= 2
        try:
            doing([self.house[name].id for name in sorted(left_out)])
        except WrongReaders:
            assert not fits
        else:
            assert fits
            self.readers = chosen

    @precondition(lambda self: not self.readers)
    @rule(left_out=st.sets(st.sampled_from(OFFICERS)))
    def send(self, left_out: set[str]) -> None:
        def sends(ids: list[UUID]) -> None:
            self.sent = self.house["lan"].does(sending.send, self.case, self.ground, ASKED, without=ids)

        self.asks(sends, left_out)

    @precondition(lambda self: self.readers)
    @rule(left_out=st.sets(st.sampled_from(OFFICERS)))
    def change(self, left_out: set[str]) -> None:
        changes = reader_actions.change_readers
        self.asks(lambda ids: self.house["lan"].does(changes, self.case, self.sent, ids), left_out)

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Let a reader open it and keep a record of the police's own; their keys are renewed where that is due."""
        reader = self.house[data.draw(st.sampled_from(sorted(self.readers)))]
        reader.leaves()
        settle(self.house, reader)
        reader.leaves()
        reader.does(receiving_actions.open_referral, self.case, self.sent)
        reader.does(desk.add_note, self.case, "Đã đến nhà.")

    @rule()
    def write(self) -> None:
        self.house["lan"].does(desk.write_section, self.case, Identity(name=f"Đào {self.revision}"), base=self.revision)
        self.revision += 1

    @precondition(lambda self: self.readers)
    @rule()
    def withdraw(self) -> None:
        self.house["lan"].does(sending.withdraw, self.case, self.sent)
        self.readers = set()

    @precondition(lambda self: self.readers)
    @rule()
    def withdraw_ground(self) -> None:
        self.house["lan"].does(ground_actions.withdraw_ground, self.case, self.ground)
        self.ground, self.readers = ground(self.house, self.case), set()

    def holders(self, *sections: Section) -> set[str]:
        """Return which officers hold a key of an agency or circle with an envelope of the case, of some sections."""
        with stolen(self.house) as thief:
            documents = {row["id"]: row["section"] for row in thief.rows("document", case_id=self.case)}
            envelopes = thief.rows("envelope", case_id=self.case)
            sealed_to = {
                row["agency_id"] for row in envelopes if not sections or documents[row["document_id"]] in sections
            }
            ids = {row["member_id"] for row in thief.rows("wrap") if row["agency_id"] in sealed_to}
        return {name for name in OFFICERS if self.house[name].id in ids}

    @invariant()
    def kin_never_hold_an_envelope_and_of_what_is_shared_only_the_chosen_do(self) -> None:
        if hasattr(self, "case"):
            assert KIN not in self.holders()
            assert self.holders(Section.IDENTITY, Section.INCIDENT, Section.LABEL, Section.GROUNDS) == self.readers

    @invariant()
    def the_chosen_find_it_and_nobody_else_does(self) -> None:
        if not hasattr(self, "case") or not self.sent.int:
            return
        for name in OFFICERS:
            try:
                self.house[name].does(receiving_actions.read_referral, self.case, self.sent)
            except NotFound:
                assert name not in self.readers
            else:
                assert name in self.readers


@pytest.mark.parametrize(
    ("stories", "steps"), [(8, 8), pytest.param(60, 30, marks=pytest.mark.prove)], ids=["short", "long"]
)
def test_in_any_order_kin_never_hold_an_envelope(house: House, stories: int, steps: int):
    for name in OFFICERS[1:]:
        house.hires(name)
    houses[:] = [house]
    chosen = settings(
        max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(NamingReaders, settings=chosen)
