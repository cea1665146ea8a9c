"""The second factor: the digits of RFC 6238, each good once, a step late or early, and never again."""

import re
import threading

import pytest

from casework import clock
from casework.errors import VaultError
from casework.policy.permit import issue
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity.signed_rows import attach_keys, remember_version
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.models import Totp
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.tampering import stolen

SECOND = 1_000_000
# The seed and the last six digits of the test values in RFC 6238, appendix B.
SEED = b"12345678901234567890"
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
AT = 1_900_000_000 * SECOND


@pytest.mark.parametrize("at", VECTORS)
def test_the_digits_are_those_of_the_standard(at):
    assert totp.code_at(SEED, at * SECOND) == VECTORS[at]


def test_digits_may_be_one_step_old_or_early_and_typed_with_spaces():
    counter = AT // SECOND // 30
    for step in (-1, 0, 1):
        typed = totp.code_at(SEED, AT + step * 30 * SECOND)
        assert totp.matching_counter(SEED, f" {typed[:3]} {typed[3:]}", AT) == counter + step
    for step in (-2, 2):
        assert totp.matching_counter(SEED, totp.code_at(SEED, AT + step * 30 * SECOND), AT) is None
    assert totp.matching_counter(SEED, "", AT) is None


def test_the_address_and_the_words_for_a_phone_hold_the_same_seed():
    seed = totp.new_seed()
    text = totp.secret_text(seed)
    assert len(seed) == 20
    assert re.fullmatch(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", text)
    assert f"secret={text.replace(' ', '')}" in totp.provisioning_uri(seed, "lan")


def spends(house: House, member_id, typed: str, at: int = AT) -> bool:
    """Use digits in a transaction of their own, as an act does."""
    permit = issue(house.stranger(Role.CONSOLE).actor, Act.ENROL)
    with house.gate.database.transaction(permit, THANH_SON) as session:
        attach_keys(session, house.gate.server_keys(THANH_SON))
        remember_version(session, member_id, 1)
        row = session.get_one(Totp, (THANH_SON, member_id))
        return totp.spend_code(CryptoContext(session, house.gate.server_keys(THANH_SON), None, at), row, typed)


@pytest.fixture
def phone(house: House, lan: Someone) -> bytes:
    """The seed in the phone of lan, written down as an act does."""
    permit = issue(house.stranger(Role.CONSOLE).actor, Act.ENROL)
    with house.gate.database.transaction(permit, THANH_SON) as session:
        attach_keys(session, house.gate.server_keys(THANH_SON))
        remember_version(session, lan.id, 1)
        if old := session.get(Totp, (THANH_SON, lan.id)):
            session.delete(old)
            session.flush()
        session.add(totp.row(house.gate.server_keys(THANH_SON), lan.id, SEED, at=AT, counter=0))
    return SEED


@both_databases
def test_digits_are_good_once(house: House, lan: Someone, phone):
    typed = totp.code_at(phone, AT)
    assert [spends(house, lan.id, typed) for _ in range(3)] == [True, False, False]
    assert not spends(house, lan.id, totp.code_at(phone, AT - 30 * SECOND)), "an older one was taken after it"
    assert spends(house, lan.id, totp.code_at(phone, AT + 30 * SECOND))


def test_a_clock_moved_back_takes_nothing_a_second_time(house: House, lan: Someone, phone):
    assert spends(house, lan.id, totp.code_at(phone, AT))
    for back in (30, 3600, 86_400):
        assert not spends(house, lan.id, totp.code_at(phone, AT - back * SECOND), AT - back * SECOND)


@both_databases
def test_digits_that_are_used_at_once_in_many_threads_are_good_once(house: House, lan: Someone, phone):
    typed, taken = totp.code_at(phone, AT), []
    begin = threading.Barrier(6)

    def spend() -> None:
        begin.wait()
        taken.append(spends(house, lan.id, typed))

    threads = [threading.Thread(target=spend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 5 + [True]


@only_sqlite
def test_a_seed_of_another_member_is_refused(house: House, lan: Someone, mai: Someone, phone):
    with stolen(house) as thief:
        thief.delete("totp", member_id=mai.id)
        thief.change("totp", {"member_id": lan.id}, member_id=mai.id)
    with pytest.raises(VaultError):
        spends(house, mai.id, totp.code_at(phone, clock.micros()))
