"""The communes of an installation as the console sees them: which there are, what a new one may be called."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.administration.installation import Installation, short_id
from casework.administration.setup_answers import FirstPerson
from casework.audit import freshness
from casework.audit.commune_removals import RemovedCommune, removed
from casework.audit.revocation_log import RevocationLog
from casework.errors import BadInput
from casework.gate import ActContext, action
from casework.maintenance.system_actors import commune_ids, console_of
from casework.policy.vocabulary import Act
from casework.vault.models import Commune, Member
from casework.vault.states import AgencyState, MemberState

_TAKEN = (
    "Tên đăng nhập đã có người dùng trong sổ này: {names}. Người làm ở hai xã có hai tài khoản với hai tên khác nhau. "
    "/ These user names are taken in this installation."
)
ACTIVE, UNUSED, ABANDONED = "active", "unused", "abandoned"


@dataclass(frozen=True)
class CommuneSummary:
    """A commune: when it was founded (microseconds), the kinds of its agencies, how many people; nothing of cases.

    `state` is active, unused (nobody has ever taken up an account) or abandoned (nobody works there any more).
    """

    id: UUID
    name: str
    founded: int
    agencies: tuple[str, ...]
    people: int
    state: str


@action(Act.COMMUNE_LIST)
def summarise(context: ActContext) -> CommuneSummary:
    """Return what a list of communes says of this one."""
    context.about = context.commune_id
    commune = freshness.commune(context.session, context.commune_id)
    agencies = freshness.agencies(context.session, context.commune_id)
    members = freshness.members(context.crypto)
    people = [member for member in members if member.state != MemberState.LEFT]
    return CommuneSummary(
        commune.id,
        commune.name,
        commune.created,
        tuple(sorted(agency.kind for agency in agencies if agency.state != AgencyState.CLOSED)),
        len(people),
        _state(any(member.public_key for member in members), any(member.public_key for member in people)),
    )


def _state(ever_used: bool, in_use: bool) -> str:
    if in_use:
        return ACTIVE
    return ABANDONED if ever_used else UNUSED


def list_communes(installation: Installation) -> list[CommuneSummary]:
    """Return the communes in the order of their founding; each look stands in the log of its commune."""
    gate = installation.gate
    return [gate.perform(console_of(commune_id), summarise) for commune_id in commune_ids(gate)]


def list_removed(installation: Installation) -> list[RemovedCommune]:
    """Return the communes that were removed, the first one first."""
    there = set(commune_ids(installation.gate))
    lines = RevocationLog(installation.config.revocation_log_file).lines()
    return [commune for commune in removed(lines).values() if commune.commune_id not in there]


def find(installation: Installation, name: str | None) -> UUID:
    """Return the commune of a name, however it was typed, or of the digits in its list, or the only one there is.

    Raises BadInput with the names there are for any other, and for a name that two have, as after a merger.
    """
    with installation.gate.database.read_only() as session:
        rows = session.execute(select(Commune.id, Commune.name).order_by(Commune.created)).all()
    if name is None and len(rows) != 1:
        names = ", ".join(row.name for row in rows)
        raise BadInput(
            f"Sổ có nhiều xã: hãy thêm --commune, một trong {names}. / There are several communes: add --commune, one "
            f"of {names}."
        )
    matching: list[UUID] = [
        row.id for row in rows if name is None or same_name(row.name, name) or short_id(row.id) == name
    ]
    if len(matching) > 1:
        raise BadInput(
            f"Có {len(matching)} xã cùng tên: hãy ghi --commune bằng số trong ngoặc ở `casework commune list`. / "
            f"{len(matching)} communes have this name: give --commune the digits that `casework commune list` shows."
        )
    if not matching:
        names = ", ".join(row.name for row in rows)
        raise BadInput(
            f"Không có xã {name} trong sổ. Các xã đang có: {names}. / There is no commune {name}. There are: {names}."
        )
    return matching[0]


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same but for capitals and blanks: a tone more is another commune."""
    return _normalised(one) == _normalised(other)


def _normalised(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def require_new_name(session: Session, name: str) -> None:
    """Raise BadInput for the name of a commune that is there already."""
    if any(same_name(name, known) for known in session.execute(select(Commune.name)).scalars()):
        raise BadInput(
            f"Sổ đã có {name}. Xem: casework commune list. / The book has {name} already: see casework commune list."
        )


def require_free_usernames(session: Session, people: Sequence[FirstPerson]) -> None:
    """Raise BadInput for a name to sign in with that anybody of the installation has: the door asks for no commune."""
    wanted = [person.username for person in people]
    taken = session.execute(select(Member.username).where(Member.username.in_(wanted))).scalars().all()
    if taken:
        raise BadInput(_TAKEN.format(names=", ".join(sorted(taken))))
