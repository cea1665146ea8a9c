"""What an error of the database says: its kind and names of the schema, never a value of a row.

PostgreSQL repeats in its messages what was to be written, as in "Key (username)=(...) already exists", and SQLite what
it could not read. Both would reach logs and tracebacks, by the error itself and by each that it causes.
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ExceptionContext

from casework.errors import CaseworkError

# Messages of SQLite that hold names of the schema alone; of any other its kind is told.
_NAMES_ALONE = re.compile(
    r"(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(: \w+(\.\w+)?(, \w+\.\w+)*)?"
    r"|no such (table|column): \w+(\.\w+){0,2}|table \w+ has no column named \w+"
    r"|database( table| schema)? is locked(: \w+)?|database or disk is full|disk I/O error"
    r"|cannot (INSERT into|UPDATE) generated column \"\w+\"|unable to open database file"
    r"|attempt to write a readonly database"
)
_LOCKED_SQLITE = re.compile(r"database( table| schema)? is locked.*")
_NOT_THERE_SQLITE = re.compile(
    r"no such (table|column): .*|table \w+ has no column .*|cannot \w+ .*generated column .*"
)
# lock_not_available, serialization_failure, deadlock_detected
_LOCKED = frozenset({"55P03", "40001", "40P01"})
# undefined_table, undefined_column, invalid_schema_name; where a column is of another type undefined_function and
# datatype_mismatch
_NOT_THERE = frozenset({"42P01", "42703", "3F000", "42883", "42804"})
# Rules that no schema of ours has: generated_always, check_violation, exclusion_violation.
_NOT_OURS = frozenset({"428C9", "23514", "23P01"})
_NOT_OURS_SQLITE = ("SQLITE_CONSTRAINT_CHECK",)
# What stands in the files no more: data_corrupted, index_corrupted; and a disk that no longer gives what it holds.
_DAMAGED = frozenset({"XX001", "XX002"})
_DAMAGED_SQLITE = (
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_IOERR_READ",
    "SQLITE_IOERR_SHORT_READ",
    "SQLITE_IOERR_CORRUPTFS",
    "SQLITE_IOERR_DATA",
)
_FORBIDDEN = "42501"


def without_values(context: ExceptionContext) -> None:
    """Take the values out of an error before anybody catches it: a listener of an engine's `handle_error`."""
    cause, wrapper = context.original_exception, context.sqlalchemy_exception
    if isinstance(cause, CaseworkError):
        return
    if _is_of_driver(cause):
        cause.args = (said(cause),)
    if wrapper is not None:
        wrapper.args = (f"({type(cause).__module__}.{type(cause).__name__}) {said(cause)}",)


def said(cause: BaseException) -> str:
    """Return what may be said of an error: words only where they hold names of the schema alone."""
    if _NAMES_ALONE.fullmatch(str(cause)):
        return str(cause)
    # Whoever cannot connect is told by libpq to which server and as whom; nothing was sent yet.
    connecting = type(cause).__module__.startswith("psycopg") and type(cause).__name__ == "OperationalError"
    found = " ".join(f"{name}={value}" for name, value in names(cause).items())
    return found or (str(cause) if connecting else "")


def names(error: BaseException | None) -> dict[str, str]:
    """Return `code`, `table` and `constraint` of the first error of the database behind another, as far as known."""
    for cause in _chain(error):
        if code := getattr(cause, "sqlstate", None):
            diagnosis: Any = cause.diag  # type: ignore[attr-defined]
            found = {"code": code, "table": diagnosis.table_name, "constraint": diagnosis.constraint_name}
            return {name: str(value) for name, value in found.items() if value}
        if code := getattr(cause, "sqlite_errorname", None):
            words = _NAMES_ALONE.fullmatch(str(cause))
            table = str(cause).partition(": ")[2] if words else ""
            return {"code": str(code)} | ({"table": table} if table else {})
    return {}


def is_locked(cause: Any) -> bool:
    """Tell whether a statement failed because somebody else was writing."""
    return _is_one_of(cause, _LOCKED, _LOCKED_SQLITE)


def is_not_there(cause: Any) -> bool:
    """Tell whether a statement met another schema than ours: what is missing, of another type, or under other rules."""
    refused = getattr(cause, "sqlite_errorname", "").startswith(_NOT_OURS_SQLITE)
    return refused or _is_one_of(cause, _NOT_THERE | _NOT_OURS, _NOT_THERE_SQLITE)


def is_damaged(cause: Any) -> bool:
    """Tell whether a statement failed because the files of the database do not hold what they held."""
    code = getattr(cause, "sqlite_errorname", "")
    return code.startswith(_DAMAGED_SQLITE) or getattr(cause, "sqlstate", None) in _DAMAGED


def is_forbidden(cause: Any) -> bool:
    """Tell whether the role of the connection lacks a right; SQLite has none."""
    return getattr(cause, "sqlstate", None) == _FORBIDDEN


def _is_one_of(cause: Any, states: frozenset[str], words: re.Pattern[str]) -> bool:
    return cause.sqlstate in states if hasattr(cause, "sqlstate") else words.fullmatch(str(cause)) is not None


def _is_of_driver(cause: BaseException) -> bool:
    return type(cause).__module__.partition(".")[0] in ("psycopg", "sqlite3")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what it was raised from, and so on; SQLAlchemy's own name the driver's as `orig`."""
    while error is not None:
        yield error
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
