"""A machine that has nothing: a data folder is made from a backup's file and what was typed from the papers.

Keys and files come first, then the restored database, and `casework.toml` last: until it is there nothing runs in the
folder, and whatever broke off is simply run again. The key that signed before is gone with the old machine, so a new
one is made; the old one stays pinned, for what it has signed, and the log says that the key is another.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from casework import unguarded_database
from casework.administration import server_key_rotation, settings
from casework.administration.installation import installation_facts
from casework.administration.printed_pages import PrintedPage, fingerprints_page
from casework.config import UNFINISHED, Config, ConfigurationError
from casework.errors import CaseworkError, VaultError
from casework.gate import open_gate
from casework.maintenance import backup_fit, carried_files, dump
from casework.maintenance.restore import RestoreOrder
from casework.sealed import Sealed
from casework.vault.crypto import backup_archive, signatures
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek

_DRILL = "drill-papers"
NEW_KEY = "checkpoint: máy mới / a new machine"


@dataclass(frozen=True)
class MachinePlaces:
    """Where things are on the new machine; empty for what the backup says, if that is there."""

    database_url: str = ""
    checkpoints: str = ""


@dataclass(frozen=True)
class Papers(Sealed):
    """What was typed: fingerprint of the signing key, backup key, and KEK (32 bytes, or None if lost or there)."""

    fingerprint: str
    seed: bytes
    kek_secret: bytes | None


def kek_number(file: Path) -> int:
    """Return which KEK a backup belongs to, as its header says."""
    with file.open("rb") as archive:
        return int(max(backup_fit.claimed_header(archive)["kek"]))


def prepare(folder: Path, order: RestoreOrder, papers: Papers, places: MachinePlaces) -> Config:
    """Make a data folder with keys, calendar and revocation log, and return its settings, which are not written yet.

    Raises VaultError or ConfigurationError, before anything is made, for papers or a file that do not fit.
    """
    about = _opened(order.file, papers)
    if (folder / UNFINISHED).exists():
        raise ConfigurationError(
            f"{folder} là bản lập dở dang. Hãy chọn một thư mục trống. / {folder} was not set up to the end. Choose an "
            "empty folder."
        )
    config = _settled(folder, carried_files.settings_of(about), places, order)
    _require_own_backup_key(config, papers)
    _require_free_database(config)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    carried_files.write(folder, about)
    if papers.kek_secret is not None:
        kek.replace(config.kek_file, [Kek(max(about["kek"]), papers.kek_secret)])
    return _with_new_signer(config)


def _opened(file: Path, papers: Papers) -> Mapping[str, Any]:
    """Return what a backup tells about itself, once signed by the key on paper and opened with its sheet."""
    with file.open("rb") as archive:
        header = backup_fit.verified_header(archive, [_key_on_paper(archive, papers.fingerprint)])
        backup_fit.require_sheet(header, papers.seed)
        return dump.first_line(backup_archive.open_archive(archive, papers.seed))


def _key_on_paper(archive: BinaryIO, fingerprint: str) -> bytes:
    """Return the public key whose fingerprint was typed; it must be the one that has signed this file."""
    publics = [signatures.decode_public(text) for text in backup_fit.claimed_header(archive)["publics"]]
    names = [signatures.fingerprint(public) for public in publics]
    if fingerprint == names[0]:
        return publics[0]
    if fingerprint in names:
        raise VaultError(
            "Dấu này là của khóa ký trước đây. Hãy lấy tờ “Dấu của các khóa” mới nhất rồi gõ lại. / This is the "
            "fingerprint of an earlier signing key. Take the newest sheet of fingerprints."
        )
    raise VaultError(
        f"Dấu trên tờ không phải dấu của tệp này ({names[0]}). Hãy so lại từng nhóm; nếu vẫn khác thì tệp này của sổ "
        "khác hoặc đã bị thay: đừng khôi phục, gọi người phụ trách. / The fingerprint on the sheet is not that of this "
        f"file ({names[0]}). Compare each group; if it differs, the file is another book's or was exchanged: do not "
        "restore it, call for help."
    )


def _settled(folder: Path, carried: Mapping[str, Any], places: MachinePlaces, order: RestoreOrder) -> Config:
    """Return the settings on this machine: key files and a SQLite file lie in its own folder."""
    url = _readable_url(places.database_url) or _database_in(folder, str(carried["database_url"]))
    checkpoints = places.checkpoints or _if_there(str(carried["checkpoint_dir"]))
    if not checkpoints and not order.without_revocation_log and not (folder / "checkpoints").is_dir():
        raise ConfigurationError(
            "Không thấy thư mục mốc nhật ký và sổ thu hồi của máy cũ. Hãy gắn đĩa có thư mục ấy rồi chạy lại, thêm "
            "--checkpoints DIR. Nếu đã mất hẳn, thêm --without-removals: những gì rút lại sau bản sao lưu này sẽ mở "
            "lại, phải xem lại bằng tay. / The folder of the old machine's checkpoints and revocation log is not "
            "there. Attach that disk and add --checkpoints DIR; if it is lost for good, add --without-removals, and "
            "look over by hand what opens again."
        )
    own = {"checkpoint_dir": checkpoints, "backup_dir": _if_there(str(carried["backup_dir"])), "database_url": url}
    return Config(
        data=folder,
        kek_file=folder / "kek",
        checkpoint_file=folder / "checkpoint-key",
        **(dict(carried) | own),
    )


def _readable_url(typed: str) -> str:
    """Return the address of a database that was typed, or nothing; raise ConfigurationError for what is none."""
    if not typed:
        return ""
    try:
        known = make_url(typed)
        kind, file = known.get_backend_name(), Path(known.database or "")
    except (SQLAlchemyError, ValueError):
        kind, file = "", Path()
    if kind == "postgresql" or (kind == "sqlite" and file.is_absolute() and file.parent.is_dir()):
        return typed
    raise ConfigurationError(
        "Không hiểu --database-url. Hãy ghi như postgresql:///casework?host=/run/postgresql, hoặc sqlite:/// và đường "
        "dẫn đầy đủ của một tệp trong thư mục đã có. / --database-url must be like "
        "postgresql:///casework?host=/run/postgresql, or sqlite:/// and the full path of a file in a folder that is "
        "there."
    )


def _database_in(folder: Path, carried: str) -> str:
    """Return the address of a SQLite file in the folder; raise ConfigurationError where the old book was on a server.

    A server is never taken from the file: the book would go to whatever machine is written there.
    """
    if make_url(carried).get_backend_name() != "sqlite":
        raise ConfigurationError(
            "Sổ cũ dùng máy chủ cơ sở dữ liệu. Hãy lập một cơ sở dữ liệu trống rồi chạy lại, thêm --database-url của "
            "nó. / The old book was on a database server. Make an empty database and add its --database-url."
        )
    return f"sqlite:///{folder / 'casework.sqlite3'}"


def _require_own_backup_key(config: Config, papers: Papers) -> None:
    """Raise VaultError if later backups would be sealed to another key than the sheet that was typed."""
    if config.backup_public != signatures.encode_public(public_key(papers.seed)):
        raise VaultError(
            "Cài đặt trong tệp này niêm phong cho một khóa sao lưu khác tờ vừa gõ, nên không dùng được. Đừng khôi "
            "phục, gọi người phụ trách. / The settings in this file seal to another backup key than the sheet that was "
            "typed. Do not restore it, call for help."
        )


def _if_there(place: str) -> str:
    return place if place and Path(place).is_dir() and os.access(place, os.W_OK | os.X_OK) else ""


def _require_free_database(config: Config) -> None:
    """Raise ConfigurationError for a database elsewhere that holds a book, unless this restore was broken off."""
    if (config.data / "checkpoint-key").exists():
        return
    if not unguarded_database.is_empty(config.database_url):
        raise ConfigurationError(
            "Cơ sở dữ liệu này đã có một sổ, nên không đụng đến. Hãy lập một cơ sở dữ liệu trống rồi ghi "
            "--database-url của nó. / This database holds a book already, which is left alone. Make an empty one "
            "and give its --database-url."
        )


def _with_new_signer(config: Config) -> Config:
    """Pin a new signing key before those of the old machine; one that a broken-off attempt has made is used again."""
    file = config.data / "checkpoint-key"
    signer = signatures.load(file) if file.exists() else signatures.create(file)
    return replace(config, checkpoint_public=(signatures.encode_public(signer.public), *config.checkpoint_public))


def replaced_fingerprints(config: Config) -> PrintedPage:
    """Return the sheet with the fingerprints of the new machine, which replaces the one before in every safe."""
    return fingerprints_page(installation_facts(config), kek.load(config.kek_file, demo=False))


def finish(config: Config, *, database_url: str) -> None:
    """Say in every log that the signing key is a new one, and write `casework.toml`: from now on the folder runs.

    `database_url` is what the service uses; the settings given may be those of the role that owns the tables.
    """
    gate = open_gate(config, kek.load(config.kek_file, demo=False))
    try:
        server_key_rotation.note_in_logs(gate, NEW_KEY)
    finally:
        gate.database.engine.dispose()
    settings.write(replace(config, database_url=database_url))


@contextmanager
def forgetting_key(config: Config, papers: Papers) -> Iterator[None]:
    """Let a KEK that was typed not stay in the folder if the restore is refused, so that it is asked again."""
    try:
        yield
    except CaseworkError:
        if papers.kek_secret is not None:
            config.kek_file.unlink(missing_ok=True)
        raise


@contextmanager
def empty_folder(parent: Path) -> Iterator[Path]:
    """Yield an empty folder for a drill, which knows nothing of this machine, and leave nothing of it behind."""
    folder = parent / _DRILL
    shutil.rmtree(folder, ignore_errors=True)
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
