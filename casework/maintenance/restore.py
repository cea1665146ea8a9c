"""Restores a backup: all is verified before the live database is touched, and one rename replaces it."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import DatabaseError
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from casework import clock, schema, unguarded_database
from casework.audit.models import AuditLine
from casework.audit.revocation_log import Remaining, RevocationEntry, RevocationLog, newest
from casework.audit.watermark import Watermark
from casework.config import Config, ConfigurationError
from casework.db import upgrade
from casework.gate import Gate, open_gate
from casework.maintenance import (
    backup_fit,
    checkpoints,
    commune_rows,
    dump,
    lost_kek_restore,
    release_copies,
    replacement_database,
    revocation_log_copy,
    revocation_replay,
    row_verification,
)
from casework.maintenance.system_actors import console_of
from casework.vault.crypto import backup_archive
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek, server_keys_of

Hook = Callable[[str], None]
_LOG_BROKEN = (
    "Nhật ký trong bản sao lưu không đúng, nên không khôi phục. Sổ đang dùng không bị đụng đến: chọn bản sao lưu "
    "khác. / The log inside the backup does not hold. The book in use was not touched: choose another backup."
)


@dataclass(frozen=True)
class RestoreOrder:
    """What is to be restored: the file, the private half of the backup key, and what the operator has agreed to.

    `lost_kek` makes a new KEK, and everybody comes back through recovery; `without_revocation_log` goes on although
    the revocation log is shorter than a checkpoint says.
    """

    file: Path
    seed: bytes
    lost_kek: bool = False
    without_revocation_log: bool = False

    def __repr__(self) -> str:
        return f"<sealed order of {self.file.name}>"


@dataclass(frozen=True)
class RestoreReport:
    """What a restore or a drill verified and did: `made_at` is the backup's time in microseconds.

    `revoked` and `erased` count heads; `log_lengths` are those of the backup; `removed` are the names of communes in it
    that were removed since, and stay so.
    """

    made_at: int
    rows: int
    verified: row_verification.VerifiedCounts
    revoked: int
    erased: int
    seconds: float
    log_lengths: Mapping[UUID, int]
    removed: tuple[str, ...] = ()
    new_kek: Kek | None = None


def _no_hook(_step: str) -> None:
    """Do nothing; a test may end the process at a step."""


def restore(
    config: Config,
    order: RestoreOrder,
    *,
    hook: Hook = _no_hook,
    progress: dump.Progress = dump.no_progress,
    announced: Callable[[Kek], AbstractContextManager[None]],
) -> RestoreReport:
    """Restore a backup in the place of the database; nobody else may use the folder meanwhile.

    `progress` counts bytes of the file. `announced` puts the new KEK of an installation that has lost its own
    on paper before it is used. Raises VaultError or ConfigurationError for a backup that does not verify or
    fit.
    """
    started = time.monotonic()
    unguarded_database.clear_beside(config.database_url)
    with _private_copy(config, order.file) as archive:
        used_kek = _kek_of(config, order, archive)
        report = _build_beside(config, order, archive, used_kek, hook=hook, progress=progress)
    if order.lost_kek:
        with announced(used_kek):
            kek.write(config.kek_file, used_kek)
    hook("checked")
    _note_restore(config, used_kek, report.log_lengths)
    hook("remarked")
    _take_over(config, hook)
    gate = open_gate(config, used_kek)
    try:
        replacement_database.verify_logs(gate, refusal=_LOG_BROKEN)
        if checkpoints.configured(config):
            checkpoints.write_all(config, gate, restored=dict(report.log_lengths))
        hook("noted")
    finally:
        gate.database.engine.dispose()
    unguarded_database.drop_aside(config.database_url)
    return replace(report, seconds=time.monotonic() - started, new_kek=used_kek if order.lost_kek else None)


def _note_restore(config: Config, used_kek: Kek, lengths: Mapping[UUID, int]) -> None:
    """Note the restore in the revocation log and move the watermark back, before the new database takes over.

    From then on entries before it are no longer compared with an audit log that does not have their lines. The
    watermark goes back to the end of the backup, which stands in the old log and in the new one.
    """
    revocation_log_copy.restore_from_copy(config)
    with unguarded_database.snapshot(unguarded_database.url_beside(config.database_url)) as connection:
        for commune_id, length in lengths.items():
            server_keys = server_keys_of(used_kek, commune_id)
            RevocationLog(config.revocation_log_file).append_note(server_keys, word="restored", at=clock.micros())
            line = select(AuditLine.h).where(AuditLine.commune_id == commune_id, AuditLine.n == length)
            Watermark(config.watermark_file).move(server_keys, (length, connection.execute(line).scalar_one()))


def drill(
    config: Config, order: RestoreOrder, *, hook: Hook = _no_hook, progress: dump.Progress = dump.no_progress
) -> RestoreReport:
    """Restore a backup into a temporary place inside the data folder, verify it, and leave nothing of it behind."""
    started = time.monotonic()
    folder = config.data / "drill"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        temporary = replace(config, database_url=f"sqlite:///{folder / 'casework.sqlite3'}")
        unguarded_database.clear_beside(temporary.database_url)
        with _private_copy(temporary, order.file) as archive:
            used_kek = _kek_of(config, order, archive)
            report = _build_beside(temporary, order, archive, used_kek, hook=hook, progress=progress)
    finally:
        shutil.rmtree(folder)
    return replace(report, seconds=time.monotonic() - started)


@contextmanager
def _private_copy(config: Config, path: Path) -> Iterator[BinaryIO]:
    """Copy a backup, read once, into a file without a name in the data folder, and yield that.

    A disk that is somebody else's may answer the second reading with other bytes than those whose signature held.
    """
    with path.open("rb") as foreign, TemporaryFile(dir=config.data) as copied:
        shutil.copyfileobj(foreign, copied)
        yield copied


def _kek_of(config: Config, order: RestoreOrder, archive: BinaryIO) -> Kek:
    """Return the KEK under which the restored rows are signed: the installation's own, or a new one if it is lost."""
    if not order.lost_kek:
        return kek.load(config.kek_file, demo=config.demo)
    if config.kek_file.exists():
        raise ConfigurationError(
            f"Tệp khóa {config.kek_file} vẫn còn. Nếu đúng là khóa đã mất, hãy dời tệp này đi. / The key file "
            f"{config.kek_file} is still there. If the key is lost indeed, move that file away."
        )
    header = backup_fit.verified_header(archive, checkpoints.publics(config))
    return kek.next_kek(Kek(max(header["kek"]), b""))


