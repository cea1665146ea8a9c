"""Files of secrets are read by their owner alone."""

import pytest

from casework import files
from casework.errors import VaultError
from casework.vault.keys import keyfile


def test_a_file_that_others_may_read_or_that_is_gone_is_refused(tmp_path):
    files.write_new(tmp_path / "khóa", "one\n")
    (tmp_path / "khóa").chmod(0o640)
    with pytest.raises(VaultError, match="chmod 600"):
        keyfile.read(tmp_path / "khóa")
    with pytest.raises(VaultError, match="Không đọc được"):
        keyfile.read(tmp_path / "mất")


def test_a_key_that_the_system_hands_over_may_show_its_access_list_as_a_group(tmp_path, monkeypatch):
    files.write_new(tmp_path / "kek", "one\n")
    (tmp_path / "kek").chmod(0o440)
    with pytest.raises(VaultError, match="chmod 600"):
        keyfile.read(tmp_path / "kek")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert keyfile.read(tmp_path / "kek") == "one\n"
    (tmp_path / "kek").chmod(0o444)
    with pytest.raises(VaultError, match="chmod 600"):
        keyfile.read(tmp_path / "kek")
