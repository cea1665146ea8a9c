"""Readiness (/readyz): the checks of key, database, audit log and disk, answered by a code for each that fails."""

import shutil
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from casework.audit import freshness
from casework.audit.outside_evidence import stands
from casework.audit.verify import newest_holds
from casework.config import Config
from casework.errors import CaseworkError, LogRolledBack
from casework.gate import Gate
from casework.vault.keys import kek
from casework.vault.models import Head

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
    except LogRolledBack:
        yield "audit"
    except (SQLAlchemyError, CaseworkError):
        yield "database"
    if shutil.disk_usage(config.data).free < FREE_BYTES:
        yield "disk"


def _logs_hold(gate: Gate) -> bool:
    """Tell whether the newest line of each commune verifies, and stands no lower than the watermark beside it."""
    with gate.database.read_only() as session:
        communes = freshness.commune_ids(session)
        known = session.execute(select(Head.commune_id).distinct()).scalars().all()
    return set(communes) >= set(known) and all(_log_holds(gate, commune_id) for commune_id in communes)


def _log_holds(gate: Gate, commune_id: UUID) -> bool:
    server_keys = gate.server_keys(commune_id)
    # Read first: an act that ends meanwhile takes the watermark past what the snapshot shows.
    highest = gate.evidence.watermark.highest(server_keys) if gate.evidence else None
    with gate.database.read_only() as session:
        return newest_holds(session, server_keys) and (highest is None or stands(session, commune_id, highest))
