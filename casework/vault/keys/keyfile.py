"""Reads files that hold a secret: nobody but their owner may be able to."""

import os
import stat
from pathlib import Path

from casework.errors import VaultError

_GROUP_AND_OTHERS, _OTHERS_AND_GROUP_WRITE = 0o077, 0o037


def read(path: Path) -> str:
    """Read a file of secrets; raise VaultError if it cannot be read, or if others may read it."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
    except (OSError, ValueError) as cause:
        raise VaultError(
            f"Không đọc được tệp khóa {path}. Chạy bằng casework-as-service, hoặc xem đường dẫn và quyền. / The key "
            f"file {path} cannot be read. Run it by casework-as-service, or look at path and mode."
        ) from cause
    if stat.S_IMODE(mode) & (_OTHERS_AND_GROUP_WRITE if _is_credential(path) else _GROUP_AND_OTHERS):
        raise VaultError(
            f"Tệp khóa {path} để người khác đọc được: chạy chmod 600. / Others may read the key file {path}: chmod 600."
        )
    return text


def _is_credential(path: Path) -> bool:
    """Tell whether systemd passed the file to this service alone (LoadCredential=); its ACL shows as group-readable."""
    return os.environ.get("CREDENTIALS_DIRECTORY") == str(path.parent)
