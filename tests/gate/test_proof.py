"""The gate asks for a fresh proof who somebody is, before an act and again when it knows what it was about."""

import pytest

from casework import clock
from casework.cases import holder_transfer
from casework.errors import SignInNeeded
from casework.policy.step_up import ProofNeeded
from casework.policy.vocabulary import Act
from casework.referrals import sending_actions as referrals
from casework.staffing import actions as staffing
from tests.house import House, Someone, only_sqlite
from tests.referrals import scenes
from tests.stories import dao
from tests.tampering import stolen

MINUTE = 60 * clock.MICROSECOND
pytestmark = only_sqlite


def test_after_five_minutes_an_act_that_wants_a_proof_does_nothing_and_is_no_failure(house: House, hoa, mai):
    assert hoa.cookie
    now = clock.micros()
    with stolen(house) as thief:
        before = thief.rows("audit_line")
    with clock.use_clock(lambda: now + 6 * MINUTE):
        with pytest.raises(ProofNeeded):
            house.gate.perform(hoa.person, staffing.lock, mai.id)
        with pytest.raises(ProofNeeded):
            house.gate.ask(hoa.person, Act.ACCOUNT_LOCK)
        with stolen(house) as thief:
            assert thief.rows("audit_line") == before
            assert thief.rows("member", id=mai.id)[0]["state"] == "active"


def test_a_proof_for_one_case_sends_no_other_case_and_keeps_nothing_of_it(house: House, lan: Someone):
    one, other = lan.opens_a_case(dao(grounds=())), lan.opens_a_case(dao(grounds=()))
    grounds = {case_id: scenes.ground(house, case_id) for case_id in (one, other)}
    now = clock.micros()
    with clock.use_clock(lambda: now + 6 * MINUTE):
        lan.proves(one)
    with clock.use_clock(lambda: now + 16 * MINUTE):
        with pytest.raises(ProofNeeded) as refusal:
            house.gate.perform(lan.person, referrals.send, other, grounds[other], scenes.ASKED)
        assert (refusal.value.act, refusal.value.about) == (Act.REFERRAL_SEND, other)
        with stolen(house) as thief:
            assert thief.rows("referral") == []
        lan.does(referrals.send, one, grounds[one], scenes.ASKED)
        house.gate.ask(lan.person, Act.REFERRAL_SEND, one)
        with pytest.raises(SignInNeeded):
            house.gate.ask(lan.person, Act.REFERRAL_SEND, other)
        with pytest.raises(ProofNeeded):
            house.gate.perform(lan.person, holder_transfer.transfer_holder, one, lan.id)