def _build_beside(
    config: Config, order: RestoreOrder, archive: BinaryIO, used_kek: Kek, *, hook: Hook, progress: dump.Progress
) -> RestoreReport:
    """Make the whole new database beside the live one and verify it; the live one is not touched."""
    fresh = replace(config, database_url=unguarded_database.url_beside(config.database_url))
    header = backup_fit.verified_header(archive, checkpoints.publics(config))
    _require_fitting(header, used_kek, lost=order.lost_kek)
    backup_fit.require_sheet(header, order.seed)
    stream = _with_progress(backup_archive.open_archive(archive, order.seed), archive, progress)
    contents = _fill_new_database(fresh.database_url, stream)
    hook("filled")
    if not order.lost_kek:
        backup_fit.require_kek(fresh.database_url, used_kek)
    else:
        with unguarded_database.open_for_writing(fresh.database_url) as connection:
            lost_kek_restore.resign_all(connection, used_kek)
        hook("signed")
    lengths = {UUID(hex=commune): int(n) for commune, n in contents.about["ends"].items()}
    with replacement_database.new_database(fresh, used_kek) as gate:
        if not order.lost_kek:
            replacement_database.verify_logs(gate, refusal=_LOG_BROKEN)
        entries = revocation_log_copy.trusted_entries(
            config, gate, lost_kek=order.lost_kek, allow_missing=order.without_revocation_log
        )
        removed = _remove_again(fresh, gate, order, entries, lengths)
        replayed = _replay_revocations(config, gate, order, entries, lengths)
        hook("replayed")
        verified = replacement_database.verify_everything(gate, fresh, refusal=_LOG_BROKEN)
    rows = sum(contents.rows.values())
    return RestoreReport(header["at"], rows, verified, replayed.revoked, replayed.erased, 0.0, lengths, removed)


