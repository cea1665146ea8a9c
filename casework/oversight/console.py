"""Verifies the log of every commune of an installation, for the operator who sits at the machine."""

from uuid import UUID

from sqlalchemy import select

from casework.audit import fresh
from casework.audit.verify import Verdict
from casework.gate import Gate, Person
from casework.oversight.actions import verify_log
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.vault.macs import equip
from casework.vault.models import Commune


def verify_all(gate: Gate) -> list[tuple[str, Verdict]]:
    """Verify each commune as the system does; return its name and what was found, in the order of founding."""
    with gate.database.look() as session:
        communes = list(session.execute(select(Commune.id).order_by(Commune.created)).scalars())
    return [(_name(gate, one), gate.perform(_system(one), verify_log)) for one in communes]


def _name(gate: Gate, commune_id: UUID) -> str:
    with gate.database.look() as session:
        equip(session, gate.control(commune_id))
        return fresh.commune(session, commune_id).name


def _system(commune_id: UUID) -> Person:
    return Person(Actor(commune_id, None, (Role.SYSTEM,)), commune_id)
