"""A permit: the answer of the policy to one person asking for one act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from casework.errors import Refused
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Reach, Role, Section, StepUp


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of a commune with roles, or a visitor, the system or the console with no member behind it.

    `agency_id` is the member's own agency, `circles` are the circles that name them.
    """

    commune_id: UUID | None
    member_id: UUID | None
    roles: tuple[Role, ...]
    agency_id: UUID | None = None
    circles: frozenset[UUID] = frozenset()

    @cached_property
    def agencies(self) -> frozenset[UUID]:
        """Return the own agency and the circles: everything whose envelopes the actor may open."""
        return self.circles | ({self.agency_id} if self.agency_id else set())


@dataclass(frozen=True)
class Permit:
    """Leave to do one act: as which role, how far it reaches, which sections it may open, whether it may write.

    `own` are the sections it may open where its own agency or circle owns them. `record` is where its notes go.
    `stepup` is how fresh a proof of identity it needs besides. `practice` tells that it reaches practice cases too.
    """

    act: Act
    actor: Actor
    role: Role
    reach: Reach
    opens: frozenset[Section]
    own: frozenset[Section]
    writes: bool
    record: Section | None
    stepup: StepUp
    practice: bool = False


def issue(actor: Actor, act: Act) -> Permit:
    """Look up whether this actor may do this act; raise Refused before anything else is looked up."""
    table = policy()
    row = table.rows[act]
    reaches = [(row.who[role], role) for role in actor.roles if role in row.who]
    if not reaches:
        raise Refused(f"{act} is not for {', '.join(actor.roles)}")
    reach, role = max(reaches)
    roles = [allowed_role for _, allowed_role in reaches]
    opens, owned = _union(table.sections, roles), _union(table.own, roles)
    if row.opens is not None:
        opens, owned = opens & row.opens, owned & row.opens
    return Permit(
        act, actor, role, reach, opens, opens | owned, row.writes, table.records.get(role), row.stepup, row.practice
    )


def _union(by_role: Mapping[Role, frozenset[Section]], roles: Iterable[Role]) -> frozenset[Section]:
    return frozenset().union(*(by_role.get(role, frozenset()) for role in roles))


def allowed(actor: Actor, act: Act) -> bool:
    """Tell whether a menu may offer this act; the gate asks again when it is done."""
    return any(role in policy().rows[act].who for role in actor.roles)
