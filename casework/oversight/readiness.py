"""Readiness (/readyz): the checks of key, database, audit log and disk, answered by a code for each that fails."""

import shutil
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from casework.audit.verify import newest_holds
from casework.config import Config
from casework.errors import CaseworkError
from casework.gate import Gate
from casework.vault.keys import kek
from casework.vault.models import Commune

# An intake is some kilobytes; what is left must also hold the write-ahead log of a night's backup.
FREE_BYTES = 256 * 1024 * 1024


def failing_checks(gate: Gate, config: Config) -> Iterator[str]:
    """Yield a code for each failing check: `kek`, `database`, `audit`, `disk`."""
    try:
        if kek.load(config.kek_file, demo=config.demo) != gate.kek:
            yield "kek"
    except CaseworkError:
        yield "kek"
    try:
        if not _logs_hold(gate):
            yield "audit"
    except (SQLAlchemyError, CaseworkError):
        yield "database"
    if shutil.disk_usage(config.data).free < FREE_BYTES:
        yield "disk"


def _logs_hold(gate: Gate) -> bool:
    """Tell whether the newest line of each commune verifies."""
    with gate.database.read_only() as session:
        communes = session.execute(select(Commune.id)).scalars().all()
        return all(newest_holds(session, gate.server_keys(commune_id)) for commune_id in communes)
