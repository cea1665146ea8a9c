"""KEK rotation: everything opens afterwards, and nothing forged is signed."""

from uuid import uuid4

import pytest

from casework import clock
from casework.accounts import authentication, passkey_actions
from casework.accounts.authentication import LoginAttempt
from casework.administration import data_folder_lock, server_key_rotation
from casework.audit import freshness
from casework.config import Config, ConfigurationError
from casework.db import upgrade
from casework.desk import actions as desk
from casework.errors import Conflict, VaultError
from casework.vault.integrity.signed_rows import attach_keys, row_mac
from casework.vault.keys import kek
from casework.vault.keys.enrolment.models import Admission
from casework.web.session_loading import load_session
from tests.accounts.authenticator import Authenticator, enrols
from tests.administration.rotated_house import assert_everything_holds, kek_numbers, rotate_kek, unprinted
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import KEK, STAFF, THANH_SON
from tests.tampering import refused, stolen


@both_databases
def test_after_the_rotation_everything_opens_under_the_new_key_alone(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    before = lines(house)
    new_kek = rotate_kek(house)
    assert new_kek.number == KEK.number + 1
    assert kek_numbers(house) == {new_kek.number}
    assert_everything_holds(house, lan, case_id)
    after = lines(house)
    assert [line["h"] for line in after[: len(before)]] == [line["h"] for line in before]
    assert {line["act"] for line in after[len(before) :]} >= {"keys.rotate"}
    with house.looking() as session:
        attach_keys(session, kek.server_keys_of(KEK, THANH_SON))
        refused(lambda: freshness.commune(session, THANH_SON))


def lines(house: House) -> list:
    with stolen(house) as thief:
        return sorted(thief.rows("audit_line", commune_id=THANH_SON), key=lambda line: line["n"])


@only_sqlite
def test_a_passphrase_still_opens_and_every_session_has_ended(house: House, lan: Someone):
    cookie = lan.cookie
    rotate_kek(house)
    assert load_session(house.gate, house.config, cookie) is None
    attempt = LoginAttempt("lan", STAFF["lan"].passphrase, device="kek")
    opened = authentication.authenticate(house.gate, THANH_SON, attempt)
    assert opened is not None
    assert opened.member_id == lan.id
    with stolen(house) as thief:
        assert thief.rows("session") == []


@both_databases
def test_a_passkey_stays_that_of_its_owner(house: House, lan: Someone):
    enrols(house, lan, Authenticator(), "điện thoại của tôi")
    rotate_kek(house)
    assert [own.name for own in lan.does(passkey_actions.list_passkeys)] == ["điện thoại của tôi"]


def test_the_key_can_be_rotated_again_and_again(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    for number in (2, 3):
        assert rotate_kek(house).number == number
        assert_everything_holds(house, lan, case_id)


BROKEN: dict[str, dict] = {
    "agency": {"duty_phone": "0"},
    "case_file": {"state": "closed"},
    "envelope": {"epoch": 9},
    "member": {"roles": "lead"},
    "slot": {"passes": 1},
    "wrap": {"blob": b"x"},
}


@only_sqlite
def test_it_stops_at_a_row_that_does_not_hold_and_changes_nothing(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    for table, change in BROKEN.items():
        with stolen(house) as thief:
            row = thief.rows(table)[0]
            keys = tuple(column.name for column in thief.table(table).primary_key)
            thief.change(table, {name: row[name] for name in keys}, **change)
        with pytest.raises(VaultError, match=table):
            server_key_rotation.rotate_kek(house.config, announced=unprinted)
        assert kek_numbers(house) == {KEK.number}
        with stolen(house) as thief:
            thief.put_back(table, keys, row)
    assert rotate_kek(house).number == 2
    assert_everything_holds(house, lan, case_id)


def test_a_row_that_was_put_in_before_the_rotation_is_not_signed(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    police = house["cuong"].person.actor.agency_id
    with stolen(house) as thief:
        planted = thief.rows("envelope", case_id=case_id)[0] | {"agency_id": police}
        thief.put("envelope", planted)
    with pytest.raises(VaultError, match="envelope"):
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    with stolen(house) as thief:
        thief.change("envelope", {"agency_id": police, "case_id": case_id}, case_id=uuid4())
    with pytest.raises(VaultError, match="envelope"):
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    assert kek_numbers(house) == {KEK.number}


def test_a_row_that_is_gone_stops_the_rotation(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        assert thief.delete("ground", case_id=case_id)
    with pytest.raises(VaultError, match="head"):
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    assert kek_numbers(house) == {KEK.number}


def test_a_stale_head_and_a_forged_line_stop_it_too(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        old = thief.rows("head", id=case_id)
    lan.does(desk.add_note, case_id, "mới")
    with stolen(house) as thief:
        newest = thief.rows("head", id=case_id)
        thief.put_back("head", ("id",), *old)
    with pytest.raises(VaultError, match="verify"):
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    with stolen(house) as thief:
        thief.put_back("head", ("id",), *newest)
    assert_everything_holds(house, lan, case_id)
    rotate_kek(house)
    assert_everything_holds(house, lan, case_id)


@both_databases
def test_it_waits_until_the_server_has_stopped(house: House):
    waits = pytest.raises(ConfigurationError, match="đang chạy")
    with data_folder_lock.shared(house.config.data), data_folder_lock.shared(house.config.data), waits:
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    refuses = pytest.raises(ConfigurationError, match="Đang đổi khóa")
    with data_folder_lock.exclusive(house.config.data), refuses, data_folder_lock.shared(house.config.data):
        raise AssertionError
    assert rotate_kek(house).number == 2


def test_a_key_file_of_another_database_changes_nothing(house: House):
    kek.replace(house.config.kek_file, [kek.Kek(7, bytes(32))])
    with pytest.raises(VaultError, match="khóa số 1"):
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    assert kek_numbers(house) == {KEK.number}


def test_a_code_of_admission_that_is_out_is_waited_for_and_a_dead_one_is_removed(house: House, lan: Someone):
    with house.crypto() as crypto:
        server_keys = crypto.server_keys
    at = clock.micros()
    row = Admission(id=uuid4(), commune_id=THANH_SON, member_id=lan.id, agency_id=None, by_id=None, state="open")
    row.created, row.epoch, row.finder, row.sealed, row.carry, row.tag = at, 0, bytes(32), None, None, None
    row.mac = row_mac(server_keys, Admission, row, 1)
    with stolen(house) as thief:
        thief.put("admission", {column.name: getattr(row, column.name) for column in thief.table("admission").columns})
    with pytest.raises(Conflict, match="24 giờ"):
        server_key_rotation.rotate_kek(house.config, announced=unprinted)
    assert kek_numbers(house) == {KEK.number}
    with clock.use_clock(lambda: at + 25 * 3600 * clock.MICROSECOND):
        assert rotate_kek(house).number == 2
    with stolen(house) as thief:
        assert thief.rows("admission") == []


def test_a_database_without_a_commune_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    upgrade(url)
    place = Config(data=tmp_path, database_url=url, kek_file=tmp_path / "kek")
    kek.create(place.kek_file, 1)
    with pytest.raises(VaultError, match="không có xã"):
        server_key_rotation.rotate_kek(place, announced=unprinted)
