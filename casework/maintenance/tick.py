"""The periodic jobs: checkpoints, backups, verification, expiry, idle accounts; they never erase a case.

Each run compares the small tables and the newest lines of the log; once a day every row and the whole log.
Nothing is signed and no backup is deleted while the database differs from the evidence outside it. With a clock that
cannot be trusted nothing expires or is deleted until a person has confirmed it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from casework import clock
from casework.audit import read
from casework.audit.checkpoint import CheckpointStore
from casework.codelists import working_days
from casework.config import CALENDAR, Config
from casework.errors import CaseworkError
from casework.gate import Action, Gate
from casework.maintenance import (
    backups,
    checkpoints,
    clock_check,
    evidence_check,
    mail_reminders,
    release_copies,
    revocation_log_copy,
    row_comparison,
)
from casework.maintenance.idle_accounts import lock_idle_accounts
from casework.maintenance.system_actors import commune_ids, system_of
from casework.oversight.actions import verify_all
from casework.policy.vocabulary import Act
from casework.referrals.sending_actions import expire
from casework.secure_delete import truncate_wal
from casework.vault.keys.context import CryptoContext

HOUR = 3600 * clock.MICROSECOND
_BACKUP_EVERY = 23 * HOUR
_VERIFY_EVERY = 23 * HOUR
_LOCK_FILE = "tick.lock"
log = logging.getLogger(__name__)


@dataclass
class TickReport:
    """The names of the jobs that were done and of those that failed, and whether the clock is in doubt.

    `foreign` are the names of files in the folders of backups and checkpoints that the program did not write.
    """

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    doubtful: bool = False
    foreign: list[str] = field(default_factory=list)


def tick(config: Config, gate: Gate) -> TickReport | None:
    """Run the jobs that are due; None if another run is under way."""
    try:
        with alone(config, seconds=0):
            working_days.refresh(config.data / CALENDAR)
            return _run_due(config, gate)
    except Timeout:
        return None


@contextmanager
def alone(config: Config, *, seconds: float) -> Iterator[None]:
    """Run while no round of jobs does; raise Timeout if one is still under way after so many seconds."""
    with FileLock(config.data / _LOCK_FILE, mode=0o600).acquire(timeout=seconds):
        yield


def due(config: Config) -> bool:
    """Tell whether an hour has passed since the last complete run."""
    ago = clock_check.since_trusted(config, at=clock.micros())
    return ago is None or not 0 <= ago < HOUR


def _run_due(config: Config, gate: Gate) -> TickReport:
    at, report = clock.micros(), TickReport(foreign=_foreign(config, gate))
    report.doubtful = clock_check.doubtful(config, gate, at=at)
    agrees = _run_job(report, "evidence", lambda: evidence_check.require_all(config, gate))
    if agrees and checkpoints.configured(config):
        _run_job(report, "checkpoint", lambda: _write_checkpoints(config, gate))
    if agrees and config.backup_public and _backup_due(config, at):
        _run_job(report, "backup", lambda: backups.make(config, gate))
    if _verify_due(gate, at):
        _run_job(report, "verify", lambda: verify_all(gate))
        _run_job(report, "rows", lambda: row_comparison.compare_all(config, gate))
    else:
        _run_job(report, "rows", lambda: row_comparison.compare_quickly(config, gate))
    _run_job(report, "write-ahead log", lambda: truncate_wal(gate.database.engine))
    if report.doubtful:
        return report
    _run_job(report, "expiry", lambda: _in_every_commune(gate, expire))
    # Most of the demo's people did what they did long ago, and every printed card must let its holder in.
    if not config.demo:
        _run_job(report, "idle", lambda: _in_every_commune(gate, lock_idle_accounts))
    if agrees and config.backup_public:
        _run_job(report, "retention", lambda: backups.delete_expired(config))
    _run_job(report, "clock", lambda: clock_check.trust(config, at=at))
    # The last: nothing else waits for a mail server that hangs.
    if config.mail_host:
        _run_job(report, "mail", lambda: mail_reminders.remind(config, gate))
    return report


def _foreign(config: Config, gate: Gate) -> list[str]:
    """Return the names of files that are none of ours where backups and checkpoints lie; they are passed over."""
    stores = [CheckpointStore.of(config.checkpoints_folder, commune_id) for commune_id in commune_ids(gate)]
    return [*backups.list_foreign(config), *(name for store in stores for name in store.foreign())]


def _run_job(report: TickReport, name: str, job: Callable[[], object]) -> bool:
    """Run one job and tell whether it succeeded; if not, the report names it and most others are run all the same."""
    try:
        job()
    except (CaseworkError, SQLAlchemyError, OSError):
        log.exception("tick: %s failed", name)
        report.failed.append(name)
        return False
    report.done.append(name)
    return True


def _write_checkpoints(config: Config, gate: Gate) -> None:
    checkpoints.write_all(config, gate)
    revocation_log_copy.copy(config)
    release_copies.write_all(config, gate)


def _backup_due(config: Config, at: int) -> bool:
    newest = backups.newest_named_at(config)
    return newest is None or not 0 <= at - newest < _BACKUP_EVERY


def _verify_due(gate: Gate, at: int) -> bool:
    """Tell whether some log was not verified for a day; the result stands in the log, and alarms read it there."""
    last = []
    with gate.database.read_only() as session:
        for commune_id in commune_ids(gate):
            crypto = CryptoContext(session, gate.server_keys(commune_id), None, at)
            last.append(read.last_outcome(crypto, Act.AUDIT_VERIFY, commune_id))
    return any(entry is None or not 0 <= at - entry[0] < _VERIFY_EVERY for entry in last)


def _in_every_commune(gate: Gate, act: Action[[], int]) -> None:
    for commune_id in commune_ids(gate):
        gate.perform(system_of(commune_id), act)
