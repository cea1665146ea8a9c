"""Leaves nothing of what was deleted in the files of the database: pages are zeroed, the write-ahead log truncated."""

import logging

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)
# How long the log waits for readers before it is left as it is.
PATIENCE_MILLISECONDS = 5_000


def request(session: Session) -> None:
    """Note that what this act deletes must not stay in the files of the database once it is committed."""
    session.info["secure_delete"] = True


def truncate_wal(engine: Engine) -> bool:
    """Bring the write-ahead log of SQLite into the database and cut it to nothing; tell whether that was done.

    Deleted cells are zeroed by `secure_delete` already. Readers that will not end keep the log as it is: the next
    erasure and the next start try again. On PostgreSQL the rows are gone for every reader, and VACUUM is the server's.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")
        (busy, *_frames) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        connection.close()
    if busy:
        log.warning("the write-ahead log could not be cut off: somebody is still reading")
    return not busy


def _truncate_after_erasure(session: Session) -> None:
    if session.info.pop("secure_delete", False):
        truncate_wal(session.get_bind().engine)


event.listen(Session, "after_commit", _truncate_after_erasure)
