"""Puts right what a crash may have left, before the book is opened: in the ledger of removals and in files."""

from contextlib import suppress

from sqlalchemy import make_url

from casework import bare
from casework.config import Config
from casework.gate import open_gate
from casework.keeping import ledgers
from casework.vault import kek
from casework.vault.shred import shred


def make_ready(config: Config) -> None:
    """Strike what the ledger says of an act that was never committed, and cut off what an erasure left in the log."""
    gate = open_gate(config, kek.load(config.kek_file, demo=config.demo))
    try:
        ledgers.settle(gate)
        shred(gate.database.engine)
    finally:
        gate.database.engine.dispose()


def tidy(config: Config) -> None:
    """Delete what a broken-off restore or upgrade left beside a SQLite file; nobody else may use the folder.

    Rows of cases that are erased later must not outlive them there. On PostgreSQL only the owner role may do it.
    """
    if make_url(config.database_url).get_backend_name() == "sqlite":
        with suppress(OSError):
            bare.tidy(config.database_url)
