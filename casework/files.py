"""Atomic file writes: a reader, or a power cut, finds the old file or the new one and nothing between."""

import os
from collections.abc import Iterable
from pathlib import Path

# The name ends so until everything is on the disk.
UNFINISHED = ".unfinished"
_PRIVATE = 0o600


def write_new(path: Path, text: str) -> None:
    """Write a new file that only its owner reads; an existing one is never written over (FileExistsError)."""
    _write(path, [text.encode()])
    flush_folder(path.parent)


def replace(path: Path, content: str | Iterable[bytes]) -> None:
    """Write or replace a file of mode 0600 atomically (temporary file, fsync, rename).

    Of a symbolic link the target is replaced. If root replaces somebody's file, it stays theirs.
    """
    path = path.resolve()
    unfinished = path.with_name(path.name + UNFINISHED)
    unfinished.unlink(missing_ok=True)
    try:
        _write(unfinished, [content.encode()] if isinstance(content, str) else content)
        if os.geteuid() == 0 and path.exists():
            os.chown(unfinished, path.stat().st_uid, path.stat().st_gid)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def _write(path: Path, parts: Iterable[bytes]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Flush a folder, so that a new name in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
