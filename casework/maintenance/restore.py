"""The way back from a backup: everything is checked before the live database is touched, and one rename ends it."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import DatabaseError
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from casework import clock, schema, unguarded
from casework.audit.revocation_log import Remaining, RevocationEntry, RevocationLog, newest
from casework.config import Config, ConfigurationError
from casework.db import upgrade
from casework.gate import Gate, Person, open_gate
from casework.maintenance import (
    checkpoints,
    dump,
    lost_kek_restore,
    revocation_log_copy,
    revocation_replay,
    row_verification,
    side_by_side,
)
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.vault.crypto import archive
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek, server_keys_of

Hook = Callable[[str], None]
_BROKEN = "Nhật ký trong bản sao lưu không đúng, nên không khôi phục. Sổ đang dùng không bị đụng đến."


@dataclass(frozen=True)
class Order:
    """What is to be restored: the file, the private half of the backup key, and what the operator has agreed to.

    `lost_kek` makes a new KEK and lets everybody come back through recovery; `without_removals` goes on although the
    ledger of removals is shorter than a checkpoint says.
    """

    file: Path
    seed: bytes
    lost_kek: bool = False
    without_removals: bool = False

    def __repr__(self) -> str:
        """Never print the key."""
        return f"<sealed order of {self.file.name}>"


@dataclass(frozen=True)
class Report:
    """What a restore or a drill found and did; `ends` is where the log of each commune ended in the backup."""

    made: int
    rows: int
    proof: row_verification.Verified
    taken: int
    erased: int
    seconds: float
    ends: Mapping[UUID, int]
    newer: Kek | None = None


def _nothing(_step: str) -> None:
    """Do nothing: where a test may end the process, a restore only goes on."""


def restore(
    config: Config,
    order: Order,
    *,
    hook: Hook = _nothing,
    sized: dump.Sized = dump.unheard,
    announce: Callable[[Kek], None],
) -> Report:
    """Restore a backup in the place of the database; nobody else may use the folder meanwhile.

    `sized` is told of how many bytes the backup is and returns who hears of those that have been read. `announce` is
    given the new KEK of an installation that has lost its own, so that it is printed before it counts.
    """
    begun = time.monotonic()
    unguarded.clear_beside(config.database_url)
    key = _key(config, order)
    made = _made_beside(config, order, key, hook=hook, sized=sized)
    if order.lost_kek:
        announce(key)
        kek.write(config.kek_file, key)
    hook("checked")
    _remark(config, key, made.ends)
    hook("remarked")
    _take_over(config, hook)
    live = open_gate(config, key)
    try:
        side_by_side.verified(live, else_say=_BROKEN)
        if checkpoints.configured(config):
            checkpoints.write_all(config, live, restored=dict(made.ends))
        hook("noted")
    finally:
        live.database.engine.dispose()
    unguarded.drop_aside(config.database_url)
    return replace(made, seconds=time.monotonic() - begun, newer=key if order.lost_kek else None)


def _remark(config: Config, key: Kek, communes: Iterable[UUID]) -> None:
    """Note the restore in the ledger of removals before the new database counts.

    From then on the line before it is no longer compared with a log that does not know it.
    """
    revocation_log_copy.put_back(config)
    for commune_id in communes:
        RevocationLog(config.revocation_log_file).remark(
            server_keys_of(key, commune_id), word="restored", at=clock.micros()
        )


def drill(config: Config, order: Order, *, hook: Hook = _nothing, sized: dump.Sized = dump.unheard) -> Report:
    """Restore a backup into a temporary place inside the data folder, check it, and leave nothing of it behind."""
    begun = time.monotonic()
    folder = config.data / "drill"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        place = replace(config, database_url=f"sqlite:///{folder / 'casework.sqlite3'}")
        unguarded.clear_beside(place.database_url)
        made = _made_beside(place, order, _key(config, order), hook=hook, sized=sized)
    finally:
        shutil.rmtree(folder)
    return replace(made, seconds=time.monotonic() - begun)


def _key(config: Config, order: Order) -> Kek:
    """Return the key under which the restored rows stand: the machine's own, or a new one if it is lost."""
    if not order.lost_kek:
        return kek.load(config.kek_file, demo=config.demo)
    if config.kek_file.exists():
        raise ConfigurationError(f"Tệp khóa {config.kek_file} vẫn còn. Nếu đúng là khóa đã mất, hãy dời tệp này đi.")
    with order.file.open("rb") as file:
        header = archive.verify_archive(file, checkpoints.publics(config))
    return kek.next_kek(Kek(max(header["kek"]), b""))


