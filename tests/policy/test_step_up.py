"""Proof who somebody is: which acts want one, how long it covers, and that console and system are asked for none."""

from functools import partial
from uuid import uuid4

import pytest

from casework import clock
from casework.policy.permit import Actor, issue
from casework.policy.step_up import NEVER, Proof, ProofNeeded, demand
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Role, StepUp

MINUTE = 60 * clock.MICROSECOND
# ASVS 7.5.3: what leaves the agency, what cannot be undone, and who comes in, is locked, leaves or reads.
NOW = {
    Act.KEY_CHANGE,
    Act.PHONE,
    Act.PAPER_NEW,
    Act.PASSKEY_ADD,
    Act.PASSKEY_REMOVE,
    Act.MAIL_SET,
    Act.MEMBER_RESTART,
    Act.ADMISSION_INVITE,
    Act.ADMISSION_CONFIRM,
    Act.RETURN_CONFIRM,
    Act.AGENCY_CONFIRM,
    Act.DETAIL_CONFIRM,
    Act.ACCOUNT_LOCK,
    Act.ACCOUNT_UNLOCK,
    Act.ACCOUNT_LEAVE,
    Act.ACCOUNT_MOVE,
    Act.CASE_PRINT,
    Act.CASE_RESTRICT,
    Act.CIRCLE_CHANGE,
    Act.CIRCLE_LIFT,
    Act.CIRCLE_PLAN,
    Act.CIRCLE_SHEETS,
    Act.CASE_HAND_OVER,
    Act.CASE_ERASE_REQUEST,
    Act.CASE_ERASE,
    Act.PURGE_CONFIRM,
    Act.PERIOD_CLOSE,
    Act.AUDIT_EXPORT,
}


def person(*roles: Role) -> Actor:
    return Actor(uuid4(), uuid4(), roles, uuid4())


def test_these_acts_want_a_fresh_proof_and_a_referral_one_for_its_case():
    rows = policy().rows
    assert {act for act, row in rows.items() if row.stepup is StepUp.NOW} == NOW
    assert {act for act, row in rows.items() if row.stepup is StepUp.CASE} == {
        Act.REFERRAL_SEND,
        Act.REFERRAL_CHANGE,
        Act.UNSENT_SEND,
    }


@pytest.mark.parametrize(
    ("minutes", "anything", "its_case"),
    [
        (-1, False, False),
        (0, True, True),
        (4.99, True, True),
        (5, False, True),
        (29.99, False, True),
        (30, False, False),
    ],
)
def test_a_proof_covers_anything_for_five_minutes_and_its_case_for_thirty(minutes, anything, its_case):
    now, case_id = clock.micros(), uuid4()
    proof = Proof(now, case_id)
    with clock.use_clock(partial(int, now + minutes * MINUTE)):
        assert (proof.covers(), proof.covers(case_id), proof.covers(uuid4())) == (anything, its_case, anything)


def test_a_proof_for_a_case_covers_its_referrals_and_not_its_erasure():
    now, case_id, lead = clock.micros(), uuid4(), person(Role.LEAD)
    with clock.use_clock(lambda: now + 10 * MINUTE):
        demand(issue(lead, Act.REFERRAL_SEND), Proof(now, case_id), case_id)
        for act, about in ((Act.CASE_ERASE, case_id), (Act.REFERRAL_SEND, uuid4()), (Act.REFERRAL_SEND, None)):
            with pytest.raises(ProofNeeded) as refusal:
                demand(issue(lead, act), Proof(now, case_id), about)
            assert (refusal.value.act, refusal.value.about) == (act, about)


def test_what_wants_none_is_asked_of_nobody_and_the_console_is_asked_for_none():
    demand(issue(person(Role.LEAD), Act.CASE_READ), NEVER, None)
    with pytest.raises(ProofNeeded):
        demand(issue(person(Role.LEAD), Act.ACCOUNT_LOCK), NEVER, None)
    demand(issue(Actor(uuid4(), None, (Role.LEAD,)), Act.ACCOUNT_LOCK), NEVER, None)
