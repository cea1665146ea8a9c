"""Files of secrets: private, whole, never written over by accident."""

import os
import stat

import pytest

from casework.errors import VaultError
from casework.vault import keyfile


def test_a_new_file_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        keyfile.write_new(tmp_path / "khóa", "một\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "khóa").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        keyfile.write_new(tmp_path / "khóa", "hai\n")
    assert (tmp_path / "khóa").read_text() == "một\n"


def test_a_link_in_the_place_of_a_new_file_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="link"):
        keyfile.write_new(tmp_path / "link", "một\n")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_is_replaced_whole_where_a_link_leads_and_stays_private(tmp_path):
    keyfile.write_new(tmp_path / "real", "one\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real.new").write_text("left by a power cut")
    keyfile.replace(tmp_path / "link", "two\n")
    assert (tmp_path / "link").is_symlink()
    assert keyfile.read(tmp_path / "real") == "two\n"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "real"]


def test_a_failed_replacement_leaves_the_old_text(tmp_path, monkeypatch):
    keyfile.write_new(tmp_path / "khóa", "one\n")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keyfile.replace(tmp_path / "khóa", "two\n")
    assert keyfile.read(tmp_path / "khóa") == "one\n"


def test_a_file_that_others_may_read_or_that_is_gone_is_refused(tmp_path):
    keyfile.write_new(tmp_path / "khóa", "one\n")
    (tmp_path / "khóa").chmod(0o640)
    with pytest.raises(VaultError, match="chmod 600"):
        keyfile.read(tmp_path / "khóa")
    with pytest.raises(VaultError, match="Không đọc được"):
        keyfile.read(tmp_path / "mất")


def test_a_key_that_the_system_hands_over_may_show_its_access_list_as_a_group(tmp_path, monkeypatch):
    keyfile.write_new(tmp_path / "kek", "one\n")
    (tmp_path / "kek").chmod(0o440)
    with pytest.raises(VaultError, match="chmod 600"):
        keyfile.read(tmp_path / "kek")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert keyfile.read(tmp_path / "kek") == "one\n"
    (tmp_path / "kek").chmod(0o444)
    with pytest.raises(VaultError, match="chmod 600"):
        keyfile.read(tmp_path / "kek")
