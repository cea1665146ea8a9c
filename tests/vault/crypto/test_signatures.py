"""The checkpoint key: its file is private, its signatures fit one message and one key, its public half is pinned."""

import stat

import pytest

from casework.errors import VaultError
from casework.vault.crypto import signatures

MESSAGE = "sổ xã Thanh Sơn\n42\n".encode()


@pytest.fixture
def file(tmp_path):
    """The key file of an installation."""
    signatures.create(tmp_path / "checkpoint-key")
    return tmp_path / "checkpoint-key"


def test_a_signature_holds_for_its_message_and_its_key_alone(file, tmp_path):
    signer, other = signatures.load(file), signatures.create(tmp_path / "other")
    signature = signatures.sign(signer, MESSAGE)
    assert len(signature) == 64
    assert signatures.verify([other.public, signer.public], MESSAGE, signature) == signer.public
    for publics, message, made in (
        ([other.public], MESSAGE, signature),
        ([], MESSAGE, signature),
        ([signer.public], MESSAGE + b"\n", signature),
        ([signer.public], MESSAGE, signature[:-1]),
        ([signer.public], MESSAGE, bytes([signature[0] ^ 1]) + signature[1:]),
        ([signer.public[:-1]], MESSAGE, signature),
    ):
        with pytest.raises(VaultError):
            signatures.verify(publics, message, made)


def test_the_key_file_is_private_and_never_written_over(file):
    before = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        signatures.create(file)
    assert file.read_bytes() == before
    file.chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        signatures.load(file)


def test_a_renewed_key_takes_the_place_of_the_old_one(file):
    old = signatures.load(file)
    newer = signatures.new_signer()
    signatures.replace(file, newer)
    assert signatures.load(file) == newer
    assert newer.public != old.public
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    ["", "casework-checkpoint-1", "casework-kek-1 AAAA", "casework-checkpoint-1 AAAA", "casework-checkpoint-1 ***"],
)
def test_a_damaged_key_file_is_refused(file, text):
    file.write_text(text)
    with pytest.raises(VaultError, match="hỏng"):
        signatures.load(file)


def test_a_public_key_is_pinned_as_text_and_compared_by_its_fingerprint(file):
    public = signatures.load(file).public
    assert signatures.decode_public(signatures.encode_public(public)) == public
    with pytest.raises(VaultError, match=r"casework\.toml"):
        signatures.decode_public("không phải khóa")
    shown = signatures.fingerprint(public)
    assert [len(group) for group in shown.split()] == [4] * 8
    assert shown != signatures.fingerprint(public[::-1])


def test_the_key_never_prints_itself(file):
    signer = signatures.load(file)
    assert repr(signer) == "<sealed Signer>"
    assert str(signer.secret) not in f"{signer}"
