"""The communes of an installation, and the two actors without an account that act in one: console and system."""

from collections.abc import Sequence
from uuid import UUID

from casework.audit import freshness
from casework.gate import Gate, Person
from casework.policy.vocabulary import Role


def commune_ids(gate: Gate) -> Sequence[UUID]:
    """Return the communes of an installation in the order of their founding."""
    with gate.database.read_only() as session:
        return freshness.commune_ids(session)


def console_of(commune_id: UUID) -> Person:
    """Return the operator at the console of the server."""
    return Person.without_account(Role.CONSOLE, commune_id)


def system_of(commune_id: UUID) -> Person:
    """Return the program itself, in work that nobody asks for."""
    return Person.without_account(Role.SYSTEM, commune_id)
