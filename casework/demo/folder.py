"""The data folder of the demo, marked with a file DEMO; no other folder is ever touched."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

import tomli_w
from sqlalchemy.schema import CreateTable

from casework import files
from casework.config import CALENDAR, Config, ConfigurationError, load, read_settings
from casework.db import Base

MARK = "DEMO"
_DATABASE = "casework.sqlite3"
_KEK = "kek"
_SETTINGS = "casework.toml"
ACCOUNTS = "accounts.json"
_SCHEMA_DIGEST = "shape"
# Everything that the demo itself writes; nothing else is ever removed.
_DEMO_FILES = (
    MARK,
    _SETTINGS,
    _KEK,
    ACCOUNTS,
    _SCHEMA_DIGEST,
    _DATABASE,
    f"{_DATABASE}-wal",
    f"{_DATABASE}-shm",
    "removals",
    "watermark",
    "differences",
    "faults",
    CALENDAR,
)
_WORDS = "Thư mục này là bản dùng thử của Sổ ca: mọi người, mọi vụ việc trong đó đều là hư cấu.\n"


def default_folder() -> Path:
    """Return the default folder: in the user's cache, or a temporary folder of their own."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    if _may_write(cache):
        return cache / "casework-demo"
    return Path(tempfile.gettempdir()) / f"casework-demo-{os.getuid()}"


def _may_write(folder: Path) -> bool:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def claim(folder: Path) -> None:
    """Make the folder and mark it; raise ConfigurationError for one with other contents or another owner."""
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(
            f"{folder} không phải là thư mục. Hãy chọn thư mục khác: --data DIR. / {folder} is no folder. Choose "
            "another one: --data DIR."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ConfigurationError(
            f"Thư mục {folder} là của người khác. Hãy chọn thư mục khác: --data DIR. / {folder} is somebody else's. "
            "Choose another one: --data DIR."
        )
    if any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ConfigurationError(
            f"Thư mục {folder} đã có dữ liệu và không phải bản dùng thử, nên không đụng đến. "
            f"Hãy chọn một thư mục trống: --data DIR. / {folder} holds something that is no demo. Choose an empty "
            "folder."
        )
    (folder / MARK).write_text(_WORDS, encoding="utf-8")


def is_complete(folder: Path) -> bool:
    """Tell whether a demo with this program's tables was built here completely; the digest is written last."""
    present = all((folder / name).is_file() for name in (MARK, ACCOUNTS, _DATABASE, _KEK, _SCHEMA_DIGEST))
    return present and (folder / _SCHEMA_DIGEST).read_text(encoding="ascii") == schema_digest()


def finish(folder: Path) -> None:
    """Note that the demo is built, and for which tables: one with other tables is built again."""
    (folder / _SCHEMA_DIGEST).write_text(schema_digest(), encoding="ascii")


def schema_digest() -> str:
    """Return the SHA-256 of all tables of this program, in hexadecimal digits."""
    tables = sorted(str(CreateTable(table)) for table in Base.metadata.tables.values())
    return sha256("".join(tables).encode()).hexdigest()


def clear(folder: Path) -> None:
    """Delete what a demo wrote here, as after an interrupted build; the settings stay, people write into them."""
    for name in _DEMO_FILES:
        if name not in (MARK, _SETTINGS):
            (folder / name).unlink(missing_ok=True)


def configure(folder: Path, *, port: int) -> Config:
    """Write the settings of a demo on a port of this machine, keep what else somebody wrote there, and return them."""
    path = folder / _SETTINGS
    own = {
        "database_url": f"sqlite:///{folder / _DATABASE}",
        "kek_file": _KEK,
        "public_url": f"http://127.0.0.1:{port}",
        "demo": True,
    }
    written = read_settings(path) if path.exists() else {}
    if written | own != written:
        files.replace(path, tomli_w.dumps(written | own))
    return load(folder)