def _remove_again(
    fresh: Config, gate: Gate, order: RestoreOrder, entries: Sequence[RevocationEntry], lengths: dict[UUID, int]
) -> tuple[str, ...]:
    """Take out the communes that were removed after the backup, from `lengths` too; return their names.

    Raises ConfigurationError if none would be left.
    """
    without = order.without_revocation_log
    gone = revocation_log_copy.vouched_removals(fresh, gate, entries, without_revocation_log=without)
    doomed = [commune for commune_id, commune in gone.items() if commune_id in lengths]
    if doomed and len(doomed) == len(lengths):
        raise ConfigurationError(
            "Mọi xã trong bản sao lưu này đã bị xóa khỏi sổ, nên không có gì để khôi phục. / Every commune of this "
            "backup was removed from the book: there is nothing to restore."
        )
    for commune in doomed:
        with unguarded_database.open_for_writing(fresh.database_url) as connection:
            commune_rows.delete_all(connection, commune.commune_id)
        del lengths[commune.commune_id]
    return tuple(commune.name for commune in doomed)


def _require_fitting(header: Mapping[str, Any], used_kek: Kek, *, lost: bool) -> None:
    """Raise ConfigurationError for a backup of another schema revision or another KEK, before anything is made."""
    if header["revision"] != schema.newest():
        raise ConfigurationError(
            f"Bản sao lưu có bảng của phiên bản {header['revision']}: "
            "hãy cài đúng phiên bản đó, khôi phục, rồi nâng cấp. / The backup has tables of version "
            f"{header['revision']}: install that version, restore, then upgrade."
        )
    if not lost and header["kek"] != [used_kek.number]:
        raise ConfigurationError(
            f"Bản sao lưu thuộc khóa số {header['kek']}, máy đang dùng khóa số {used_kek.number}. "
            "Hãy đặt lại khóa cũ từ tờ giấy, khôi phục, rồi chạy `casework rotate-keys kek`. / The backup belongs to "
            f"key {header['kek']}, this machine uses {used_kek.number}. Bring the old key back from its sheet first."
        )


def _with_progress(stream: Iterable[bytes], file: BinaryIO, progress: dump.Progress) -> Iterator[bytes]:
    """Pass a stream on, and report how many bytes of the backup's file have been read."""
    size, before = os.fstat(file.fileno()).st_size, 0
    advance = progress(size)
    for chunk in stream:
        yield chunk
        advance(file.tell() - before)
        before = file.tell()
    advance(size - before)


def _fill_new_database(url: str, stream: Iterable[bytes]) -> dump.Contents:
    upgrade(url)
    with unguarded_database.open_for_writing(url) as connection:
        return dump.fill_from_lines(connection, stream)


def _replay_revocations(
    config: Config,
    gate: Gate,
    order: RestoreOrder,
    entries: list[RevocationEntry],
    communes: Mapping[UUID, int],
) -> revocation_replay.ReplayReport:
    """Replay in every commune the revocations since the backup."""
    revoked = erased = 0
    for commune_id in communes:
        console = console_of(commune_id)
        if order.lost_kek:
            gate.perform(console, lost_kek_restore.note_new_macs)
        report = gate.perform(
            console, revocation_replay.replay_revocations, _newest_of(entries, commune_id), order.file.name
        )
        revoked, erased = revoked + report.revoked, erased + report.erased
        release_copies.bring_back(config, gate, commune_id)
    return revocation_replay.ReplayReport(revoked, erased)


def _newest_of(entries: list[RevocationEntry], commune_id: UUID) -> list[Remaining]:
    return list(newest(entries, commune_id).values())


def _take_over(config: Config, hook: Hook) -> None:
    """Put the new database in the place of the old one, which may be damaged or gone."""
    with suppress(DatabaseError, SQLAlchemyError, OSError):
        unguarded_database.flush_wal(config.database_url)
    hook("settled")
    unguarded_database.swap_in(config.database_url)
    hook("swapped")
