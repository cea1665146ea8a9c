"""The staff of a commune as every signed-in colleague may know them: names, agencies, roles, who holds which key."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.audit import freshness
from casework.gate import ActContext, Gate
from casework.policy.vocabulary import Role
from casework.vault.keys.context import CryptoContext
from casework.vault.models import Agency, Wrap
from casework.vault.states import MemberState
from casework.vietnamese_text import sort_key

_NONE = ("", "")


@dataclass(frozen=True)
class Colleague:
    id: UUID
    name: str
    username: str
    roles: tuple[Role, ...]
    agency_id: UUID | None
    agency_name: str
    agency_kind: str
    state: str


def colleagues(context: ActContext) -> list[Colleague]:
    """Return all members of the commune, from verified rows, in the order of Vietnamese names."""
    agencies = select(Agency.id, Agency.name, Agency.kind).where(Agency.commune_id == context.commune_id)
    agency_names = {row.id: (row.name, row.kind) for row in context.session.execute(agencies)}
    members = [
        Colleague(
            id=row.id,
            name=row.name,
            username=row.username,
            roles=tuple(Role(code) for code in row.roles.split(",")),
            agency_id=row.agency_id,
            agency_name=agency_names.get(row.agency_id, _NONE)[0],
            agency_kind=agency_names.get(row.agency_id, _NONE)[1],
            state=row.state,
        )
        for row in freshness.members(context.crypto)
    ]
    return sorted(members, key=lambda member: sort_key(member.name))


def names(context: ActContext) -> dict[UUID, str]:
    return {row.id: row.name for row in freshness.members(context.crypto)}


def administrators(gate: Gate, commune_id: UUID) -> tuple[str, ...]:
    """Return the names of those who look after the book of a commune; read outside any act."""
    with gate.database.read_only() as session:
        crypto = CryptoContext(session, gate.server_keys(commune_id), None, clock.micros())
        rows = [row for row in freshness.members(crypto) if row.state == MemberState.ACTIVE]
    return tuple(sorted(row.name for row in rows if Role.ADMINISTRATOR in row.roles.split(",")))


def colleagues_with_key(context: ActContext, agency_id: UUID) -> list[Colleague]:
    """Return those who hold the key of an agency or circle, from verified rows, sorted by name."""
    holder_ids = key_holder_ids(context, agency_id)
    return [colleague for colleague in colleagues(context) if colleague.id in holder_ids]


def key_holder_ids(context: ActContext, agency_id: UUID) -> set[UUID]:
    """Return the ids of those who hold the key of an agency or circle, from verified rows."""
    freshness.agency(context.session, context.commune_id, agency_id)
    wraps = select(Wrap).where(Wrap.commune_id == context.commune_id, Wrap.agency_id == agency_id)
    return {wrap.member_id for wrap in context.session.execute(wraps).scalars()}


def key_holder_names(context: ActContext, circle_id: UUID) -> tuple[str, ...]:
    """Return the names of those who hold the key of an agency or circle, sorted."""
    return tuple(colleague.name for colleague in colleagues_with_key(context, circle_id))
