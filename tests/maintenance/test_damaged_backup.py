"""A backup that is torn, cut short or changed anywhere is noticed before the live database is touched."""

import random
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from casework.errors import CaseworkError, VaultError
from casework.maintenance import checkpoints
from casework.vault.crypto import backup_archive, signatures
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.crypto.signatures import Signer
from tests.house import House, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse

SIGNER, SEED = Signer(bytes(range(32))), bytes(range(1, 33))
STREAM = [bytes([number]) * 100_000 for number in range(9)]


@pytest.fixture(scope="module")
def raw() -> bytes:
    return b"".join(backup_archive.seal_archive(STREAM, {"at": 1}, public=public_key(SEED), signer=SIGNER))


def _opened(raw: bytes) -> bytes:
    file = BytesIO(raw)
    backup_archive.verify_archive(file, [SIGNER.public])
    return b"".join(backup_archive.open_archive(file, SEED))


def test_what_was_sealed_opens(raw: bytes):
    assert _opened(raw) == b"".join(STREAM)
    assert backup_archive.verify_archive(BytesIO(raw), [signatures.Signer(new_key()).public, SIGNER.public]) == {
        "at": 1
    }


def test_nothing_is_an_archive_too():
    empty = b"".join(backup_archive.seal_archive([], {}, public=public_key(SEED), signer=SIGNER))
    assert _opened(empty) == b""


def test_one_bit_anywhere_is_noticed(raw: bytes):
    for at in random.Random(7).sample(range(len(raw)), 150):
        with pytest.raises(VaultError):
            _opened(raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :])


def test_every_cut_is_noticed(raw: bytes):
    for at in [0, 1, 17, 63, 64, 65, *random.Random(8).sample(range(len(raw)), 60)]:
        with pytest.raises(VaultError):
            _opened(raw[:at])
    with pytest.raises(VaultError):
        _opened(raw + b"x")


def _signed_again(body: bytes) -> bytes:
    """Sign what somebody has changed, as if the signing key were stolen too."""
    return body + signatures.sign(SIGNER, backup_archive._signed(sha256(body).digest()))


def _parts(raw: bytes) -> list[bytes]:
    parts, at, end = [], len(backup_archive.MAGIC), len(raw) - 64
    while at < end:
        size = 4 + int.from_bytes(raw[at : at + 4], "big")
        parts.append(raw[at : at + size])
        at += size
    return parts


def test_even_a_signed_file_holds_its_chunks_together(raw: bytes):
    head, key, *chunks, end = _parts(raw)
    assert len(chunks) == 4
    moved = [[*chunks[1::-1], *chunks[2:]], chunks[:-1], chunks[1:], [*chunks, chunks[-1]], chunks[:1] + chunks[2:], []]
    for order in moved:
        body = b"".join([backup_archive.MAGIC, head, key, *order, end])
        with pytest.raises(VaultError):
            _opened(_signed_again(body))
    whole = _signed_again(b"".join([backup_archive.MAGIC, head, key, *chunks, end]))
    assert _opened(whole) == b"".join(STREAM)
    for broken in (
        b"nothing",
        backup_archive.MAGIC + bytes([0, 0, 0, 1]) + b"{",
        backup_archive.MAGIC + b"\xff" * 4,
        backup_archive.MAGIC + b"\0\0\xff\xff",
    ):
        with pytest.raises(VaultError):
            _opened(_signed_again(broken))


@only_sqlite
def test_the_live_database_is_not_touched_by_a_damaged_backup(installation: BackedUpHouse, house: House):
    house["lan"].opens_a_case()
    file = installation.backs_up()
    house.gate.database.engine.dispose()
    live = Path(installation.config.database_url.removeprefix("sqlite:///"))
    before, whole = live.read_bytes(), file.read_bytes()
    for at in (0, 30, len(whole) // 2, len(whole) - 1):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            file.write_bytes(damaged)
            with pytest.raises(CaseworkError):
                installation.restores(file)
            assert live.read_bytes() == before
    signer = signatures.load(installation.config.data / "checkpoint-key")
    body = whole[:-64]
    file.write_bytes(body[:-4] + bytes(4) + signatures.sign(Signer(new_key()), b"x"))
    with pytest.raises(VaultError):
        installation.restores(file)
    assert signer.public in checkpoints.publics(installation.config)
    assert live.read_bytes() == before
