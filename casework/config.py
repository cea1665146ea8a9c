"""Frozen configuration from a TOML file in the data folder; secrets stay in files of their own."""

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

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
            raise ConfigurationError("idle_minutes phải từ 2 đến 15. / idle_minutes must be 2 to 15.")
        if not 1 <= self.session_hours <= 24:
            raise ConfigurationError("session_hours phải từ 1 đến 24. / session_hours must be 1 to 24.")
        if self.proxy_hops not in (0, 1):
            raise ConfigurationError(
                "proxy_hops phải là 0 (không có proxy) hoặc 1 (một proxy trên máy này). / proxy_hops must be 0 (no "
                "proxy) or 1 (one proxy on this machine)."
            )
        if not 1 <= self.story_months <= 240:
            raise ConfigurationError("story_months phải từ 1 đến 240. / story_months must be 1 to 240.")
        for problem in self.mail_problems():
            raise ConfigurationError(problem)


def load(data: Path) -> Config:
    """Read `casework.toml` of a data folder; raise ConfigurationError if it is missing or cannot be used."""
    path = data / SETTINGS
    if (data / UNFINISHED).exists():
        raise ConfigurationError(
            f"{data} là bản lập dở dang: hãy xóa thư mục này rồi chạy lại `casework init`. / {data} was not set up to "
            "the end: remove it, then run `casework init` again."
        )
    if not path.is_file():
        raise ConfigurationError(
            f"Không thấy {path}. Hãy chạy `casework init` (hoặc `casework demo`) trước. / {path} is not there. Run "
            "`casework init` (or `casework demo`) first."
        )
    settings = read_settings(path)
    require_usable(settings, place=path)
    # A key that the system hands over is named by a variable: kek_file = "$CREDENTIALS_DIRECTORY/kek".
    files = {name: data / os.path.expandvars(settings.pop(name, usual)) for name, usual in _FILES.items()}
    settings["checkpoint_public"] = tuple(settings.get("checkpoint_public", ()))
    return Config(data=data, **files, **settings)


def read_settings(path: Path) -> dict[str, Any]:
    """Return what stands in a file of settings, byte order mark or not; raise ConfigurationError for what is no "
    "TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as cause:
        raise ConfigurationError(
            f"{path} không phải UTF-8: mở bằng trình soạn thảo, lưu lại dạng UTF-8. / {path} is not UTF-8: open it in "
            "an editor and save it as UTF-8."
        ) from cause
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        number = int(found[1]) if (found := re.search(r"at line (\d+)", str(cause))) else len(text.splitlines())
        curved = _CURVED.search("".join(text.splitlines()[number - 1 : number]))
        vi, en = _OF_CURVED if curved else _OF_LINE
        raise ConfigurationError(f"{path}, dòng {number}: {vi} / {path}, line {number}: {en}") from cause
    except RecursionError as cause:
        raise ConfigurationError(f"{path}: {_OF_LINE[0]} / {path}: {_OF_LINE[1]}") from cause


_CURVED = re.compile("[\u201c-\u201f\u2018-\u201b\u00ab\u00bb]")
_OF_CURVED = ('dùng dấu ngoặc kép cong; hãy gõ dấu thẳng " như trên bàn phím.', 'curved quotes; type straight ones: ".')
_OF_LINE = (
    'không đọc được; mỗi dòng là tên = giá trị, chữ nằm trong dấu ngoặc kép thẳng "...".',
    'cannot be read; a line is name = value, text in straight quotes "...".',
)


def require_usable(settings: Mapping[str, Any], *, place: object) -> None:
    """Raise ConfigurationError for a setting that nobody knows, or whose value is of another kind than it must be."""
    kinds = get_type_hints(Config)
    del kinds["data"]
    for name in settings:
        if name not in kinds:
            raise ConfigurationError(f"{place}: {_unknown(name, kinds)}")
    if "database_url" not in settings:
        raise ConfigurationError(f"{place}: thiếu database_url. / {place}: database_url is missing.")
    for name, value in settings.items():
        if not _fits(kinds[name], value):
            vi, en = _EXAMPLES[_kind(kinds[name])]
            raise ConfigurationError(f"{place}: {name} {vi.format(name=name)} / {place}: {name} {en.format(name=name)}")
    try:
        known = make_url(settings["database_url"]).get_backend_name() in ("sqlite", "postgresql")
    except (SQLAlchemyError, ValueError):
        known = False
    if not known:
        raise ConfigurationError(
            f"{place}: database_url phải như sqlite:////var/lib/casework/casework.sqlite3 hoặc postgresql://... / "
            f"{place}: database_url must be like sqlite:////var/lib/casework/casework.sqlite3 or postgresql://..."
        )


def _unknown(name: str, kinds: Collection[str]) -> str:
    nearest = next(iter(get_close_matches(name, kinds, n=1, cutoff=0.5)), "")
    vi, en = (
        (f" Có phải là {nearest}?", f" Is it {nearest}?") if nearest else (" Hãy xóa dòng ấy.", " Delete that line.")
    )
    shown = repr(name[:60])
    return f"không có cài đặt nào tên {shown}.{vi} / there is no setting {shown}.{en}"


_EXAMPLES = {
    str: ('phải là chữ trong dấu ngoặc kép, ví dụ {name} = "...".', 'must be text in quotes, as {name} = "...".'),
    int: ("phải là số, không có dấu ngoặc kép, ví dụ {name} = 5.", "must be a number without quotes, as {name} = 5."),
    bool: ("phải là true hoặc false, không có dấu ngoặc kép.", "must be true or false without quotes."),
    tuple: ('phải là danh sách chữ, ví dụ {name} = ["..."].', 'must be a list of texts, as {name} = ["..."].'),
}


def _kind(annotation: Any) -> type:
    """Return what stands in the file: a path is a text there, and several texts are a list."""
    return annotation if annotation in (int, bool) else tuple if get_origin(annotation) is tuple else str


def _fits(annotation: Any, value: object) -> bool:
    kind = _kind(annotation)
    if kind is tuple:
        return isinstance(value, list | tuple) and all(_fits(str, one) for one in value)
    return type(value) is kind and (kind is not str or str(value).isprintable())


def resource(name: str) -> Path:
    """Find `templates` or `migrations`: inside the installed package, else at the top of the checkout."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise ConfigurationError(
        f"Bản cài đặt thiếu thư mục {name}. Hãy cài lại chương trình. / The folder {name} is missing. Install again."
    )
