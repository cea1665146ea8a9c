"""Making a whole database beside the one in use and verifying it, as a restore and an upgrade do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from casework import unguarded_database
from casework.config import Config
from casework.errors import VaultError
from casework.gate import Gate, open_gate
from casework.maintenance import row_verification
from casework.maintenance.row_verification import VerifiedCounts
from casework.oversight.actions import verify_all
from casework.vault.keys.kek import Kek


@contextmanager
def new_database(fresh: Config, key: Kek) -> Iterator[Gate]:
    """Open the gate of a database that is being made, with nothing outside to compare; afterwards its WAL is merged."""
    gate = replace(open_gate(fresh, key), evidence=None)
    try:
        yield gate
    finally:
        gate.database.engine.dispose()
    unguarded_database.flush_wal(fresh.database_url)


def verify_everything(gate: Gate, fresh: Config, *, refusal: str) -> VerifiedCounts:
    """Verify every row and every log of a new database; raise VaultError, with `refusal` if a log does not verify."""
    with unguarded_database.snapshot(fresh.database_url) as connection:
        counts = row_verification.verify_all(connection, gate.server_keys)
    verify_logs(gate, refusal=refusal)
    return counts


def verify_logs(gate: Gate, *, refusal: str) -> None:
    """Raise VaultError with the words of `refusal` unless the log of every commune verifies."""
    if not all(verdict.holds for _, verdict in verify_all(gate)):
        raise VaultError(refusal)
