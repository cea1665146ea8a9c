"""Of which version the program is, and what it runs on."""

import platform
import sqlite3
from dataclasses import asdict, dataclass
from importlib.metadata import version

from casework import __version__, schema


@dataclass(frozen=True)
class Versions:
    """Versions of the program, of its tables (schema revision), of Python, SQLite and the library of cryptography."""

    casework: str
    schema: str
    python: str
    sqlite: str
    cryptography: str


def current() -> Versions:
    return Versions(
        __version__, schema.newest(), platform.python_version(), sqlite3.sqlite_version, version("cryptography")
    )


def in_words() -> str:
    """Return one line for `--version`, the same in both languages."""
    return ", ".join(f"{name} {number}" for name, number in asdict(current()).items())
