"""A stateful test of members, keys and cases against a model: after each step exactly those read who should."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework.accounts import admission_actions
from casework.accounts.admission_actions import WrongAdmission
from casework.audit.outside_evidence import of_installation
from casework.cases import holder_transfer, restriction
from casework.cases.sections import GroundEntry, Letter
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, Refused
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.staffing import actions as staffing
from casework.web.session_loading import load_session
from tests.cases.keys import agency_id, settle, wraps_of
from tests.house import House, Someone
from tests.staffing.model import (
    LEADS,
    PEOPLE,
    CaseModel,
    StaffingModel,
    admit,
    enrol,
    epoch_of,
    make_sheets,
    recover_with_sheets,
    sign_in_with,
)
from tests.stories import dao
from tests.tampering import stolen

houses: list[House] = []


class StaffingMachine(RuleBasedStateMachine):
    """Four people of the Women's Union, the police beside them, and keys in any order."""

    @initialize()
    def begin(self) -> None:
        self.house = houses[0]
        self.house.gate.database.engine.dispose()
        place = Path(str(self.house.config.database_url).removeprefix("sqlite:///"))
        for rest in place.parent.glob(f"{place.name}-*"):
            rest.unlink()
        shutil.copyfile(place.with_suffix(".first"), place)
        for evidence in (self.house.config.revocation_log_file, self.house.config.watermark_file):
            evidence.unlink(missing_ok=True)
        self.house.gate = replace(self.house.gate, evidence=of_installation(self.house.config))
        self.house.people.clear()
        self.world = StaffingModel(dealt=make_sheets(self.house))
        self.open_case("lan")

    def signed_in(self, name: str) -> Someone:
        """Return a member who signs in again, with the newest key."""
        member = self.house[name]
        member.leaves()
        seed = self.world.seeds.get(name)
        return (
            sign_in_with(self.house, name, seed) if seed is not None and self.world.state[name] == "active" else member
        )

    def name_of(self, member: UUID | None) -> str:
        return next((name for name in (*PEOPLE, "cuong") if self.house[name].id == member), "")

    def row(self, case_id: UUID) -> dict[str, Any]:
        with stolen(self.house) as thief:
            return thief.rows("case_file", id=case_id)[0]

    def readers(self, case_id: UUID) -> set[str]:
        case, row = self.world.cases[case_id], self.row(case_id)
        if case.circle is not None:
            return case.circle & set(self.world.able())
        named = {self.name_of(row["holder_id"]), self.name_of(row["standin_id"]), *self.world.leads}
        return named & set(self.world.able())

    def case_and_reader(self, data: st.DataObject, *, circle: bool | None = None) -> tuple[UUID, str] | None:
        """Draw a case with one of those who read it."""
        cases = [case_id for case_id, case in self.world.cases.items() if circle in (None, case.circle is not None)]
        pairs = [(case_id, who) for case_id in cases for who in sorted(self.readers(case_id))]
        return data.draw(st.sampled_from(pairs)) if pairs else None

    def others(self, data: st.DataObject, me: str) -> set[str]:
        free = [name for name in self.world.able() if name != me]
        return set(data.draw(st.sets(st.sampled_from(free), min_size=1))) if free else set()

    @rule(name=st.sampled_from(PEOPLE))
    def open_case(self, name: str) -> None:
        if name in self.world.able() and len(self.world.cases) < 3:
            self.world.cases[self.signed_in(name).opens_a_case(dao(grounds=()))] = CaseModel()

    @rule(data=st.data())
    def restrict(self, data: st.DataObject) -> None:
        drawn = self.case_and_reader(data, circle=False)
        if drawn is None or not (others := self.others(data, drawn[1])):
            return
        case_id, me = drawn
        self.signed_in(me).does(restriction.restrict, case_id, [self.house[name].id for name in sorted(others)])
        self.world.cases[case_id].circle = others | {me}

    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        drawn = self.case_and_reader(data, circle=True)
        if drawn is None or not (others := self.others(data, drawn[1])):
            return
        case_id, me = drawn
        self.signed_in(me).does(restriction.change, case_id, [self.house[name].id for name in sorted(others)])
        self.world.cases[case_id].circle, self.world.cases[case_id].kept = others | {me}, ""

    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        drawn = self.case_and_reader(data, circle=True)
        if drawn and self.name_of(self.row(drawn[0])["holder_id"]) == drawn[1]:
            self.signed_in(drawn[1]).does(restriction.lift, drawn[0])
            self.world.cases[drawn[0]].circle, self.world.cases[drawn[0]].kept = None, ""

    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        drawn = self.case_and_reader(data)
        if drawn is None:
            return
        case = self.world.cases[drawn[0]]
        able = sorted(case.circle & set(self.world.able()) if case.circle is not None else self.world.able())
        self.signed_in(drawn[1]).does(
            holder_transfer.transfer_holder, drawn[0], self.house[data.draw(st.sampled_from(able))].id
        )

    @rule(lead=st.sampled_from(LEADS), name=st.sampled_from(PEOPLE))
    def lock_or_unlock(self, lead: str, name: str) -> None:
        if not self.may(lead, name):
            return
        locking = self.world.state[name] == "active"
        self.signed_in(lead).does(staffing.lock if locking else staffing.unlock_account, self.house[name].id)
        self.world.state[name] = "locked" if locking else "active"

    @rule(lead=st.sampled_from(LEADS), name=st.sampled_from(PEOPLE))
    def leave(self, lead: str, name: str) -> None:
        if not self.may(lead, name):
            return
        others = set(self.world.able()) - {name}
        self.signed_in(lead).does(staffing.leave, self.house[name].id)
        self.world.state[name] = "left"
        for case in self.world.cases.values():
            if case.circle and name in case.circle and not case.circle & others:
                case.kept = name
            case.circle = case.circle - {name} if case.circle is not None else None

    def may(self, lead: str, name: str) -> bool:
        """Tell whether this lead is active, and the other member active or locked."""
        state, leads = self.world.state, self.world.leads
        return lead != name and lead in leads and state[lead] == "active" and state[name] in ("active", "locked")

    @rule(name=st.sampled_from(PEOPLE))
    def start_anew(self, name: str) -> None:
        """Let an administrator start the re-admission of a member."""
        if self.world.state[name] == "left":
            return
        try:
            self.signed_in("son").does(admission_actions.restart, self.house[name].id)
        except BadInput:
            assert not set(self.world.able()) - {name}
            return
        assert set(self.world.able()) - {name}
        self.world.state[name] = "invited"
        self.world.codes.pop(name, None)

    @rule(name=st.sampled_from(PEOPLE))
    def invite_back(self, name: str) -> None:
        """Let an administrator write somebody who left down again, as a counsellor without a key."""
        if self.world.state[name] == "left":
            self.signed_in("son").does(staffing.move, self.house[name].id, agency_id(self.house, "womens_union"))
            self.world.state[name] = "invited"
            self.world.leads.discard(name)

    @rule(name=st.sampled_from(PEOPLE), pair=st.sampled_from([(0, 1), (2, 0), (1, 2), (0, 0)]))
    def recover(self, name: str, pair: tuple[int, int]) -> None:
        """Let somebody in again with two sheets; a pair that is not allowed and somebody who left are refused."""
        allowed = pair in ((0, 1), (2, 0))
        if self.world.state[name] == "left" or not allowed:
            with pytest.raises(Refused):
                recover_with_sheets(self.house, self.world.dealt, pair, name)
            return
        done = recover_with_sheets(self.house, self.world.dealt, pair, name)
        self.world.state[name], self.world.dealt = "invited", done.dealt
        self.world.codes[name] = (done.code, epoch_of(self.house))

    @rule(name=st.sampled_from(PEOPLE))
    def come_in_again(self, name: str) -> None:
        """Let a member enrol with the code of two sheets, unless the key was rotated; or a colleague admits them."""
        if self.world.state[name] != "invited":
            return
        code, epoch = self.world.codes.pop(name, ("", 0))
        if code and epoch == epoch_of(self.house):
            seed, ready = enrol(self.house, name, code)
            assert ready
            self.world.enrolled(name, seed)
        elif code:
            with pytest.raises(WrongAdmission):
                enrol(self.house, name, code)
        elif self.world.able():
            self.world.enrolled(name, admit(self.house, name, self.signed_in(self.world.able()[0])))

    @rule(name=st.sampled_from(PEOPLE))
    def renew_keys(self, name: str) -> None:
        if name in self.world.able():
            settle(self.house, self.signed_in(name))
            assert not self.signed_in(name).presence.due
            wraps = wraps_of(self.house, agency_id(self.house, "womens_union"))
            assert len({epoch for _, epoch in wraps}) == 1
            for case in self.world.cases.values():
                case.kept = "" if case.circle and name in case.circle else case.kept

    @rule(data=st.data())
    def refer_or_withdraw(self, data: st.DataObject) -> None:
        drawn = self.case_and_reader(data)
        if drawn is None:
            return
        case, me = self.world.cases[drawn[0]], self.signed_in(drawn[1])
        if case.sent is not None:
            me.does(sending.withdraw, drawn[0], case.sent)
            case.sent = None
            return
        ground = me.does(ground_actions.record_ground, drawn[0], GroundEntry("consent", "police", "granted", "spoken"))
        case.sent = me.does(sending.send, drawn[0], ground, Letter(asks=("police",)))
        self.signed_in("cuong").does(receiving_actions.open_referral, drawn[0], case.sent)

    def reads(self, name: str, case_id: UUID, section: Section) -> bool:
        try:
            return bool(self.signed_in(name).does(desk.read_section, case_id, section))
        except CaseworkError:
            return False

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def exactly_those_read_who_should(self) -> None:
        for case_id, case in self.world.cases.items():
            should = self.readers(case_id)
            able = {name for name in self.world.able() if self.reads(name, case_id, Section.STORY)}
            assert able == should, (case_id, able, should)
            assert self.reads("cuong", case_id, Section.INCIDENT) == (case.sent is not None)
            assert not self.reads("cuong", case_id, Section.STORY)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def who_is_out_holds_nothing(self) -> None:
        for name, state in self.world.state.items():
            member = self.house[name]
            with stolen(self.house) as thief:
                wraps, sessions = (len(thief.rows(kind, member_id=member.id)) for kind in ("wrap", "session"))
            if state != "active":
                assert sessions == 0
                old = member._cookie
                assert old is None or load_session(self.house.gate, self.house.config, old) is None
                keeps = name in {case.kept for case in self.world.cases.values()}
                with stolen(self.house) as thief:
                    assert state != "left" or keeps or thief.rows("slot", member_id=member.id) == []
                # An invited member's wraps may be sealed to a key that nobody holds, until it is rotated.
                assert state == "invited" or keeps or (wraps == 0) == (state == "left")
            else:
                assert wraps > 0
