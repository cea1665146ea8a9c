"""Two people at the same moment: whoever comes first, a receiver that was cut off holds nothing newer."""

import threading
import time
from collections.abc import Callable

import pytest

from casework.cases.sections import Identity, Letter
from casework.desk import actions as desk
from casework.errors import CaseworkError
from casework.policy.vocabulary import Act, Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import both_databases
from tests.referrals.scenes import ASKED, Referred, envelopes, ground, referred
from tests.tampering import stolen

pytestmark = both_databases

ROUNDS = 12
HEAD_START = 0.003
RACING = {Act.SECTION_WRITE, Act.REFERRAL_WITHDRAW}


def at_once(*doings: Callable[[], object], ahead: int | None = None) -> list[CaseworkError]:
    """Start all of them at the same moment, or one a little ahead, and return what was refused."""
    gate, refused = threading.Barrier(len(doings)), []

    def run(number: int, doing: Callable[[], object]) -> None:
        gate.wait()
        if ahead not in (None, number):
            time.sleep(HEAD_START)
        try:
            doing()
        except CaseworkError as cause:
            refused.append(cause)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def write(referral: Referred, revision: int) -> Callable[[], object]:
    person, data = referral.lan.person, Identity(name=f"Nguyễn Thị Đào {revision}", sex="NU")
    return lambda: referral.house.gate.perform(person, desk.write_section, referral.case_id, data, base=revision)


def end(referral: Referred, way: str) -> Callable[[], object]:
    if way == "decline":
        receiver = referral.to.person
        return lambda: referral.house.gate.perform(
            receiver, receiving_actions.decline, *referral.at, "không có ai trực"
        )
    lead = referral.house["hoa"].person
    if way == "ground":
        return lambda: referral.house.gate.perform(
            lead, ground_actions.withdraw_ground, referral.case_id, referral.ground_id
        )
    return lambda: referral.house.gate.perform(lead, sending.withdraw, *referral.at)


@pytest.mark.parametrize("way", ["withdraw", "decline", "ground"])
def test_whoever_is_cut_off_while_somebody_writes_holds_no_later_revision(house, way):
    referral = referred(house)
    for revision in range(1, ROUNDS + 1):
        referral.goes("open")
        assert at_once(write(referral, revision), end(referral, way)) == []
        assert {held for held in envelopes(house, referral.case_id, "police") if held[0] is not Section.LETTER} == set()
        referral.ground_id = ground(house, referral.case_id)
        referral.referral_id = referral.lan.does(sending.send, referral.case_id, referral.ground_id, ASKED)
        assert (Section.IDENTITY, revision + 1) in envelopes(house, referral.case_id, "police")


def test_the_writer_and_the_one_who_cuts_off_each_come_first_sometimes(house):
    """The race is real: in many rounds both orders happen, and in each the agency is left with nothing."""
    referral, first = referred(house), set()
    for revision in range(1, 2 * ROUNDS + 1):
        assert at_once(write(referral, revision), end(referral, "withdraw"), ahead=(0, None, 1)[revision % 3]) == []
        assert {held for held in envelopes(house, referral.case_id, "police") if held[0] is not Section.LETTER} == set()
        with stolen(house) as thief:
            lines = [row for row in thief.rows("audit_line", about=referral.case_id) if row["act"] in RACING]
        first.add(max(lines, key=lambda row: row["n"])["act"])
        referral.referral_id = referral.lan.does(sending.send, referral.case_id, referral.ground_id, ASKED)
    assert first == RACING


def test_whoever_answers_while_somebody_writes_keeps_one_revision_and_gets_no_other(house):
    referral = referred(house)
    for revision in range(1, ROUNDS + 1):
        referral.goes("open", "accept")
        receiver = referral.to.person
        done = Letter(outcome="provided", words="xong")
        answer = lambda: house.gate.perform(receiver, receiving_actions.answer, *referral.at, done)  # noqa: E731, B023
        assert at_once(write(referral, revision), answer) == []
        held = max(
            number for section, number in envelopes(house, referral.case_id, "police") if section is Section.IDENTITY
        )
        assert held in {revision, revision + 1}
        referral.goes("withdraw")
        referral.referral_id = referral.lan.does(sending.send, referral.case_id, referral.ground_id, ASKED)


def test_of_two_who_send_at_once_one_sends(house):
    referral = referred(house)
    for _ in range(ROUNDS):
        referral.goes("withdraw")
        people = (referral.lan.person, house["hoa"].person)
        sent = [
            lambda who=who: house.gate.perform(who, sending.send, referral.case_id, referral.ground_id, ASKED)
            for who in people
        ]
        assert len(at_once(*sent)) == 1
        [line] = [line for line in referral.lan.does(receiving_actions.list_referrals).lines if line.live]
        referral.referral_id = line.id
