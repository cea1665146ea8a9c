"""Frozen configuration from a TOML file in the data folder; secrets stay in files of their own."""

import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from casework.errors import CaseworkError
from casework.mail.mail_settings import MailSettings

_PACKAGE = Path(__file__).resolve().parent
SETTINGS = "casework.toml"
CALENDAR = "calendar.toml"
# Stands in the folder of an installation as long as it is being set up.
UNFINISHED = "CHUA-XONG"
_FILES = {"kek_file": "kek", "checkpoint_file": "checkpoint-key", "mail_password_file": "mail-password"}


class ConfigurationError(CaseworkError):
    """The installation is not set up as it must be; raised at start and by console commands, which print it and end."""


@dataclass(frozen=True)
class Config(MailSettings):
    """What one installation needs to know before it opens its database.

    `checkpoint_public` are the public halves of the checkpoint keys, the newest first; `backup_public` is the public
    half of the backup key, whose private half is on paper alone. `public_url` is what people type; `proxy_hops` says
    whether a proxy on this machine stands before the program (1) or none (0); `counts_url` opens the database as
    somebody who can read released counts and nothing else. `checkpoint_dir` and `backup_dir` are folders of another
    disk or machine.
    """

    data: Path
    database_url: str
    kek_file: Path
    public_url: str = ""
    proxy_hops: int = 0
    counts_url: str = ""
    demo: bool = False
    idle_minutes: int = 15
    session_hours: int = 9
    story_months: int = 24
    checkpoint_file: Path | None = None
    checkpoint_public: tuple[str, ...] = ()
    backup_public: str = ""
    checkpoint_dir: str = ""
    backup_dir: str = ""

    @property
    def checkpoints_folder(self) -> Path:
        """Return where checkpoints are written: a second place, on another machine or disk, if one is set."""
        return Path(self.checkpoint_dir) if self.checkpoint_dir else self.data / "checkpoints"

    @property
    def backups_folder(self) -> Path:
        return Path(self.backup_dir) if self.backup_dir else self.data / "backups"

    @property
    def revocation_log_file(self) -> Path:
        """Return the revocation log: outside the database, so that no restore takes it back."""
        return self.data / "removals"

    @property
    def watermark_file(self) -> Path:
        """Return how far the logs have come: outside the database, as the revocation log is."""
        return self.data / "watermark"

    @property
    def fault_file(self) -> Path:
        """Return in which communes something did not hold, beside the database for the same reason."""
        return self.data / "faults"

    @property
    def mail_state_file(self) -> Path:
        """Return what became of the mail that was sent, which no backup brings back."""
        return self.data / "mail-state"

    def __post_init__(self) -> None:
        """Raise ConfigurationError for an idle lock outside 2 to 15 minutes, or another value out of its range."""
        if not 2 <= self.idle_minutes <= 15:
            raise ConfigurationError("idle_minutes phải từ 2 đến 15.")
        if self.proxy_hops not in (0, 1):
            raise ConfigurationError("proxy_hops phải là 0 (không có proxy) hoặc 1 (một proxy trên máy này).")
        if not 1 <= self.story_months <= 240:
            raise ConfigurationError("story_months phải từ 1 đến 240.")
        for problem in self.mail_problems():
            raise ConfigurationError(problem)


def load(data: Path) -> Config:
    """Read `casework.toml` of a data folder; raise ConfigurationError if it is missing or has an unknown key."""
    path = data / SETTINGS
    if (data / UNFINISHED).exists():
        raise ConfigurationError(f"{data} là bản lập dở dang: hãy xóa thư mục này rồi chạy lại `casework init`.")
    if not path.is_file():
        raise ConfigurationError(f"Không thấy {path}. Hãy chạy `casework init` (hoặc `casework demo`) trước.")
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {field.name for field in fields(Config)} - {"data"}
    if unknown := set(settings) - known:
        raise ConfigurationError(f"{path}: không hiểu {', '.join(sorted(unknown))}.")
    # A key that the system hands over is named by a variable: kek_file = "$CREDENTIALS_DIRECTORY/kek".
    files = {name: data / os.path.expandvars(settings.pop(name, usual)) for name, usual in _FILES.items()}
    settings["checkpoint_public"] = tuple(settings.get("checkpoint_public", ()))
    return Config(data=data, **files, **settings)


def resource(name: str) -> Path:
    """Find `templates` or `migrations`: inside the installed package, else at the top of the checkout."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise ConfigurationError(f"Bản cài đặt thiếu thư mục {name}.")
