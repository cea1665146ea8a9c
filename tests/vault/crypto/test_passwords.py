"""Passphrases: one key for every way of typing it, a cost that cannot be lowered, two slots for the whole machine."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import unicodedata
from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from filelock import FileLock

from casework import serving
from casework.errors import Busy, VaultError, WrongSecret
from casework.vault.crypto import passwords
from casework.vault.crypto.passwords import WrappedSeed
from casework.vault.keys.kek import Kek, server_keys_of
from tests.people import DONG_HAI, KEK, STAFF, THANH_SON, keys

LAN = keys()["lan"]
SERVER_KEYS = server_keys_of(KEK, THANH_SON)
SLOT = LAN.enrolment.slot
PASSPHRASE = STAFF["lan"].passphrase


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_passphrase_opens_in_whichever_letters_it_is_typed(form):
    typed = unicodedata.normalize(form, PASSPHRASE)
    assert passwords.unwrap_with_passphrase(SERVER_KEYS, SLOT, typed) == LAN.seed


def test_a_very_long_passphrase_is_cut_at_the_same_letter_in_every_form():
    long = "ộ" * 2000
    slot = passwords.wrap_with_passphrase(
        SERVER_KEYS, LAN.seed, unicodedata.normalize("NFD", long), member_id=SLOT.member_id
    )
    assert passwords.unwrap_with_passphrase(SERVER_KEYS, slot, long) == LAN.seed


def test_a_wrong_passphrase_opens_nothing():
    with pytest.raises(WrongSecret, match=r"^unopened$"):
        passwords.unwrap_with_passphrase(SERVER_KEYS, SLOT, PASSPHRASE + " ")


@pytest.mark.parametrize(
    "slot",
    [
        replace(SLOT, memory_kib=64 * 1024 - 1),
        replace(SLOT, passes=2),
        replace(SLOT, salt=SLOT.salt[:15]),
        replace(SLOT, salt=b""),
    ],
    ids=["memory", "passes", "short salt", "no salt"],
)
def test_a_cost_that_was_lowered_is_refused_before_anything_is_derived(slot: WrappedSeed, monkeypatch):
    monkeypatch.delattr(passwords, "Argon2id")
    with pytest.raises(VaultError, match=r"^unopened$"):
        passwords.unwrap_with_passphrase(SERVER_KEYS, slot, PASSPHRASE)


@pytest.mark.parametrize(
    ("server_keys", "slot"),
    [
        (server_keys_of(Kek(1, bytes(32)), THANH_SON), SLOT),
        (server_keys_of(Kek(2, KEK.secret), THANH_SON), SLOT),
        (server_keys_of(KEK, DONG_HAI), SLOT),
        (SERVER_KEYS, replace(SLOT, member_id=UUID(int=1))),
        (SERVER_KEYS, replace(SLOT, id=UUID(int=1))),
    ],
    ids=["another key", "another number", "another commune", "another member", "another slot"],
)
def test_without_the_pepper_or_in_another_place_the_slot_stays_shut(server_keys, slot, monkeypatch):
    monkeypatch.delattr(passwords, "Argon2id")
    with pytest.raises(VaultError, match=r"^unopened$") as caught:
        passwords.unwrap_with_passphrase(server_keys, slot, PASSPHRASE)
    assert not isinstance(caught.value, WrongSecret)


def test_a_name_that_does_not_exist_costs_the_same_work(monkeypatch):
    costs = []

    def noted(**cost):
        costs.append({name: value for name, value in cost.items() if name != "salt"})
        return Argon2id(**cost)

    monkeypatch.setattr(passwords, "Argon2id", noted)
    passwords.dummy_unwrap(PASSPHRASE)
    passwords.unwrap_with_passphrase(SERVER_KEYS, SLOT, PASSPHRASE)
    assert costs[0] == costs[1]


def test_no_more_than_two_work_at_once_on_this_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    working, most, lock = [], [], threading.Lock()

    class Slow:
        def __init__(self, **_cost):
            pass

        def derive(self, secret):
            with lock:
                working.append(1)
                most.append(len(working))
            threading.Event().wait(0.05)
            with lock:
                working.pop()
            return secret.ljust(32)[:32]

    monkeypatch.setattr(passwords, "Argon2id", Slow)
    threads = [threading.Thread(target=passwords.dummy_unwrap, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 8
    assert max(most) == 2


def test_whoever_waits_too_long_for_a_slot_is_told_to_try_again(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.05)
    with contextlib.ExitStack() as taken:
        for number in range(2):
            taken.enter_context(FileLock(tmp_path / f"casework-{os.getuid()}-argon-{number}"))
        with pytest.raises(Busy):
            passwords.dummy_unwrap("x")


def test_slots_of_a_process_that_died_are_free_again(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.05)
    slots = [str(tmp_path / f"casework-{os.getuid()}-argon-{number}") for number in range(2)]
    holding = "import sys, time, filelock; held = [filelock.FileLock(path) for path in sys.argv[1:]]; "
    holding += "[lock.acquire() for lock in held]; print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holding, *slots], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Busy):
            passwords.dummy_unwrap("x")
        other.kill()
    passwords.dummy_unwrap("x")


def test_where_no_slot_can_be_made_the_person_is_told_to_try_again_and_the_operator_why(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for number in range(2):
        # Somebody else on this machine was there first.
        (tmp_path / f"casework-{os.getuid()}-argon-{number}").symlink_to(tmp_path / "else")
    with pytest.raises(Busy):
        passwords.dummy_unwrap("x")
    assert "OSError" in caplog.text
    assert not (tmp_path / "else").exists()


def test_the_eleventh_who_comes_with_a_passphrase_is_told_so_at_once(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with contextlib.ExitStack() as places:
        for _ in range(10):
            places.enter_context(passwords._waiting_place())
        with pytest.raises(Busy):
            passwords.dummy_unwrap("x")
        assert list(tmp_path.iterdir()) == []
    passwords.dummy_unwrap("x")
    assert serving.THREADS > 10
