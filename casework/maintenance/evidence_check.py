"""Compares all outside evidence before anything is signed, tells what differs, and lets the operator decide."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from casework import clock, files
from casework.audit import revocation_log
from casework.audit.chain import last_line
from casework.audit.outside_evidence import Difference, OutsideEvidence
from casework.audit.revocation_log import Remaining
from casework.config import Config
from casework.errors import BadInput, LogRolledBack
from casework.gate import ActContext, Gate, action
from casework.maintenance import checkpoints, release_copies, revocation_log_copy, revocation_replay
from casework.maintenance.system_actors import commune_ids, console_of
from casework.policy.vocabulary import Act
from casework.statistics import releases
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.context import CryptoContext

_ALARM = "differences"
_REASON_LENGTH = 200
# A note that is missing or not ours says nothing against the database: it is told, and nothing is signed.
TOLD_ONLY = frozenset({"note"})
log = logging.getLogger(__name__)


def find_differences(gate: Gate) -> list[Difference]:
    """Compare every commune with what lies outside, once what a crash has left there is settled."""
    found: list[Difference] = []
    if gate.evidence is not None:
        for commune_id in commune_ids(gate):
            found += _of_commune(gate, gate.evidence, commune_id)
    return found


def _of_commune(gate: Gate, evidence: OutsideEvidence, commune_id: UUID) -> list[Difference]:
    found = []
    try:
        with gate.database.transaction(None, commune_id) as session:
            attach_keys(session, gate.server_keys(commune_id))
            evidence.require(session, gate.server_keys, commune_id)
    except LogRolledBack as cause:
        found.append(Difference(cause.row, commune_id, "nhật ký thiếu những gì đã có / the log lacks what it held"))
    with gate.database.read_only() as session:
        crypto = CryptoContext(session, gate.server_keys(commune_id), None, 0)
        return [*found, *evidence.differences(crypto, releases.hashes(session, commune_id))]


def require_agreement(gate: Gate, *, told_only: Collection[str] = TOLD_ONLY) -> None:
    """Raise LogRolledBack, and write each difference to the operator's log, unless the database agrees."""
    found = [difference for difference in find_differences(gate) if difference.place not in told_only]
    for difference in found:
        log.error("fault=Difference row=%s commune=%s", difference.place, difference.commune_id)
    if found:
        raise LogRolledBack(row=found[0].place)


def require_all(config: Config, gate: Gate) -> None:
    """Require all of it before something is signed; what is found rings until it is gone or was decided."""
    path = config.data / _ALARM
    try:
        require_agreement(gate, told_only=())
    except LogRolledBack as cause:
        files.replace(path, f"{cause.row}\n")
        raise
    path.unlink(missing_ok=True)


def rings(config: Config) -> bool:
    """Tell whether the newest comparison found a difference that nobody has decided about yet."""
    return (config.data / _ALARM).exists()


def accept(config: Config, gate: Gate, *, reason: str) -> list[Difference]:
    """Go on from the log as it is, by the operator's decision; return what differed, nothing if all agrees.

    It is a restore without a backup: what was revoked is revoked again, what was published comes back. The reason
    stands in the log and in a signed note, and the old notes stay where they are.
    """
    reason = " ".join(reason.split())[:_REASON_LENGTH]
    if not reason:
        raise BadInput("Hãy ghi lý do: --reason 'vì sao sổ này là đúng'.")
    found = find_differences(gate)
    if not found or gate.evidence is None:
        return []
    lines = revocation_log_copy.repair(config)
    quiet = replace(gate, evidence=None)
    for commune_id in commune_ids(gate):
        remaining = list(revocation_log.newest(lines, commune_id).values())
        quiet.perform(console_of(commune_id), accept_log, remaining, reason)
        release_copies.bring_back(config, quiet, commune_id)
        server_keys = gate.server_keys(commune_id)
        gate.evidence.revocation_log.append_note(server_keys, word="accepted", at=clock.micros())
        with quiet.database.read_only() as session:
            end = last_line(session, server_keys)
        if end is not None:
            gate.evidence.watermark.move(server_keys, (end.n, end.h))
    if checkpoints.configured(config):
        checkpoints.write_all(config, gate, accepted=reason)
    (config.data / _ALARM).unlink(missing_ok=True)
    return found


@action(Act.AUDIT_ACCEPT)
def accept_log(context: ActContext, remaining: Sequence[Remaining], reason: str) -> None:
    """Revoke again what the revocation log says was revoked, and write the operator's reason to the log."""
    context.about, context.reason = context.commune_id, reason
    context.also(revocation_replay.replay_revocations, remaining, "removals")
