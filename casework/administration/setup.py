"""Sets up an installation in an empty folder: keys, database, commune, agencies, first members, printed pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from casework import files
from casework.accounts import provisioning_actions as accounts
from casework.administration import (
    admission_codes,
    agency_recovery,
    printed_pages,
    server_key_rotation,
    settings,
    setup_draft,
)
from casework.administration.installation import Installation
from casework.administration.printed_pages import InstallationFacts, Invitation, PrintedPage
from casework.administration.setup_answers import AgencyAnswers, FirstPerson, SetupAnswers
from casework.codelists import codelist, office_calendar
from casework.codelists.office_calendar import OwnCalendar
from casework.config import CALENDAR, UNFINISHED, Config, ConfigurationError
from casework.db import upgrade
from casework.gate import open_gate
from casework.maintenance import checkpoints
from casework.maintenance.system_actors import console_of
from casework.sealed import Sealed
from casework.vault.crypto import signatures
from casework.vault.keys import kek
from casework.vault.keys.keyring import AgencyKeys

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
        raise ConfigurationError(f"{folder} là bản lập dở dang. Hãy xóa thư mục này rồi chạy lại.")
    if folder.exists() and (not folder.is_dir() or any(path.name != setup_draft.INSIDE for path in folder.iterdir())):
        raise ConfigurationError(f"{folder} đã có dữ liệu, nên không đụng đến. Hãy chọn một thư mục trống.")


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
    new = _create(folder, answers)
    try:
        pages = [*_server_pages(new), *_found_commune(new, answers)]
        checkpoints.write_all(new.installation.config, new.installation.gate)
        return pages
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


def _found_commune(new: NewInstallation, answers: SetupAnswers) -> list[PrintedPage]:
    gate, console = new.installation.gate, console_of(uuid4())
    gate.perform(console, accounts.found_commune, answers.commune, answers.hamlets, size_class=answers.size_class)
    keys = {
        agency.code: gate.perform(console, accounts.add_agency, agency.code, agency.name, duty_phone=agency.duty_phone)
        for agency in answers.agencies
    }
    agencies = {agency.code: agency for agency in answers.agencies}
    recovery_pages = [
        page
        for agency in answers.agencies
        if agency.holds_keys
        for page in _recovery_pages(new, console.commune_id, agency, keys)
    ]
    return recovery_pages + [
        _admission_page(new, console.commune_id, person, agencies, keys) for person in answers.people
    ]


def _recovery_pages(
    new: NewInstallation, commune_id: UUID, agency: AgencyAnswers, keys: Mapping[str, AgencyKeys]
) -> list[PrintedPage]:
    gate, console = new.installation.gate, console_of(commune_id)
    sheets = gate.perform(console, agency_recovery.renew_sheets, keys[agency.code], agency.officers, agency.pairs)
    return printed_pages.recovery_pages(new.facts, agency.name, sheets)


def _admission_page(
    new: NewInstallation,
    commune_id: UUID,
    person: FirstPerson,
    agencies: Mapping[str, AgencyAnswers],
    keys: Mapping[str, AgencyKeys],
) -> PrintedPage:
    console, agency = console_of(commune_id), agencies.get(person.agency)
    member = admission_codes.FirstMember(
        person.username, person.name, person.roles, keys[person.agency].agency_id if agency else None
    )
    carry = keys[person.agency] if agency and agency.holds_keys else None
    code = new.installation.gate.perform(console, admission_codes.invite_first, member, carry)
    roles = ", ".join(codelist("role").get(role).vi for role in person.roles)
    return printed_pages.admission_page(
        new.facts, Invitation(person.name, person.username, roles, agency.name if agency else "", code)
    )
