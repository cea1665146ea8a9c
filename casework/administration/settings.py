"""The settings file of an installation: written once by `init`, its pinned keys changed by `rotate-keys` alone."""

import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import tomli_w

from casework import files
from casework.config import SETTINGS, Config
from casework.vault.crypto import signatures

_WORDS = "# Cài đặt của Sổ ca. Không có bí mật nào trong tệp này; khóa nằm trong tệp riêng.\n"


def write(config: Config) -> None:
    """Write the settings of a new data folder: those that `init` asks, and any other that is not as usual."""
    values = {
        "database_url": config.database_url,
        "kek_file": _written(config, config.kek_file),
        "checkpoint_file": _written(config, config.checkpoint_file),
        "checkpoint_dir": config.checkpoint_dir,
        "backup_dir": config.backup_dir,
        "public_url": config.public_url,
        "idle_minutes": config.idle_minutes,
        "checkpoint_public": config.checkpoint_public,
        "backup_public": config.backup_public,
    }
    for field in fields(Config):
        if field.name not in (*values, "data", "mail_password_file") and getattr(config, field.name) != field.default:
            values[field.name] = getattr(config, field.name)
    files.write_new(config.data / SETTINGS, _WORDS + tomli_w.dumps(values))


def _written(config: Config, file: Path | None) -> str:
    """Return a file of the data folder by its name, so that the folder can be moved, and any other by its path."""
    if file is None:
        return ""
    return file.name if file.parent == config.data else str(file)


def pin_checkpoint(config: Config, public: bytes) -> None:
    """Put a new public key before those of earlier checkpoint keys, which still verify what they have signed."""
    _replace_setting(config, "checkpoint_public", [signatures.encode_public(public), *config.checkpoint_public])


def pin_backup(config: Config, public: bytes) -> None:
    """Encrypt backups to another key from now on."""
    _replace_setting(config, "backup_public", signatures.encode_public(public))


def _replace_setting(config: Config, name: str, value: str | Sequence[str]) -> None:
    """Replace one setting of the file, on one line or several, and leave what people wrote beside it."""
    path = config.data / SETTINGS
    before, setting = path.read_text(encoding="utf-8-sig"), tomli_w.dumps({name: value})
    after, count = re.subn(rf"(?m)^{name} *= *(?:\[[^\]]*\].*|.*)\n?", lambda _: setting, before, count=1)
    files.replace(path, after if count else before + setting)
