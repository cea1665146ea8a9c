"""Leaves nothing of what was deleted in the files of the database: pages are zeroed, the write-ahead log truncated."""

import logging

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from casework.engine import PATIENCE_SECONDS

log = logging.getLogger(__name__)
# How many milliseconds the log waits for readers before it is left as it is: an erasure may take its time, whoever
# signs out or takes something away goes on at once.
PATIENCE, SHORT_PATIENCE = 5_000, 100


def request(session: Session, *, patiently: bool = False) -> None:
    """Note that what this act deletes must not stay in the files of the database once it is committed."""
    session.info["secure_delete"] = patiently or session.info.get("secure_delete", False)


def truncate_wal(engine: Engine, *, patiently: bool = True) -> bool:
    """Bring the write-ahead log of SQLite into the database and cut it to nothing; tell whether that was done.

    Deleted cells are zeroed by `secure_delete` already. Readers that will not end keep the log as it is: the next act
    that takes something away, the next tick and the next start try again. On PostgreSQL the rows are gone for every
    reader, and VACUUM is the server's.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE if patiently else SHORT_PATIENCE}")
        (busy, *_frames) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        # The connection goes back to the pool: whoever gets it next waits for a writer as long as everybody.
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000:.0f}")
        cursor.close()
    finally:
        connection.close()
    if busy:
        log.warning("the write-ahead log could not be cut off: somebody is still reading")
    return not busy


def _truncate_after_commit(session: Session) -> None:
    if "secure_delete" in session.info:
        truncate_wal(session.get_bind().engine, patiently=session.info.pop("secure_delete"))


event.listen(Session, "after_commit", _truncate_after_commit)
