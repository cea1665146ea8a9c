"""Rotates the keys of an installation; each rotation can be interrupted anywhere and run again."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.administration import data_folder_lock, kek_rotation, settings
from casework.audit import outside_evidence
from casework.audit.revocation_log import RevocationLog, verified
from casework.audit.watermark import Watermark
from casework.config import Config
from casework.db import Database
from casework.errors import CaseworkError, VaultError
from casework.gate import ActContext, Gate, action
from casework.maintenance import evidence_check, startup
from casework.maintenance.system_actors import console_of
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.crypto import signatures
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.crypto.signatures import Signer
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek
from casework.vault.models import Commune

_NUMBER_BYTES = 4


class Announced(Protocol):
    """Puts a new key on paper, then lets it be written to its file; `again` if a rotation was broken off before."""

    def __call__(self, key: Kek, /, *, again: bool) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class BackupKey(Sealed):
    """The two halves of a backup key; the private one (32 bytes) is printed and stored nowhere."""

    seed: bytes
    public: bytes


def new_backup_key() -> BackupKey:
    """Make a key pair that backups are encrypted to."""
    seed = new_key()
    return BackupKey(seed, public_key(seed))


def rotate_kek(config: Config, *, announced: Announced) -> None:
    """Rotate the KEK, or finish a rotation that was interrupted; the new key is on paper before it is in the file.

    Both keys stand in the file until every row is signed with the new one; the MACs in the database say which is in
    use. Raises Conflict for an open admission code, VaultError for a row, line or entry that does not verify.
    """
    with data_folder_lock.exclusive(config.data):
        startup.require_current_schema(config.database_url)
        database = Database(config.database_url)
        try:
            _rotate(config, database, announced)
        finally:
            database.engine.dispose()


def _rotate(config: Config, database: Database, announced: Announced) -> None:
    keys = kek.load_all(config.kek_file)
    communes, number = communes_and_kek_number(database)
    current = next((key for key in keys if key.number == number), None)
    if current is None or current.number == kek.DEMO_ID:
        raise VaultError(
            f"Tệp khóa không có khóa số {number} của cơ sở dữ liệu, hoặc đây là bản dùng thử: tìm tờ khóa ấy, chạy "
            f"`casework key-file`. / The key file has no key {number} of the database, or this is the demo: find that "
            "sheet, run `casework key-file`."
        )
    broken_off = len(keys) > 1
    new_kek = keys[-1] if broken_off else kek.next_kek(current)
    with announced(new_kek, again=broken_off):
        if new_kek != current:
            kek.replace(config.kek_file, [current, new_kek])
    try:
        if new_kek != current:
            gate = Gate(database, current, outside_evidence.of_installation(config))
            _sign_all_rows(config, gate, communes, new_kek)
    except CaseworkError:
        # A refused rotation leaves the key in use alone in the file; the database says which one that is.
        kek.replace(
            config.kek_file, [key for key in (current, new_kek) if key.number == communes_and_kek_number(database)[1]]
        )
        raise
    _sign_outside(config, communes, keys[0], new_kek)
    kek.replace(config.kek_file, [new_kek])


def _sign_outside(config: Config, communes: list[UUID], old_kek: Kek, new_kek: Kek) -> None:
    """Note the rotation in the revocation log under the new key, and sign the watermark with it.

    The entries of the log were verified under the key before.
    """
    for commune_id in communes:
        old_keys, new_keys = kek.server_keys_of(old_kek, commune_id), kek.server_keys_of(new_kek, commune_id)
        RevocationLog(config.revocation_log_file).append_note(new_keys, word="kek", at=clock.micros())
        Watermark(config.watermark_file).sign_again(old_keys, new_keys)


def _sign_all_rows(config: Config, gate: Gate, communes: list[UUID], new_kek: Kek) -> None:
    entries = RevocationLog(config.revocation_log_file).lines()
    # The last line may be that of a commune that was removed.
    if verified(entries, {line.commune_id: gate.server_keys(line.commune_id) for line in entries}) != len(entries):
        raise VaultError(
            "Sổ thu hồi (tệp removals) có dòng không đúng, nên không đổi khóa. Chưa có gì thay đổi: hãy chạy `casework "
            "verify`. / A line of the revocation log (removals) does not hold, so nothing was changed: run `casework "
            "verify`."
        )
    evidence_check.require_agreement(gate)
    try:
        gate.exchange(new_kek, communes, kek_rotation.rotate)
    except CaseworkError as cause:
        for commune_id in communes:
            gate.refuse(console_of(commune_id), Act.KEYS_ROTATE, cause)
        raise


def communes_and_kek_number(database: Database) -> tuple[list[UUID], int]:
    """Return the communes of a database and the number of the key that their rows are signed with."""
    with database.read_only() as session:
        rows = session.execute(select(Commune.id, Commune.mac).order_by(Commune.created)).all()
    numbers = {int.from_bytes(row.mac[:_NUMBER_BYTES], "big") for row in rows}
    if len(numbers) != 1:
        raise VaultError(
            "Cơ sở dữ liệu không có xã nào, hoặc các xã dùng khóa khác nhau: hãy chạy `casework verify`. / The "
            "database has no commune, or communes of different keys: run `casework verify`."
        )
    return [row.id for row in rows], numbers.pop()


def rotate_checkpoint_key(config: Config, gate: Gate, signer: Signer) -> None:
    """Sign checkpoints with a new key from now on, whose fingerprint is on paper; it is pinned before it is used."""
    if config.checkpoint_file is None:
        raise VaultError(
            "Bản cài đặt này không có khóa ký mốc: xem checkpoint_file trong casework.toml. / There is no key that "
            "signs checkpoints: see checkpoint_file in casework.toml."
        )
    settings.pin_checkpoint(config, signer.public)
    signatures.replace(config.checkpoint_file, signer)
    note_in_logs(gate, "checkpoint")


def pin_backup_key(config: Config, gate: Gate, backup_key: BackupKey) -> None:
    """Encrypt backups to a new key from now on, whose private half is on paper."""
    settings.pin_backup(config, backup_key.public)
    note_in_logs(gate, "backup")


def note_in_logs(gate: Gate, what: str) -> None:
    """Write to the log of every commune which key outside the database is a new one."""
    communes, _ = communes_and_kek_number(gate.database)
    for commune_id in communes:
        gate.perform(console_of(commune_id), note_rotation, what)


@action(Act.KEYS_RENEW)
def note_rotation(context: ActContext, what: str) -> None:
    """Write to the log which key outside the database was rotated."""
    context.reason = what
