"""Exchanges the keys of an installation; each can be broken off anywhere and run again."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.administration import data_folder_lock, kek_rotation, settings
from casework.audit.revocation_log import RevocationLog, verified
from casework.config import Config
from casework.db import Database
from casework.errors import CaseworkError, VaultError
from casework.gate import ActContext, Gate, Person, action
from casework.maintenance import startup
from casework.policy.permit import Actor
from casework.policy.words import Act, Role
from casework.vault.crypto import signatures
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek
from casework.vault.models import Commune

_NUMBER_BYTES = 4


@dataclass(frozen=True)
class BackupKey:
    """The two halves of a backup key; the private one is printed and kept nowhere."""

    seed: bytes
    public: bytes

    def __repr__(self) -> str:
        """Never print the key."""
        return "<sealed backup key>"


def new_backup_key() -> BackupKey:
    """Make a key pair to which backups are sealed."""
    seed = new_key()
    return BackupKey(seed, public_key(seed))


def exchange_kek(config: Config, *, announce: Callable[[Kek], None]) -> None:
    """Exchange the KEK, or finish an exchange that was broken off; `announce` prints the newer key before it counts.

    Both keys stand in the file until every row is signed with the newer one; the database says which one counts.
    """
    with data_folder_lock.alone(config.data):
        startup.require_current_schema(config.database_url)
        database = Database(config.database_url)
        try:
            _exchange(config, database, announce)
        finally:
            database.engine.dispose()


def _exchange(config: Config, database: Database, announce: Callable[[Kek], None]) -> None:
    held = kek.load_all(config.kek_file)
    communes, number = standing(database)
    counting = next((key for key in held if key.number == number), None)
    if counting is None or counting.number == kek.DEMO_ID:
        raise VaultError(f"Tệp khóa không có khóa số {number} của cơ sở dữ liệu, hoặc đây là bản dùng thử.")
    broken_off = len(held) > 1
    newer = held[-1] if broken_off else kek.next_kek(counting)
    if newer != counting:
        kek.replace(config.kek_file, [counting, newer])
    try:
        announce(newer)
        if newer != counting:
            _rekey(config, Gate(database, counting), communes, newer)
    except CaseworkError:
        # Whoever is refused goes on with the key that counts; both stay only where nobody can tell which one does.
        kek.replace(config.kek_file, [key for key in (counting, newer) if key.number == standing(database)[1]])
        raise
    _vouch(config, communes, newer)
    kek.replace(config.kek_file, [newer])


def _vouch(config: Config, communes: list[UUID], newer: Kek) -> None:
    """Let the newer key answer for the ledger of removals, whose lines were checked under the one before."""
    for commune_id in communes:
        RevocationLog(config.revocation_log_file).remark(
            kek.server_keys_of(newer, commune_id), word="kek", at=clock.micros()
        )


def _rekey(config: Config, gate: Gate, communes: list[UUID], newer: Kek) -> None:
    lines = RevocationLog(config.revocation_log_file).lines()
    if verified(lines, {one: gate.server_keys(one) for one in communes}) != len(lines):
        raise VaultError("Sổ thu hồi (tệp removals) có dòng không đúng, nên không đổi khóa. Chưa có gì thay đổi.")
    try:
        gate.exchange(newer, communes, kek_rotation.exchange)
    except CaseworkError as cause:
        for commune_id in communes:
            gate.refuse(_console(commune_id), Act.KEYS_ROTATE, cause)
        raise


def standing(database: Database) -> tuple[list[UUID], int]:
    """Return the communes of a database and the number of the key that their rows are signed with."""
    with database.read_only() as session:
        rows = session.execute(select(Commune.id, Commune.mac).order_by(Commune.created)).all()
    numbers = {int.from_bytes(row.mac[:_NUMBER_BYTES], "big") for row in rows}
    if len(numbers) != 1:
        raise VaultError("Cơ sở dữ liệu không có xã nào, hoặc các xã dùng khóa khác nhau.")
    return [row.id for row in rows], numbers.pop()


def renew_checkpoint(config: Config, gate: Gate) -> bytes:
    """Sign checkpoints with a new key from now on and return its public half; it is pinned before it is used."""
    if config.checkpoint_file is None:
        raise VaultError("Bản cài đặt này không có khóa ký mốc.")
    with data_folder_lock.alone(config.data):
        newer = signatures.fresh()
        settings.pin_checkpoint(config, newer.public)
        signatures.keep(config.checkpoint_file, newer)
        _note(gate, "checkpoint")
    return newer.public


def renew_backup(config: Config, gate: Gate) -> BackupKey:
    """Seal backups to a new key from now on and return it, so that its private half can be printed."""
    with data_folder_lock.alone(config.data):
        newer = new_backup_key()
        settings.pin_backup(config, newer.public)
        _note(gate, "backup")
    return newer


def _note(gate: Gate, what: str) -> None:
    communes, _ = standing(gate.database)
    for commune_id in communes:
        gate.perform(_console(commune_id), note_renewal, what)


@action(Act.KEYS_RENEW)
def note_renewal(context: ActContext, what: str) -> None:
    """Write in the log that a key outside the database was renewed."""
    context.reason = what


def _console(commune_id: UUID) -> Person:
    return Person(Actor(commune_id, None, (Role.CONSOLE,)), commune_id)
