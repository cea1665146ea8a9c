"""Authentication: a passphrase opens its member's key and nothing else; attempts are counted for account and device."""

import contextlib
import threading
import unicodedata
from functools import partial

import pytest

from casework import clock
from casework.accounts import authentication, known_devices, login_rate_limit
from casework.accounts import provisioning_actions as accounts
from casework.accounts.authentication import LoginAttempt
from casework.errors import Throttled, VaultError
from casework.policy.vocabulary import Role
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import provisioning
from casework.vault.keys.provisioning import NewMember
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import DONG_HAI, STAFF, THANH_SON
from tests.tampering import stolen

MINUTE = 60_000_000


def attempt(house: House, username: str, passphrase: str, *, device: str = "d", address="", commune_id=THANH_SON):
    return authentication.authenticate(house.gate, commune_id, LoginAttempt(username, passphrase, device, address))


def test_whoever_is_enrolled_today_signs_in_with_their_passphrase(house: House):
    agency = house.gate.perform(house.stranger(Role.CONSOLE), accounts.add_agency, "legal_aid", "Văn phòng")
    enrolment = provisioning.new_enrolment(house.gate.server_keys(THANH_SON), "một câu thật dài và dễ nhớ")
    new = NewMember("thuy", "Đỗ Thị Thủy", ("legal_officer",), agency.agency_id)
    console = house.stranger(Role.CONSOLE)
    member_id = house.gate.perform(console, accounts.enrol, new, enrolment, keys=agency)
    unwrapped = attempt(house, "  THÚY ", unicodedata.normalize("NFD", "một câu thật dài và dễ nhớ"))
    assert unwrapped is not None
    assert (unwrapped.member_id, public_key(unwrapped.seed)) == (member_id, enrolment.public_key)
    assert repr(unwrapped) == "<sealed Unwrapped>"
    assert attempt(house, "thuy", "một câu thật dài và dễ quên") is None


@only_sqlite
def test_a_name_that_nobody_has_is_a_wrong_passphrase(house: House):
    assert attempt(house, "nobody", "x") is None
    assert authentication.commune_of(house.gate, "nobody") in (THANH_SON, DONG_HAI)
    assert authentication.commune_of(house.gate, "luu") == DONG_HAI


@only_sqlite
def test_a_member_of_one_commune_does_not_exist_in_another(house: House):
    assert attempt(house, "lan", STAFF["lan"].passphrase, commune_id=DONG_HAI) is None


def test_a_slot_whose_cost_was_lowered_or_whose_row_was_changed_opens_nothing(house: House, lan: Someone):
    with stolen(house) as thief:
        thief.change("slot", {"member_id": lan.id}, memory_kib=8, passes=1)
    with pytest.raises(VaultError):
        attempt(house, "lan", STAFF["lan"].passphrase)


def test_the_slot_of_another_person_opens_nothing(house: House, lan: Someone, mai: Someone):
    with stolen(house) as thief:
        mine = thief.rows("slot", member_id=lan.id)[0]
        columns = {name: mine[name] for name in ("salt", "blob", "mac")}
        thief.change("slot", {"member_id": mai.id}, **columns)
    with pytest.raises(VaultError):
        attempt(house, "mai", STAFF["lan"].passphrase)


def device_cookie(house: House, username: str, commune_id=THANH_SON) -> str:
    """The device cookie of a browser that a member has signed in with."""
    return known_devices.remembered(house.gate.server_keys(commune_id), "", house[username].id)


@only_sqlite
def test_the_eleventh_try_from_outside_waits_and_a_known_browser_does_not(house: House, monkeypatch):
    monkeypatch.setattr("casework.vault.crypto.passwords.Argon2id", Quick)
    for number in range(10):
        assert attempt(house, "lan", "sai", device=f"fresh {number}") is None
    with pytest.raises(Throttled):
        attempt(house, "lan", "sai", device=device_cookie(house, "mai"))
    assert attempt(house, "lan", "sai", device=device_cookie(house, "lan")) is None
    assert attempt(house, "mai", "sai") is None, "another account has a count of its own"
    now = clock.micros()
    with clock.use_clock(lambda: now + 15 * MINUTE + 1_000_000):
        assert attempt(house, "lan", "sai") is None


@only_sqlite
def test_nobody_fails_a_hundred_times_in_a_day_and_the_member_still_signs_in(house: House, monkeypatch):
    mine, start = device_cookie(house, "lan"), clock.micros()
    monkeypatch.setattr("casework.vault.crypto.passwords.Argon2id", Quick)
    failures = 0
    for minutes in range(0, 24 * 60, 60):
        with clock.use_clock(partial(int, start + minutes * MINUTE)):
            for number in range(12):
                with contextlib.suppress(Throttled):
                    assert attempt(house, "lan", "sai", address=f"203.0.113.{number}") is None
                    failures += 1
    assert 0 < failures < 100
    monkeypatch.undo()
    with clock.use_clock(partial(int, start + 24 * 60 * MINUTE - 1)):
        assert attempt(house, "lan", STAFF["lan"].passphrase, device=mine) is not None


@only_sqlite
def test_the_addresses_of_one_customer_share_their_tries(house: House):
    def buckets(address: str):
        return login_rate_limit.of_address(house.gate.server_keys(THANH_SON), address)

    assert buckets("2001:db8:1:2::1") == buckets("2001:db8:1:2:ffff::9")
    assert buckets("2001:db8:1:2::1") != buckets("2001:db8:1:3::1")
    assert buckets("::ffff:203.0.113.7") == buckets("203.0.113.7") != buckets("203.0.113.8")
    assert buckets("fe80::1%eth0") == buckets("fe80::2")
    assert buckets("unix") == buckets("unix") != buckets("")


def test_one_address_cannot_try_one_name_after_another(house: House, monkeypatch):
    monkeypatch.setattr("casework.vault.crypto.passwords.Argon2id", Quick)
    for number in range(60):
        assert attempt(house, f"ten{number}", "sai", address="203.0.113.7") is None
    with pytest.raises(Throttled):
        attempt(house, "ten61", "sai", address="203.0.113.7")
    assert attempt(house, "ten61", "sai", address="203.0.113.8") is None


@only_sqlite
def test_signing_in_resets_the_known_browser_s_bucket_and_gives_shared_ones_back_two(house: House):
    mine = device_cookie(house, "lan")
    assert attempt(house, "lan", "sai", device=mine) is None
    for _ in range(5):
        assert attempt(house, "lan", "sai", address="203.0.113.7") is None
    for device in (mine, ""):
        authentication.reset_attempts(house.gate, THANH_SON, LoginAttempt("lan", "", device, "203.0.113.7"))
    with stolen(house) as thief:
        assert sorted(row["failures"] for row in thief.rows("throttle")) == [0, 0, 3, 3, 3, 3]


@both_databases
def test_tries_at_once_are_all_counted(house: House, monkeypatch):
    monkeypatch.setattr("casework.vault.crypto.passwords.Argon2id", Quick)
    answers: list[bool] = []

    def one_try() -> None:
        try:
            attempt(house, "lan", "sai")
            answers.append(True)
        except Throttled:
            answers.append(False)

    threads = [threading.Thread(target=one_try) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 6 + [True] * 10


def test_a_login_attempt_never_prints_a_passphrase():
    assert repr(LoginAttempt("lan", "mật khẩu", "d")) == "<sealed LoginAttempt>"


class Quick:
    """Argon2 without its cost, where only the count of tries is looked at."""

    def __init__(self, **_cost):
        """Take any cost."""

    def derive(self, secret: bytes) -> bytes:
        """Give something of the right length."""
        return secret.ljust(32)[:32]
