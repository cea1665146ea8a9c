"""What comes round by the clock: checkpoints, backups, verification, what has expired, idle accounts; it never erases.

A clock that cannot be believed removes nothing until a person has looked at it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from casework import clock
from casework.audit import read
from casework.config import Config
from casework.errors import CaseworkError
from casework.gate import Action, Gate, Person
from casework.maintenance import backups, checkpoints, clock_check, revocation_log_copy
from casework.maintenance.idle_accounts import lock_idle
from casework.oversight.actions import verify_all
from casework.policy.permit import Actor
from casework.policy.words import Act, Role
from casework.referrals.actions import expire
from casework.vault.keys.context import CryptoContext

HOUR = 3600 * clock.MICROSECOND
_BACKUP_EVERY = 23 * HOUR
_VERIFY_EVERY = 23 * HOUR
_LOCK = "tick.lock"
log = logging.getLogger(__name__)


@dataclass
class Ticked:
    """What one round did: names of the jobs that were done and of those that failed, and whether the clock is odd."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    doubtful: bool = False


def tick(config: Config, gate: Gate) -> Ticked | None:
    """Do what is due; None if another round is under way."""
    try:
        alone = FileLock(config.data / _LOCK, mode=0o600).acquire(blocking=False)
    except Timeout:
        return None
    with alone:
        return _round(config, gate)


def due(config: Config) -> bool:
    """Tell whether an hour has passed since the last round."""
    ago = clock_check.since_believed(config, at=clock.micros())
    return ago is None or not 0 <= ago < HOUR


def _round(config: Config, gate: Gate) -> Ticked:
    at, found = clock.micros(), Ticked()
    found.doubtful = clock_check.doubtful(config, gate, at=at)
    if checkpoints.configured(config):
        _do(found, "checkpoint", lambda: _checkpoint(config, gate))
    if config.backup_public and _backup_due(config, at):
        _do(found, "backup", lambda: backups.make(config, gate))
    if _verify_due(gate, at):
        _do(found, "verify", lambda: verify_all(gate))
    if found.doubtful:
        return found
    _do(found, "expiry", lambda: _everywhere(gate, expire))
    # Most of the demo's people did what they did long ago, and every printed card must let its holder in.
    if not config.demo:
        _do(found, "idle", lambda: _everywhere(gate, lock_idle))
    if config.backup_public:
        _do(found, "retention", lambda: backups.forget_old(config))
    _do(found, "clock", lambda: clock_check.believe(config, at=at))
    return found


def _do(found: Ticked, name: str, job: Callable[[], object]) -> None:
    """Do one job; if it fails the others are done all the same, and the operator is told."""
    try:
        job()
    except (CaseworkError, SQLAlchemyError, OSError):
        log.exception("tick: %s failed", name)
        found.failed.append(name)
    else:
        found.done.append(name)


def _checkpoint(config: Config, gate: Gate) -> None:
    revocation_log_copy.settle(gate)
    checkpoints.write_all(config, gate)
    revocation_log_copy.copy(config)


def _backup_due(config: Config, at: int) -> bool:
    newest = backups.named_at(config)
    return newest is None or not 0 <= at - newest < _BACKUP_EVERY


def _verify_due(gate: Gate, at: int) -> bool:
    """Tell whether no log was verified for a day; what was found then stands in the log, and rings at home."""
    verified = []
    with gate.database.read_only() as session:
        for commune_id in checkpoints.communes(gate):
            crypto = CryptoContext(session, gate.server_keys(commune_id), None, at)
            verified.append(read.last(crypto, Act.AUDIT_VERIFY, commune_id))
    return any(one is None or not 0 <= at - one[0] < _VERIFY_EVERY for one in verified)


def _everywhere(gate: Gate, doing: Action[[], int]) -> None:
    for commune_id in checkpoints.communes(gate):
        gate.perform(Person(Actor(commune_id, None, (Role.SYSTEM,)), commune_id), doing)
