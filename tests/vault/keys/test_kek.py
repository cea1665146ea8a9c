"""The key-encryption key: a file that nobody else reads, whole, and of the kind of installation that it serves."""

import base64
import os
import stat
from pathlib import Path

import pytest

from casework.errors import VaultError
from casework.vault.crypto import aead, hpke
from casework.vault.keys import kek
from tests.people import DONG_HAI, KEK, THANH_SON


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The key file of a real installation."""
    kek.create(tmp_path / "kek", 1)
    return tmp_path / "kek"


def test_a_key_file_is_private_and_opens_again(tmp_path):
    made = kek.create(tmp_path / "kek", 7)
    assert stat.S_IMODE((tmp_path / "kek").stat().st_mode) == 0o600
    assert kek.load(tmp_path / "kek", demo=False) == made
    assert len(made.secret) == 32


def test_a_key_file_is_never_written_over(file):
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        kek.create(file, 1)
    assert file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601, 0o610])
def test_a_key_file_that_others_may_touch_is_refused(file, mode):
    file.chmod(mode)
    with pytest.raises(VaultError, match="chmod 600"):
        kek.load(file, demo=False)


def test_a_key_file_that_is_gone_is_refused(tmp_path):
    with pytest.raises(VaultError):
        kek.load(tmp_path / "kek", demo=False)


SECRET = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "casework-kek-1 1",
        f"casework-kek-2 1 {SECRET}",
        f"casework-kek-1 x {SECRET}",
        f"casework-kek-1 -1 {SECRET}",
        f"casework-kek-1 4294967296 {SECRET}",
        "casework-kek-1 1 ***",
        "casework-kek-1 1 AAAA",
        f"casework-kek-1 1 {SECRET} more",
        "khóa",
    ],
)
def test_a_damaged_key_file_is_refused_without_telling_its_words(file, text):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(VaultError) as caught:
        kek.load(file, demo=False)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("number", "demo"), [(0, False), (1, True), (4294967295, True)])
def test_the_demo_s_key_and_a_real_one_never_change_places(tmp_path, number, demo):
    kek.create(tmp_path / "kek", number)
    with pytest.raises(VaultError):
        kek.load(tmp_path / "kek", demo=demo)
    assert kek.load(tmp_path / "kek", demo=not demo).number == number


def test_keys_never_print_themselves(file):
    own = kek.load(file, demo=False)
    for thing in (own, kek.server_keys_of(own, THANH_SON)):
        printed = repr(thing) + str(thing)
        assert base64.b64encode(own.secret).decode() not in printed
        assert own.secret.hex() not in printed
        assert repr(own.secret)[2:-1] not in printed
        assert printed.startswith("<sealed")


def test_every_purpose_and_every_commune_has_a_key_of_its_own():
    made = [kek.server_keys_of(KEK, commune_id) for commune_id in (THANH_SON, DONG_HAI)]
    derived = {key for one in made for key in (one.wrap, one.mac, one.totp, one.session)} | {kek.web_key(KEK)}
    assert len(derived) == 9
    assert KEK.secret not in derived


def test_a_machine_whose_library_cannot_seal_is_refused(monkeypatch):
    kek.self_test()
    monkeypatch.setattr(hpke, "open_sealed", lambda *_arguments, **_context: b"something else")
    with pytest.raises(VaultError):
        kek.self_test()


def test_a_key_comes_from_the_operating_system(monkeypatch):
    monkeypatch.setattr(os, "urandom", lambda size: b"r" * size)
    assert aead.new_key() == b"r" * 32


def test_two_keys_stand_in_the_file_only_while_they_are_exchanged(file):
    old = kek.load(file, demo=False)
    newer = kek.next_kek(old)
    kek.replace(file, [old, newer])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kek.load_all(file) == (old, newer)
    with pytest.raises(VaultError, match="rotate-keys"):
        kek.load(file, demo=False)
    kek.replace(file, [newer])
    assert kek.load(file, demo=False) == newer
    assert newer.number == old.number + 1
    assert newer.secret != old.secret


@pytest.mark.parametrize("numbers", [(1, 1), (2, 1), (0, 2, 1)])
def test_keys_out_of_order_are_a_damaged_file(file, numbers):
    kek.replace(file, [kek.Kek(number, bytes(32)) for number in numbers])
    with pytest.raises(VaultError, match="hỏng"):
        kek.load_all(file)
