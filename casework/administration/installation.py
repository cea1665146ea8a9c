"""An installation as a console command finds it: its settings, its gate, and an agency by its code."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from casework import config
from casework.administration.owner_role import as_owner
from casework.administration.printed_pages import InstallationFacts
from casework.cases import circle_recovery
from casework.codelists import overrides, working_days
from casework.codelists.toml_files import BadLocalFile
from casework.config import CALENDAR, Config
from casework.db import Database
from casework.errors import BadInput
from casework.gate import Gate, open_gate
from casework.maintenance import startup
from casework.vault.crypto import signatures
from casework.vault.keys import kek
from casework.vault.models import Agency, Commune
from casework.vault.states import AgencyState

_AGENCIES = select(Agency.commune_id, Agency.id, Agency.name, Commune.name.label("commune")).join(
    Commune, Commune.id == Agency.commune_id
)
_DIGITS = 8


@dataclass(frozen=True)
class Installation:
    """An open installation: its settings, and the gate through which the console acts."""

    config: Config
    gate: Gate


@contextmanager
def open_installation(folder: Path, owner_url: str | None = None) -> Iterator[Installation]:
    """Open the installation of a folder, as the role that owns the tables if its URL is given.

    Raises ConfigurationError for one of another schema revision.
    """
    settings = as_owner(config.load(folder.absolute()), owner_url)
    working_days.refresh(settings.data / CALENDAR)
    # What is wrong in these files stops the server, and `check` names it; it keeps nobody from a recovery.
    with suppress(BadLocalFile):
        overrides.activate(settings.data / overrides.FOLDER)
    startup.require_current_schema(settings.database_url)
    gate = open_gate(settings, kek.load(settings.kek_file, demo=settings.demo))
    try:
        yield Installation(settings, gate)
    finally:
        gate.database.engine.dispose()


def installation_facts(settings: Config) -> InstallationFacts:
    """Return what stands at the top of every printed page of an installation."""
    database = Database(settings.database_url)
    try:
        with database.read_only() as session:
            communes = session.execute(select(Commune.name).order_by(Commune.created)).scalars().all()
    finally:
        database.engine.dispose()
    publics = [signatures.decode_public(text) for text in (*settings.checkpoint_public[:1], settings.backup_public)]
    checkpoint, backup = publics if len(publics) > 1 else (b"", *publics)
    return InstallationFacts(", ".join(communes), settings.public_url, checkpoint, backup)


def short_id(commune_id: UUID) -> str:
    """Return the digits by which a command tells communes of one name apart, as after a merger."""
    return commune_id.hex[:_DIGITS]


def find_agency(installation: Installation, code: str, commune: str | None) -> tuple[UUID, UUID, str]:
    """Return commune, id and name of an agency by its code; the commune must be named if the installation has two."""
    named = _AGENCIES.where(Agency.kind == code, Agency.circle.is_(False))
    with installation.gate.database.read_only() as session:
        rows = [row for row in session.execute(named) if commune in (None, row.commune, short_id(row.commune_id))]
    if not rows:
        refusal = (
            f"Không có cơ quan {code} trong sổ này. Mã như womens_union, police. / No agency {code} is in "
            "this book. Codes are like womens_union."
        )
        raise BadInput(refusal)
    if len(rows) > 1:
        names = ", ".join(row.commune for row in rows)
        raise BadInput(
            f"Nhiều xã có cơ quan {code}: hãy thêm --commune, một trong {names}. / Several communes have {code}: add "
            f"--commune, one of {names}."
        )
    return rows[0].commune_id, rows[0].id, rows[0].name


def find_circle(installation: Installation, digits: str) -> tuple[UUID, UUID, str]:
    """Return commune, id and a name for the terminal of an open circle by the digits on its sheets."""
    with installation.gate.database.read_only() as session:
        rows = session.execute(_AGENCIES.where(Agency.circle.is_(True), Agency.state != AgencyState.CLOSED)).all()
    matching = [row for row in rows if circle_recovery.short_circle_id(row.id) == digits.strip().lower()]
    if len(matching) != 1:
        refusal = (
            f"Không có nhóm kín số {digits}. Hãy gõ đúng tám chữ số trên tờ. / No circle has the number {digits}. Type "
            "the eight digits of the sheet."
        )
        raise BadInput(refusal)
    return matching[0].commune_id, matching[0].id, f"nhóm kín {circle_recovery.short_circle_id(matching[0].id)}"
