"""Files that are written whole: private, never written over by accident, and the old one until the new one is there."""

import os
import stat

import pytest

from casework import files


def test_a_new_file_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        files.write_new(tmp_path / "khóa", "một\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "khóa").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        files.write_new(tmp_path / "khóa", "hai\n")
    assert (tmp_path / "khóa").read_text() == "một\n"


def test_a_link_in_the_place_of_a_new_file_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="link"):
        files.write_new(tmp_path / "link", "một\n")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_is_replaced_whole_where_a_link_leads_and_stays_private(tmp_path):
    files.write_new(tmp_path / "real", "one\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real.unfinished").write_text("left by a power cut")
    files.replace(tmp_path / "link", "two\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "two\n"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_a_file_that_root_replaces_keeps_its_owner(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    files.replace(tmp_path / "kek", "one\n")
    os.chown(tmp_path / "kek", 12345, 12345)
    files.replace(tmp_path / "kek", [b"two", b"\n"])
    status = (tmp_path / "kek").stat()
    assert (status.st_uid, status.st_gid) == (12345, 12345)
    assert (tmp_path / "kek").read_text() == "two\n"


def test_a_failed_replacement_leaves_the_old_text_and_nothing_beside_it(tmp_path, monkeypatch):
    files.write_new(tmp_path / "khóa", "one\n")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.replace(tmp_path / "khóa", "two\n")
    assert (tmp_path / "khóa").read_text() == "one\n"
    assert [path.name for path in tmp_path.iterdir()] == ["khóa"]
