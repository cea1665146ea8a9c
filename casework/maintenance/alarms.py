"""The alarms of an installation: no checkpoint, no backup, a clock that jumped, a log, rows or a
calendar that do not hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from casework import clock
from casework.audit import integrity_faults, read
from casework.audit.checkpoint import MISSING_AFTER
from casework.audit.verify import WHOLE, WITH_ROWS
from casework.codelists import working_days
from casework.config import CALENDAR, Config
from casework.gate import Gate
from casework.maintenance import backups, checkpoints, clock_check, evidence_check
from casework.policy.vocabulary import Act
from casework.vault.keys.context import CryptoContext

_FRESH = 60 * clock.MICROSECOND


@dataclass
class Alarms:
    """Remembers for each commune when it was looked up, and the result, for a minute; not what files say."""

    config: Config
    gate: Gate
    _remembered: dict[UUID, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def current(self, commune_id: UUID) -> tuple[str, ...]:
        """Return a word for each thing that is wrong: evidence, checkpoint, backup, clock, log."""
        at = clock.micros()
        remembered = self._remembered.get(commune_id)
        if remembered is None or not 0 <= at - remembered[0] < _FRESH:
            remembered = self._remembered[commune_id] = (at, tuple(self._look(commune_id, at)))
        return tuple(dict.fromkeys((*self._marked(commune_id), *remembered[1])))

    def _marked(self, commune_id: UUID) -> Iterator[str]:
        """Look at the files beside the database, which say at the very next page what an act or a job has found."""
        if evidence_check.rings(self.config):
            yield "evidence"
        if self.gate.evidence is not None and self.gate.evidence.fault_mark.is_set(commune_id):
            yield "rows"
        if working_days.problem(self.config.data / CALENDAR):
            yield "calendar"

    def _look(self, commune_id: UUID, at: int) -> Iterator[str]:
        """Look whether checkpoints or backups are missing, the clock jumped, or the last verification failed."""
        if checkpoints.missing(self.config, commune_id, at=at):
            yield "checkpoint"
        if self.config.backup_public and not _recent(backups.newest_named_at(self.config), at):
            yield "backup"
        if not self.config.demo and clock_check.doubtful(self.config, self.gate, at=at):
            yield "clock"
        with self.gate.database.read_only() as session:
            crypto = CryptoContext(session, self.gate.server_keys(commune_id), None, at)
            last_verification = read.last_outcome(crypto, Act.AUDIT_VERIFY, commune_id)
            unsettled = integrity_faults.unsettled(crypto)
        if last_verification is not None and last_verification[1] not in (WHOLE, WITH_ROWS):
            yield "log"
        if unsettled:
            yield "rows"


def _recent(made: int | None, at: int) -> bool:
    return made is not None and at - made <= MISSING_AFTER
