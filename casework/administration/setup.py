"""Founds an installation in an empty folder: keys, database, commune, agencies, first people, and their papers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import tomli_w

from casework import files
from casework.accounts import actions as accounts
from casework.administration import admission_codes, agency_recovery, printed_pages, server_key_rotation, settings
from casework.administration.installation import Installation
from casework.administration.page_rendering import PrintedPage
from casework.administration.printed_pages import InstallationFacts, Invited
from casework.administration.setup_answers import AgencyAnswers, FirstPerson, SetupAnswers
from casework.codelists import codelist
from casework.config import UNFINISHED, Config, ConfigurationError
from casework.db import upgrade
from casework.gate import open_gate
from casework.maintenance import checkpoints
from casework.vault.crypto import signatures
from casework.vault.keys import kek
from casework.vault.keys.keyring import AgencyKeys

_FIRST_KEY = 1
_WORDS = "Bản lập dở dang của Sổ ca: chưa có gì dùng được. Xóa cả thư mục này rồi chạy lại `casework init`.\n"
_CALENDAR_WORDS = "# Ngày làm việc, ngày nghỉ lễ, và người thứ hai trong việc cần hai người. Sửa được bằng tay.\n"


@dataclass(frozen=True)
class Made:
    """What founding has put on the disk, and what is to be put on paper."""

    place: InstallationFacts
    here: Installation
    seed: bytes

    def __repr__(self) -> str:
        """Never print the key."""
        return "<sealed founding>"


def make_sure(folder: Path) -> None:
    """Raise ConfigurationError, before anything is asked, for a folder that holds anything."""
    if (folder / UNFINISHED).exists():
        raise ConfigurationError(f"{folder} là bản lập dở dang. Hãy xóa thư mục này rồi chạy lại.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} đã có dữ liệu, nên không đụng đến. Hãy chọn một thư mục trống.")


def begin(folder: Path) -> None:
    """Make the folder and mark it as unfinished until the papers are out."""
    make_sure(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    files.write_new(folder / UNFINISHED, _WORDS)


def finish(folder: Path) -> None:
    """Take the mark away, once everything is on the disk and on paper."""
    (folder / UNFINISHED).unlink()
    files.flush_folder(folder)


def found(folder: Path, given: SetupAnswers) -> list[PrintedPage]:
    """Found the installation and return its papers: the secrets on them are kept nowhere else."""
    made = _make(folder, given)
    try:
        papers = [*_of_the_machine(made), *_people_and_sheets(made, given)]
        checkpoints.write_all(made.here.config, made.here.gate)
        return papers
    finally:
        made.here.gate.database.engine.dispose()


def _make(folder: Path, given: SetupAnswers) -> Made:
    key = kek.create(folder / "kek", _FIRST_KEY)
    signer, backup = signatures.create(folder / "checkpoint-key"), server_key_rotation.new_backup_key()
    config = Config(
        data=folder,
        database_url=given.database_url or f"sqlite:///{folder / 'casework.sqlite3'}",
        kek_file=folder / "kek",
        public_url=given.public_url,
        checkpoint_file=folder / "checkpoint-key",
        checkpoint_public=(signatures.pinned(signer.public),),
        backup_public=signatures.pinned(backup.public),
    )
    settings.write(config)
    files.write_new(folder / "calendar.toml", _calendar(given))
    upgrade(config.database_url)
    place = InstallationFacts(given.commune, given.public_url, signer.public, backup.public)
    return Made(place, Installation(config, open_gate(config, key)), backup.seed)


def _calendar(given: SetupAnswers) -> str:
    said = {
        "working_days": given.working_days,
        "holidays": [day.isoformat() for day in given.holidays],
        "second_persons": given.second_persons,
    }
    return _CALENDAR_WORDS + tomli_w.dumps(said)


def _of_the_machine(made: Made) -> list[PrintedPage]:
    key = made.here.gate.kek
    return [
        printed_pages.kek_page(made.place, key),
        *printed_pages.backup_pages(made.place, made.seed),
        printed_pages.fingerprints_page(made.place, key),
    ]


def _people_and_sheets(made: Made, given: SetupAnswers) -> list[PrintedPage]:
    gate, console = made.here.gate, made.here.console(uuid4())
    gate.perform(console, accounts.found_commune, given.commune, given.hamlets, size_class=given.size_class)
    keys = {
        one.code: gate.perform(console, accounts.add_agency, one.code, one.name, duty_phone=one.duty_phone)
        for one in given.agencies
    }
    agencies = {one.code: one for one in given.agencies}
    sheets = [page for one in given.agencies if one.holds_keys for page in _sheets(made, console.commune_id, one, keys)]
    return sheets + [_code(made, console.commune_id, one, agencies, keys) for one in given.people]


def _sheets(made: Made, commune_id: UUID, agency: AgencyAnswers, keys: Mapping[str, AgencyKeys]) -> list[PrintedPage]:
    gate, console = made.here.gate, made.here.console(commune_id)
    dealt = gate.perform(console, agency_recovery.renew, keys[agency.code], agency.officers, agency.pairs)
    return printed_pages.recovery_pages(made.place, agency.name, dealt)


def _code(
    made: Made,
    commune_id: UUID,
    one: FirstPerson,
    agencies: Mapping[str, AgencyAnswers],
    keys: Mapping[str, AgencyKeys],
) -> PrintedPage:
    console, agency = made.here.console(commune_id), agencies.get(one.agency)
    card = admission_codes.Card(one.username, one.name, one.roles, keys[one.agency].agency_id if agency else None)
    carry = keys[one.agency] if agency and agency.holds_keys else None
    code = made.here.gate.perform(console, admission_codes.invite_first, card, carry)
    roles = ", ".join(codelist("role").get(role).vi for role in one.roles)
    return printed_pages.admission_page(
        made.place, Invited(one.name, one.username, roles, agency.name if agency else "", code)
    )
