"""Makes encrypted, signed backups while the installation is in use, and deletes those older than the retention time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from casework import clock, files, schema, unguarded_database
from casework.audit.models import AuditLine
from casework.config import Config, ConfigurationError
from casework.errors import VaultError
from casework.gate import ActContext, Gate, action
from casework.maintenance import carried_files, checkpoints, dump
from casework.maintenance.system_actors import commune_ids, system_of
from casework.policy.vocabulary import Act
from casework.vault.crypto import backup_archive, signatures
from casework.vault.models import Commune

KEPT_DAYS = 35
_SUFFIX = ".casework"
_NAME = "casework-%Y%m%dT%H%M%SZ"
_NAMED = re.compile(
    rf"casework-\d{{4}}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])[0-5]\d[0-5]\dZ{re.escape(_SUFFIX)}"
)


@dataclass(frozen=True)
class Backup:
    """A finished backup: where it is and how many bytes it has."""

    path: Path
    size: int


def make(config: Config, gate: Gate, *, progress: dump.Progress = dump.no_progress) -> Backup:
    """Write an encrypted, signed backup of everything and note it in the log; readers and writers go on meanwhile."""
    backup = write(config, progress=progress)
    for commune_id in commune_ids(gate):
        gate.perform(system_of(commune_id), note_backup, backup.path.name)
    return backup


def write(config: Config, *, progress: dump.Progress = dump.no_progress) -> Backup:
    """Write an encrypted, signed backup of everything, also of a database with the tables of an older program.

    `progress` counts rows. Raises ConfigurationError without a backup key or a checkpoint key to sign with.
    """
    if not config.backup_public or config.checkpoint_file is None:
        raise ConfigurationError(
            "Chưa có khóa sao lưu: chạy `casework rotate-keys backup`. / There is no backup key: run `casework "
            "rotate-keys backup`."
        )
    signer, backup_key = signatures.load(config.checkpoint_file), signatures.decode_public(config.backup_public)
    folder = config.backups_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{clock.now():{_NAME}}{_SUFFIX}"
    with unguarded_database.snapshot(config.database_url) as connection:
        # The revocation log is read after the snapshot began: what it says later is revoked again by a restore.
        about = _about(connection) | {"carried": carried_files.read(config)}
        tables = dump.tables_of(connection)
        stream = dump.dump_lines(connection, about, tables, advance=progress(dump.count_rows(connection, tables)))
        files.replace(
            path,
            backup_archive.seal_archive(
                stream, _header(config, about, signer.public, backup_key), public=backup_key, signer=signer
            ),
        )
    return Backup(path, path.stat().st_size)


@action(Act.BACKUP_MAKE)
def note_backup(context: ActContext, name: str) -> None:
    """Write the name of a new backup to the log."""
    context.about, context.reason = context.commune_id, name


def _about(connection: Connection) -> dict[str, Any]:
    """Return the first line of a dump: time, schema revision, lengths of the logs, number of the KEK."""
    macs = connection.execute(select(Commune.mac)).scalars()
    return {
        "at": clock.micros(),
        "revision": schema.revision_of(connection),
        "ends": {commune_id.hex: length for commune_id, length in log_lengths(connection).items()},
        "kek": sorted({int.from_bytes(mac[:4], "big") for mac in macs}),
    }


def log_lengths(connection: Connection) -> dict[UUID, int]:
    """Return how many lines the log of each commune has."""
    longest = select(AuditLine.commune_id, func.max(AuditLine.n)).group_by(AuditLine.commune_id)
    return {row[0]: row[1] for row in connection.execute(longest)}


def _header(config: Config, about: dict[str, Any], signer: bytes, public: bytes) -> dict[str, Any]:
    """Return the header in the clear, read before the backup key is typed; the lengths of the logs stay inside.

    The public keys that signatures are verified with travel along, the signer's first: on a machine that knows none
    the fingerprint on paper says which of them is ours.
    """
    keys = {"signed_by": signatures.fingerprint(signer), "sealed_to": signatures.fingerprint(public)}
    publics = list(dict.fromkeys((signatures.encode_public(signer), *config.checkpoint_public)))
    return {name: about[name] for name in ("at", "revision", "kek")} | keys | {"publics": publics}


def list_backups(config: Config) -> list[Path]:
    """Return the finished backups, the oldest first; only what bears a name of ours is one."""
    return sorted(path for path in config.backups_folder.glob(f"*{_SUFFIX}") if _NAMED.fullmatch(path.name))


def list_foreign(config: Config) -> list[str]:
    """Return the names of what else lies in the folder of backups, as a copy made by hand."""
    own = {path.name for path in list_backups(config)}
    names = (path.name for path in config.backups_folder.glob("*") if not path.name.endswith(files.UNFINISHED))
    return sorted(name for name in names if name not in own)


def is_valid(config: Config, path: Path) -> bool:
    """Tell whether a backup is whole and signed by a pinned key."""
    try:
        made_at(config, path)
    except (OSError, VaultError):
        return False
    return True


def made_at(config: Config, path: Path) -> int:
    """Return when a backup was made, as its signed header says; raise VaultError if its signature does not verify."""
    with path.open("rb") as file:
        return int(backup_archive.verify_archive(file, checkpoints.publics(config))["at"])


def newest_valid_at(config: Config) -> int | None:
    """Return when the newest valid backup was made, or None if there is none."""
    return next((made_at(config, path) for path in reversed(list_backups(config)) if is_valid(config, path)), None)


def newest_named_at(config: Config) -> int | None:
    """Return when the newest backup was made, as its name says, without reading it; None if there is none."""
    newest = next(reversed(list_backups(config)), None)
    if newest is None:
        return None
    moment = datetime.strptime(newest.stem, _NAME).replace(tzinfo=UTC)
    return int(moment.timestamp()) * clock.MICROSECOND


def delete_expired(config: Config) -> list[Path]:
    """Delete backups older than 35 days and what a crash left unfinished; the newest valid one stays."""
    for unfinished in config.backups_folder.glob(f"*{files.UNFINISHED}"):
        unfinished.unlink()
    oldest = clock.now() - timedelta(days=KEPT_DAYS)
    oldest_name = f"{oldest:{_NAME}}{_SUFFIX}"
    expired = [path for path in list_backups(config) if path.name < oldest_name]
    newest_valid = next((path for path in reversed(list_backups(config)) if is_valid(config, path)), None)
    deleted = [path for path in expired if path != newest_valid]
    for path in deleted:
        path.unlink()
    return deleted
