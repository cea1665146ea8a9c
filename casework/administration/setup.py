"""Sets up an installation in an empty folder: keys, database, commune, agencies, first members, printed pages."""

from dataclasses import dataclass
from pathlib import Path

from casework import files, unguarded_database
from casework.administration import commune_founding, printed_pages, server_key_rotation, settings, setup_draft
from casework.administration.installation import Installation
from casework.administration.printed_pages import InstallationFacts, PrintedPage
from casework.administration.setup_answers import SetupAnswers
from casework.codelists import office_calendar
from casework.codelists.office_calendar import OwnCalendar
from casework.config import CALENDAR, UNFINISHED, Config, ConfigurationError
from casework.db import upgrade
from casework.gate import open_gate
from casework.maintenance import checkpoints
from casework.maintenance.system_actors import console_of
from casework.sealed import Sealed
from casework.vault.crypto import signatures
from casework.vault.keys import kek

_FIRST_KEY = 1
_WORDS = "Bản lập dở dang của Sổ ca: chưa có gì dùng được. Xóa cả thư mục này rồi chạy lại `casework init`.\n"


UNUSED = (
    "Chưa lập xong: hủy các tờ vừa in, xóa thư mục {folder} và các khóa mới trong thư mục khóa (nếu để nơi khác), rồi "
    "chạy lại. / Not set up: destroy the sheets just printed, remove the folder and run it again."
)


@dataclass(frozen=True)
class NewInstallation(Sealed):
    """A new installation, what its pages say about it, and the private half of its backup key."""

    facts: InstallationFacts
    installation: Installation
    backup_seed: bytes


def require_empty(folder: Path) -> None:
    """Raise ConfigurationError for a folder that holds anything."""
    if (folder / UNFINISHED).exists():
        raise ConfigurationError(
            f"{folder} là bản lập dở dang. Hãy xóa thư mục này rồi chạy lại. / {folder} was not set up to its end. "
            "Remove this folder and run it again."
        )
    if folder.exists() and (not folder.is_dir() or any(path.name != setup_draft.INSIDE for path in folder.iterdir())):
        raise ConfigurationError(
            f"{folder} đã có dữ liệu, nên không đụng đến. Hãy chọn một thư mục trống. / There is something in "
            f"{folder}, so it is left alone. Choose an empty folder."
        )


def require_unused(database_url: str) -> None:
    """Raise ConfigurationError, before anything is written, for a database elsewhere in which there are tables.

    A second installation in it would sign its rows with another KEK, and neither could run any more.
    """
    if database_url and not unguarded_database.is_empty(database_url):
        raise ConfigurationError(
            "Cơ sở dữ liệu ghi ở database_url không trống, nên chưa làm gì. Muốn thêm một xã vào sổ đang chạy: "
            "`casework commune add --data DIR`. Nếu đó là lần lập dở dang: xóa cơ sở dữ liệu ấy (dropdb), lập lại một "
            "cái trống (createdb) rồi chạy lại. / This database is in use: nothing was done. Add a commune "
            "to it, or give an empty one."
        )


def begin(folder: Path) -> None:
    """Make the folder and mark it as unfinished until its pages are printed."""
    require_empty(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    files.write_new(folder / UNFINISHED, _WORDS)


def finish(folder: Path) -> None:
    """Remove the mark, once everything is on the disk and on paper."""
    (folder / UNFINISHED).unlink()
    files.flush_folder(folder)


def found_installation(folder: Path, answers: SetupAnswers) -> list[PrintedPage]:
    """Set up the installation and return its pages: the secrets on them, but for the KEK, are stored nowhere else."""
    require_unused(answers.database_url)
    new, planned = _create(folder, answers), commune_founding.plan(answers.of_commune)
    try:
        new.installation.gate.perform(console_of(planned.commune_id), commune_founding.found, planned)
        checkpoints.write_all(new.installation.config, new.installation.gate)
        return [*_server_pages(new), *commune_founding.pages(new.facts, planned.agencies, planned.people)]
    finally:
        new.installation.gate.database.engine.dispose()


def _create(folder: Path, answers: SetupAnswers) -> NewInstallation:
    keys = Path(answers.places.keys or folder)
    new_kek = kek.create(keys / "kek", _FIRST_KEY)
    signer, backup_key = signatures.create(keys / "checkpoint-key"), server_key_rotation.new_backup_key()
    config = Config(
        data=folder,
        database_url=answers.database_url or f"sqlite:///{folder / 'casework.sqlite3'}",
        kek_file=keys / "kek",
        public_url=answers.public_url,
        checkpoint_file=keys / "checkpoint-key",
        checkpoint_public=(signatures.encode_public(signer.public),),
        backup_public=signatures.encode_public(backup_key.public),
        checkpoint_dir=answers.places.checkpoints,
        backup_dir=answers.places.backups,
    )
    settings.write(config)
    files.write_new(folder / CALENDAR, _calendar(answers))
    upgrade(config.database_url)
    facts = InstallationFacts(answers.commune, answers.public_url, signer.public, backup_key.public)
    return NewInstallation(facts, Installation(config, open_gate(config, new_kek)), backup_key.seed)


def _calendar(answers: SetupAnswers) -> str:
    week = frozenset(map(office_calendar.WEEK.index, answers.working_days))
    return office_calendar.as_text(OwnCalendar(week, frozenset(answers.holidays)))


def _server_pages(new: NewInstallation) -> list[PrintedPage]:
    used_kek = new.installation.gate.kek
    return [
        printed_pages.kek_page(new.facts, used_kek),
        *printed_pages.backup_pages(new.facts, new.backup_seed),
        printed_pages.fingerprints_page(new.facts, used_kek),
    ]