def _made_beside(config: Config, order: Order, key: Kek, *, hook: Hook, sized: dump.Sized) -> Report:
    """Make the whole new database beside the live one and prove it; the live one is not touched."""
    fresh = replace(config, database_url=unguarded.beside(config.database_url))
    with order.file.open("rb") as file:
        header = archive.verify_archive(file, checkpoints.publics(config))
        _fits(header, key, lost=order.lost_kek)
        stream = _followed(archive.open_archive(file, order.seed), file, sized)
        contents = _filled(fresh.database_url, stream)
    hook("filled")
    if order.lost_kek:
        with unguarded.filling(fresh.database_url) as connection:
            lost_kek_restore.resign_all(connection, key)
        hook("signed")
    ends = {UUID(hex=commune): int(n) for commune, n in contents.about["ends"].items()}
    with side_by_side.new_database(fresh, key) as gate:
        if not order.lost_kek:
            side_by_side.verified(gate, else_say=_BROKEN)
        found = _replayed(config, gate, order, ends)
        hook("replayed")
        proven = side_by_side.proven(gate, fresh, else_say=_BROKEN)
    rows = sum(contents.rows.values())
    return Report(header["at"], rows, proven, found.taken, found.erased, 0.0, ends)


def _fits(header: Mapping[str, Any], key: Kek, *, lost: bool) -> None:
    """Refuse a backup of other tables, or of another key than the one at hand, before anything is made."""
    if header["revision"] != schema.newest():
        raise ConfigurationError(
            f"Bản sao lưu có bảng của phiên bản {header['revision']}: "
            "hãy cài đúng phiên bản đó, khôi phục, rồi nâng cấp."
        )
    if not lost and header["kek"] != [key.number]:
        raise ConfigurationError(
            f"Bản sao lưu thuộc khóa số {header['kek']}, máy đang dùng khóa số {key.number}. "
            "Hãy đặt lại khóa cũ từ tờ giấy, khôi phục, rồi chạy `casework rotate-keys kek`."
        )


def _followed(stream: Iterable[bytes], file: BinaryIO, sized: dump.Sized) -> Iterator[bytes]:
    """Pass a backup on as it is opened, and tell how many more bytes of its file have been read."""
    size, before = os.fstat(file.fileno()).st_size, 0
    told = sized(size)
    for part in stream:
        yield part
        told(file.tell() - before)
        before = file.tell()
    told(size - before)


def _filled(url: str, stream: Iterable[bytes]) -> dump.Contents:
    upgrade(url)
    with unguarded.filling(url) as connection:
        return dump.fill(connection, stream)


def _replayed(config: Config, gate: Gate, order: Order, ends: Mapping[UUID, int]) -> revocation_replay.Replayed:
    """Take away again what was taken away after the backup, in every commune."""
    lines = revocation_log_copy.trusted(config, gate, lost_kek=order.lost_kek, without=order.without_removals)
    taken = erased = 0
    for commune_id in ends:
        person = Person(Actor(commune_id, None, (Role.CONSOLE,)), commune_id)
        if order.lost_kek:
            gate.perform(person, lost_kek_restore.accept_heads)
        done = gate.perform(person, revocation_replay.run, _of(lines, commune_id), order.file.name)
        taken, erased = taken + done.taken, erased + done.erased
    return revocation_replay.Replayed(taken, erased)


def _of(lines: list[RevocationEntry], commune_id: UUID) -> list[Remaining]:
    return list(newest(lines, commune_id).values())


def _take_over(config: Config, hook: Hook) -> None:
    """Put the new database in the place of the old one, which may be damaged or gone."""
    with suppress(DatabaseError, SQLAlchemyError, OSError):
        unguarded.settle(config.database_url)
    hook("settled")
    unguarded.take_over(config.database_url)
    hook("swapped")
