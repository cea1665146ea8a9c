"""Files that hold a secret: mode 0600, written whole and flushed to the disk before anybody relies on them."""

import os
import stat
from pathlib import Path

from casework.errors import VaultError

_PRIVATE = 0o600
_NOT_MINE, _OTHERS = 0o077, 0o037


def write_new(path: Path, text: str) -> None:
    """Write a new file that only its owner reads; an existing one is never written over (FileExistsError)."""
    _written(path, text)
    flush_folder(path.parent)


def replace(path: Path, text: str) -> None:
    """Put a new text in the place of the old one, at once or not at all; the file keeps its owner."""
    path = path.resolve()
    owner, fresh = path.stat(), path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    _written(fresh, text)
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)
    flush_folder(path.parent)


def read(path: Path) -> str:
    """Read a file of secrets; raise VaultError if it cannot be read, or if others may read it."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
    except (OSError, ValueError) as cause:
        raise VaultError(f"Không đọc được tệp khóa {path}.") from cause
    if stat.S_IMODE(mode) & (_OTHERS if _handed_over(path) else _NOT_MINE):
        raise VaultError(f"Tệp khóa {path} để người khác đọc được: chạy chmod 600.")
    return text


def _handed_over(path: Path) -> bool:
    """Tell whether systemd gave the file to this service alone: its access list shows as a group that may read."""
    return os.environ.get("CREDENTIALS_DIRECTORY") == str(path.parent)


def _written(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make a new name in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
