"""Frozen configuration from a TOML file in the data folder; secrets stay in files of their own."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from casework.errors import CaseworkError

_PACKAGE = Path(__file__).resolve().parent


class ConfigurationError(CaseworkError):
    """The installation is not set up as it must be; the message says what to do."""


@dataclass(frozen=True)
class Config:
    """What one installation needs to know before it opens its database."""

    data: Path
    database_url: str
    kek_file: Path
    public_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    idle_minutes: int = 15
    session_hours: int = 9

    def __post_init__(self) -> None:
        """Refuse an idle lock outside the 2 to 15 minutes that the interface promises."""
        if not 2 <= self.idle_minutes <= 15:
            raise ConfigurationError("idle_minutes phải từ 2 đến 15.")


def load(data: Path) -> Config:
    """Read `casework.toml` of a data folder; raise ConfigurationError if it is missing or has an unknown key."""
    path = data / "casework.toml"
    if not path.is_file():
        raise ConfigurationError(f"Không thấy {path}. Hãy chạy `casework demo` trước.")
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {"database_url", "kek_file", "public_url", "demo", "idle_minutes", "session_hours"}
    if unknown := set(settings) - known:
        raise ConfigurationError(f"{path}: không hiểu {', '.join(sorted(unknown))}.")
    kek = data / settings.pop("kek_file", "kek")
    return Config(data=data, kek_file=kek, **settings)


def resource(name: str) -> Path:
    """Find `templates` or `migrations`: inside the installed package, else at the top of the checkout."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise ConfigurationError(f"Bản cài đặt thiếu thư mục {name}.")
