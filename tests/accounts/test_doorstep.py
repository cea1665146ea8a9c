"""The doorstep: a passphrase opens her own key and nothing else; tries are counted for a name and a device."""

import unicodedata

import pytest

from casework import clock
from casework.accounts import actions as accounts
from casework.accounts import doorstep
from casework.accounts.doorstep import Knock
from casework.errors import Throttled, VaultError
from casework.policy.words import Role
from casework.vault import circles
from casework.vault.bytes import public_key
from casework.vault.circles import NewMember
from tests.house import House, Someone, only_sqlite
from tests.people import DONG_HAI, STAFF, THANH_SON, keys
from tests.tampering import stolen

MINUTE = 60_000_000


def knock(house: House, username: str, passphrase: str, *, device: str = "d", commune_id=THANH_SON):
    return doorstep.try_passphrase(house.gate, commune_id, Knock(username, passphrase, device))


def test_whoever_is_enrolled_today_signs_in_with_her_passphrase(house: House):
    agency = house.gate.perform(house.stranger(Role.CONSOLE), accounts.add_agency, "legal_aid", "Văn phòng")
    made = circles.prepare(house.gate.control(THANH_SON), "một câu thật dài và dễ nhớ")
    new = NewMember("thuy", "Đỗ Thị Thủy", ("legal_officer",), agency.agency_id)
    console = house.stranger(Role.CONSOLE)
    member_id = house.gate.perform(console, accounts.enrol, new, made, keys=agency)
    opened = knock(house, "  THÚY ", unicodedata.normalize("NFD", "một câu thật dài và dễ nhớ"))
    assert opened is not None
    assert (opened.member_id, public_key(opened.seed)) == (member_id, made.public_key)
    assert repr(opened) == "<sealed>"
    assert knock(house, "thuy", "một câu thật dài và dễ quên") is None


@only_sqlite
def test_a_name_that_nobody_has_is_a_wrong_passphrase(house: House):
    assert knock(house, "nobody", "x") is None
    assert doorstep.commune_behind(house.gate, "nobody") in (THANH_SON, DONG_HAI)
    assert doorstep.commune_behind(house.gate, "luu") == DONG_HAI


@only_sqlite
def test_a_member_of_one_commune_does_not_exist_in_another(house: House):
    assert knock(house, "lan", STAFF["lan"].passphrase, commune_id=DONG_HAI) is None


def test_a_slot_whose_cost_was_lowered_or_whose_row_was_changed_opens_nothing(house: House, lan: Someone):
    with stolen(house) as thief:
        thief.change("slot", {"member_id": lan.id}, memory_kib=8, passes=1)
    with pytest.raises(VaultError):
        knock(house, "lan", STAFF["lan"].passphrase)


def test_the_slot_of_another_person_opens_nothing(house: House, lan: Someone, mai: Someone):
    with stolen(house) as thief:
        mine = thief.rows("slot", member_id=lan.id)[0]
        columns = {name: mine[name] for name in ("salt", "blob", "mac")}
        thief.change("slot", {"member_id": mai.id}, **columns)
    with pytest.raises(VaultError):
        knock(house, "mai", STAFF["lan"].passphrase)


@only_sqlite
def test_the_eleventh_try_of_a_device_waits_and_another_device_does_not(house: House, monkeypatch):
    monkeypatch.setattr("casework.vault.passwords.Argon2id", Quick)
    for _ in range(10):
        assert knock(house, "lan", "sai") is None
    with pytest.raises(Throttled):
        knock(house, "lan", "sai")
    assert knock(house, "lan", "sai", device="another") is None
    now = clock.micros()
    with clock.living_at(lambda: now + 15 * MINUTE + 1_000_000):
        assert knock(house, "lan", "sai") is None


@only_sqlite
def test_a_passphrase_that_opens_forgets_the_tries_before_it(house: House):
    assert knock(house, "lan", "sai") is None
    opened = knock(house, "lan", STAFF["lan"].passphrase)
    assert opened is not None
    assert opened.seed == keys()["lan"].seed
    with stolen(house) as thief:
        assert thief.rows("throttle") == []


def test_a_knock_never_prints_a_passphrase():
    assert repr(Knock("lan", "mật khẩu", "d")) == "<sealed>"


class Quick:
    """Argon2 without its cost, where only the count of tries is looked at."""

    def __init__(self, **_cost):
        """Take any cost."""

    def derive(self, secret: bytes) -> bytes:
        """Give something of the right length."""
        return secret.ljust(32)[:32]
