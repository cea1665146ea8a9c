"""Rotation of the keys outside the database: pinned first, printed, and noted in the log."""

from pathlib import Path

import pytest
from click.testing import Result

from casework import config
from casework.vault.crypto import signatures
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import kek
from casework.vault.keys.enrolment.paper_codes import read_code
from tests.administration.new_installation import CODE, founded
from tests.commands import call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation that was set up."""
    founded(tmp_path / "sổ")
    return tmp_path / "sổ"


def renewed(folder: Path, what: str, *more: str) -> Result:
    done = call("rotate-keys", what, "--data", str(folder), *more)
    assert done.exit_code == 0, done.output
    assert call("verify", "--data", str(folder)).exit_code == 0
    return done


def test_a_new_checkpoint_key_signs_and_the_old_one_still_verifies(folder):
    before = config.load(folder)
    assert before.checkpoint_file
    signature = signatures.sign(signatures.load(before.checkpoint_file), b"m")
    done = renewed(folder, "checkpoint")
    after = config.load(folder)
    newest = signatures.load(before.checkpoint_file).public
    assert after.checkpoint_public == (signatures.encode_public(newest), *before.checkpoint_public)
    assert signatures.fingerprint(newest) in done.output
    publics = [signatures.decode_public(text) for text in after.checkpoint_public]
    assert signatures.verify(publics, b"m", signature) == publics[1]


def test_a_new_backup_key_is_printed_twice_and_its_public_half_pinned(folder, tmp_path):
    file = tmp_path / "papers.html"
    done = renewed(folder, "backup", "--papers", str(file))
    first, second, *again = CODE.findall(file.read_text(encoding="utf-8"))
    assert again == [first, second]
    assert not CODE.search(done.output)
    pinned = config.load(folder).backup_public
    assert pinned == signatures.encode_public(public_key(read_code(first) + read_code(second)))


def test_the_server_s_key_waits_for_the_codes_of_the_first_people(folder):
    done = call("rotate-keys", "kek", "--data", str(folder))
    assert done.exit_code == 1
    assert "24 giờ" in done.output
    assert "hủy đi" in done.output
    assert kek.load(folder / "kek", demo=False).number == 1
