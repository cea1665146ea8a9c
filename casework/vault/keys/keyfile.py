"""Reads files that hold a secret: nobody but their owner may be able to."""

import os
import stat
from pathlib import Path

from casework.errors import VaultError

_NOT_MINE, _OTHERS = 0o077, 0o037


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
