"""The settings file of an installation: written once by `init`, its pinned keys changed by `rotate-keys` alone."""

import re
from collections.abc import Sequence

from casework import files
from casework.config import SETTINGS, Config
from casework.vault import signing

_WORDS = "# Cài đặt của Sổ ca. Không có bí mật nào trong tệp này; khóa nằm trong tệp riêng.\n"


def write(config: Config) -> None:
    """Write the settings of a new installation."""
    lines = (
        f"database_url = {_quoted(config.database_url)}",
        f"kek_file = {_quoted(config.kek_file.name)}",
        f"public_url = {_quoted(config.public_url)}",
        f"idle_minutes = {config.idle_minutes}",
        _publics(config.checkpoint_public),
        _backup(config.backup_public),
    )
    files.write_new(config.data / SETTINGS, _WORDS + "\n".join(lines) + "\n")


def pin_checkpoint(config: Config, public: bytes) -> None:
    """Put a new public key before those of earlier checkpoint keys, which still verify what they have signed."""
    _put(config, "checkpoint_public", _publics((signing.pinned(public), *config.checkpoint_public)))


def pin_backup(config: Config, public: bytes) -> None:
    """Seal backups to another key from now on."""
    _put(config, "backup_public", _backup(signing.pinned(public)))


def _put(config: Config, name: str, line: str) -> None:
    """Change one line of the file and leave what people wrote beside it."""
    path = config.data / SETTINGS
    before = path.read_text(encoding="utf-8")
    after, found = re.subn(rf"(?m)^{name} *=.*$", lambda _: line, before, count=1)
    files.replace(path, after if found else f"{before}{line}\n")


def _publics(publics: Sequence[str]) -> str:
    return f"checkpoint_public = [{', '.join(map(_quoted, publics))}]"


def _backup(public: str) -> str:
    return f"backup_public = {_quoted(public)}"


def _quoted(text: str) -> str:
    """Write a string of TOML; what is written here has no quotation mark, backslash or control character."""
    if re.search(r'["\\\x00-\x1f\x7f]', text):
        raise ValueError(text)
    return f'"{text}"'
