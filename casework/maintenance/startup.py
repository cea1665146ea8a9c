"""Before a database is opened: its schema is the one of this program, and what a crash may have left is repaired."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from casework import grants, schema, unguarded_database
from casework.codelists import overrides, working_days
from casework.config import CALENDAR, Config, ConfigurationError
from casework.db import Base
from casework.gate import Gate, open_gate
from casework.maintenance import evidence_check
from casework.secure_delete import truncate_wal
from casework.vault.keys import kek


def read_local_files(config: Config) -> None:
    """Read what the office wrote for the program into its data folder; raise BadLocalFile where a file is wrong."""
    overrides.activate(config.data / overrides.FOLDER, remember=True)
    working_days.follow(config.data / CALENDAR)


def make_ready(config: Config) -> None:
    """Compare the database with the evidence outside it, and truncate the WAL with what was erased.

    Raises LogRolledBack for a log that was put back; a revocation that a crash stopped is void.
    """
    gate = open_gate(config, kek.load(config.kek_file, demo=config.demo))
    try:
        evidence_check.require_agreement(gate)
        truncate_wal(gate.database.engine)
    finally:
        gate.database.engine.dispose()


def leave_whole(gate: Gate) -> None:
    """Bring the write-ahead log into the SQLite file when the program stops, so that the one file is the whole book."""
    gate.database.engine.dispose()
    with suppress(SQLAlchemyError):
        truncate_wal(gate.database.engine)
    gate.database.engine.dispose()


def tidy(config: Config) -> None:
    """Delete what an interrupted restore or upgrade left beside a SQLite file; nobody else may use the folder.

    Rows of cases that are erased later must not outlive them there. On PostgreSQL only the owner role may do it.
    """
    if make_url(config.database_url).get_backend_name() == "sqlite":
        with suppress(OSError):
            unguarded_database.remove_leftovers(config.database_url)


def require_current_schema(url: str) -> None:
    """Raise ConfigurationError unless a database is at the schema revision of this program, MissingGrants if closed."""
    current, needed = revision(url), schema.newest()
    if current == needed:
        with unguarded_database.snapshot(url) as connection:
            grants.require(connection, Base.metadata.tables)
        return
    if schema.can_upgrade(current):
        raise ConfigurationError(
            f"Cơ sở dữ liệu ở bản {current}, chương trình cần bản {needed}. Sổ chưa mở, không có gì bị thay đổi. Hãy "
            f"chạy: casework upgrade. / The database is at {current}, the program needs {needed}. Nothing has changed. "
            "Run: casework upgrade."
        )
    raise ConfigurationError(
        f"Cơ sở dữ liệu ở bản {current or 'trống'}, chương trình này chỉ biết đến bản {needed}. Không có gì bị thay "
        f"đổi: hãy dùng bản chương trình mới hơn. / The database is at {current or 'none'}, this program knows "
        f"{needed}. Nothing has changed: use a newer program."
    )


def revision(url: str) -> str:
    """Return the schema revision of a database; raise ConfigurationError if its SQLite file is missing.

    Raises MissingGrants if the role may not read it: that is no empty database.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).is_file():
        raise ConfigurationError(
            f"Không thấy cơ sở dữ liệu {parsed.database}. Xem database_url và đĩa đã gắn chưa. / There is no database "
            f"{parsed.database}. Look at database_url, and whether the disk is attached."
        )
    with unguarded_database.snapshot(url) as connection:
        grants.require(connection, [schema.REVISION_TABLE])
        return schema.revision_of(connection)
