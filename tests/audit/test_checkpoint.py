"""Checkpoints: signed, numbered, and contradicted by a log that was rolled back."""

from dataclasses import replace
from pathlib import Path

import pytest

from casework.audit.checkpoint import Checkpoint, CheckpointStore, compare, read_note, signed_note, verifiable
from casework.audit.revocation_log import RevocationLog
from casework.errors import VaultError
from casework.maintenance import checkpoints
from casework.vault.crypto.signatures import Signer
from tests.house import House, only_sqlite
from tests.maintenance.backed_up_house import with_backups
from tests.people import DONG_HAI, THANH_SON
from tests.tampering import stolen

SIGNER, OTHER = Signer(bytes(range(32))), Signer(bytes(range(1, 33)))
ONE = Checkpoint(THANH_SON, 1, 5, 7, bytes(32), (2, b"r"), (3, b"s"))


@pytest.mark.parametrize("checkpoint", [ONE, replace(ONE, restored=4), replace(ONE, accepted=(4, "đã xem máy"))])
def test_a_note_says_what_was_signed(checkpoint: Checkpoint):
    assert read_note(signed_note(checkpoint, SIGNER), [OTHER.public, SIGNER.public]) == checkpoint


def test_a_note_of_another_key_or_a_changed_one_is_refused():
    note = signed_note(ONE, SIGNER)
    with pytest.raises(VaultError):
        read_note(note, [OTHER.public])
    for damaged in (note.replace("\n7\n", "\n8\n"), note[:-2], "", note.replace("— casework ", "— casework =")):
        with pytest.raises(VaultError):
            read_note(damaged, [SIGNER.public])
    stranger = replace(ONE).text().replace("casework/checkpoint/1/", "elsewhere/")

    class _Elsewhere(Checkpoint):
        def text(self) -> str:
            return stranger

    with pytest.raises(VaultError):
        read_note(signed_note(_Elsewhere(**vars(ONE)), SIGNER), [SIGNER.public])


def test_a_noted_restore_makes_void_only_what_was_lost():
    rows = [replace(ONE, seq=1, n=5), replace(ONE, seq=2, n=9), replace(ONE, seq=3, n=8, restored=6)]
    assert [checkpoint.seq for checkpoint in verifiable(rows)] == [1, 3]


def test_a_note_in_the_place_of_another_is_refused(tmp_path: Path):
    store = CheckpointStore.of(tmp_path, THANH_SON)
    assert store.newest([SIGNER.public]) is None
    store.add(signed_note(ONE, SIGNER), seq=2)
    with pytest.raises(VaultError):
        store.newest([SIGNER.public])
    elsewhere = CheckpointStore.of(tmp_path, DONG_HAI)
    elsewhere.add(signed_note(ONE, SIGNER), seq=1)
    with pytest.raises(VaultError):
        elsewhere.checked(1, [SIGNER.public])


def test_a_log_that_was_rolled_back_contradicts_its_checkpoints(house: House):
    book = with_backups(house)
    publics, store = checkpoints.publics(book.config), CheckpointStore.of(book.config.checkpoints_folder, THANH_SON)
    with house.crypto() as crypto:
        assert compare(crypto, store, list(store.valid(publics))).holds
    checkpoints.write_all(book.config, house.gate)
    with stolen(house) as thief:
        tables = ("audit_line", "head")
        before = {name: thief.rows(name) for name in tables}
    house["lan"].opens_a_case()
    checkpoints.write_all(book.config, house.gate)
    newest = store.newest(publics)
    assert newest is not None
    assert newest.revocation_log[0] == len(RevocationLog(book.config.revocation_log_file).lines())
    with house.crypto() as crypto:
        assert compare(crypto, store, list(store.valid(publics))).holds
    with stolen(house) as thief:
        thief.delete("audit_line")
        thief.put("audit_line", *before["audit_line"])
    with house.crypto() as crypto:
        assert compare(crypto, store, list(store.valid(publics))).differing == (2,)


@only_sqlite
def test_a_missing_and_a_forged_checkpoint_are_told(house: House):
    book = with_backups(house)
    publics, store = checkpoints.publics(book.config), CheckpointStore.of(book.config.checkpoints_folder, THANH_SON)
    for _ in range(3):
        checkpoints.write_all(book.config, house.gate)
    (store.folder / "00000001.note").unlink()
    (store.folder / "00000002.note").write_text("nothing", encoding="utf-8")
    with house.crypto() as crypto:
        comparison = compare(crypto, store, list(store.valid(publics)))
    assert (comparison.missing, comparison.forged, comparison.differing) == ((1,), (2,), ())
    assert not comparison.holds
