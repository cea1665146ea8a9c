"""Writes checkpoints to the second place: every hour, after a restore and after an upgrade."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.audit import freshness
from casework.audit.chain import last_line
from casework.audit.checkpoint import (
    MISSING_AFTER,
    Checkpoint,
    CheckpointStore,
    is_in_log,
    signed_note,
    verifiable,
)
from casework.audit.models import AuditLine
from casework.audit.revocation_log import START
from casework.config import Config
from casework.errors import NotFound, VaultError
from casework.gate import Gate
from casework.maintenance.system_actors import commune_ids
from casework.vault.crypto import signatures
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import count_ledger
from casework.vault.keys.context import CryptoContext


def publics(config: Config) -> tuple[bytes, ...]:
    """Return the pinned public halves of the checkpoint keys, the newest first."""
    return tuple(signatures.decode_public(text) for text in config.checkpoint_public)


def configured(config: Config) -> bool:
    """Tell whether this installation signs checkpoints; a demo does not."""
    return bool(config.checkpoint_public) and config.checkpoint_file is not None


def begin_watermark(gate: Gate, commune_id: UUID) -> None:
    """Note where the log of a commune ends that has no watermark yet: from its first checkpoint on it is missed."""
    server_keys = gate.server_keys(commune_id)
    if gate.evidence is None or gate.evidence.watermark.highest(server_keys) is not None:
        return
    with gate.database.read_only() as session:
        end = last_line(session, server_keys)
    if end is not None:
        gate.evidence.watermark.move(server_keys, (end.n, end.h))


def write_all(
    config: Config, gate: Gate, *, restored: Mapping[UUID, int] | None = None, accepted: str = ""
) -> list[Checkpoint]:
    """Write a checkpoint of every commune.

    `restored` gives the length of each log that came from a backup, `accepted` why the operator goes on with a log
    that differed from the notes before. What contradicts these is void from the new note on, and stays where it is.
    """
    if config.checkpoint_file is None:
        raise VaultError(
            "Bản cài đặt này không có khóa ký mốc: chạy `casework rotate-keys checkpoint`. / There is no key that "
            "signs checkpoints: run `casework rotate-keys checkpoint`."
        )
    signer = signatures.load(config.checkpoint_file)
    checkpoints = []
    for commune_id in commune_ids(gate):
        store = CheckpointStore.of(config.checkpoints_folder, commune_id)
        seq = max(store.numbers(), default=0) + 1
        if seq == 1:
            begin_watermark(gate, commune_id)
        checkpoint = _checkpoint_now(gate, commune_id, seq=seq)
        upto = (restored or {}).get(commune_id, checkpoint.n)
        notes = list(store.valid(publics(config)))
        if accepted:
            checkpoint = replace(checkpoint, accepted=(_agreed_end(gate, commune_id, notes, upto), accepted))
        elif restored or (gate.evidence and gate.evidence.is_settled(commune_id, notes)):
            checkpoint = replace(checkpoint, restored=_agreed_end(gate, commune_id, notes, upto))
        store.add(signed_note(checkpoint, signer), seq=seq)
        checkpoints.append(checkpoint)
    return checkpoints


def _agreed_end(gate: Gate, commune_id: UUID, notes: Sequence[Checkpoint], upto: int) -> int:
    """Return up to which line, `upto` at most, the log is the one of which the notes speak."""
    with gate.database.read_only() as session:
        crypto = CryptoContext(session, gate.server_keys(commune_id), None, 0)
        differing = [note.n for note in verifiable(notes) if note.n <= upto and not is_in_log(crypto, note)]
    return min(differing, default=upto + 1) - 1


def _checkpoint_now(gate: Gate, commune_id: UUID, *, seq: int) -> Checkpoint:
    """Return an unsigned checkpoint of where the log of a commune ends now."""
    with gate.database.read_only() as session:
        server_keys = gate.server_keys(commune_id)
        attach_keys(session, server_keys)
        line = select(AuditLine.n, AuditLine.h).where(AuditLine.commune_id == commune_id)
        length, h = session.execute(line.order_by(AuditLine.n.desc()).limit(1)).one()
        release = _newest_release(CryptoContext(session, server_keys, None, 0))
    revocation_log = gate.evidence.revocation_log.end() if gate.evidence else (0, START)
    return Checkpoint(commune_id, seq, clock.micros(), length, bytes(h), release, revocation_log)


def _newest_release(crypto: CryptoContext) -> tuple[int, bytes]:
    try:
        head = freshness.head(crypto.session, crypto.commune_id, count_ledger.ledger_id(crypto.commune_id))
    except NotFound:
        return 0, START
    newest = count_ledger.newest_release(head.listing)
    return (newest.revision, newest.digest) if newest else (0, START)


def age(config: Config, commune_id: UUID, *, at: int) -> int | None:
    """Return how old the newest checkpoint is in microseconds; None if there is none that can be read."""
    try:
        newest = CheckpointStore.of(config.checkpoints_folder, commune_id).newest(publics(config))
    except (OSError, VaultError):
        return None
    return None if newest is None else at - newest.at


def missing(config: Config, commune_id: UUID, *, at: int) -> bool:
    """Tell whether the log has had no checkpoint for 26 hours; a demo needs none."""
    if not configured(config):
        return False
    newest_age = age(config, commune_id, at=at)
    return newest_age is None or newest_age > MISSING_AFTER
