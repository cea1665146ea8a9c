"""The directory: members of the commune or of one agency, their states, and how many hold each agency's key."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from casework.accounts import absence
from casework.accounts.staff import Colleague, colleagues
from casework.audit import freshness
from casework.codelists import agencies
from casework.errors import NotFound
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Reach
from casework.vault.keys import epochs
from casework.vault.models import Agency, Member
from casework.vault.states import AgencyState, MemberState

_ENROLLED = frozenset({MemberState.ACTIVE, MemberState.LOCKED, MemberState.AWAY})


@dataclass(frozen=True)
class StaffEntry:
    """A member in the directory: whether they hold their agency's key, and the acts that may be offered.

    `locks_at` is when the account locks for absence in microseconds, 0 if that is more than ten days away.
    """

    who: Colleague
    key: bool
    can: frozenset[Act]
    locks_at: int = 0

    def offers(self, act: str) -> bool:
        """Tell whether an act may be offered: `member.offers("account.lock")`."""
        return Act(act) in self.can


@dataclass(frozen=True)
class AgencyEntry:
    """An agency with its people; `holders` is how many active people hold its key, `new` that it is unconfirmed.

    `away` of its people hold the key too, and are locked for absence.
    """

    id: UUID | None
    name: str
    people: tuple[StaffEntry, ...]
    holders: int
    new: bool
    confirmable: bool
    away: int = 0


@action(Act.ACCOUNT_LIST)
def list_people(context: ActContext) -> tuple[AgencyEntry, ...]:
    """List agencies and members: all for an administrator, the own agency for a lead; never a circle."""
    return agencies_in_reach(context)


def agencies_in_reach(context: ActContext) -> tuple[AgencyEntry, ...]:
    """Return the agencies in reach with their members, one's own first."""
    locks_at = absence.soon_locked_at(context.crypto)
    members = [colleague for colleague in colleagues(context) if is_in_reach(context, colleague.agency_id)]
    entries = []
    for agency in _agencies_shown(context):
        people = [colleague for colleague in members if colleague.agency_id == agency.id]
        holders = epochs.key_holders(context.crypto, agency)
        entries.append(
            AgencyEntry(
                id=agency.id,
                name=agency.name,
                people=tuple(_staff_entry(context, colleague, holders, people) for colleague in people),
                holders=sum(colleague.state == MemberState.ACTIVE and colleague.id in holders for colleague in people),
                new=agency.state == AgencyState.NEW,
                away=sum(colleague.state == MemberState.AWAY and colleague.id in holders for colleague in people),
                confirmable=agency.state == AgencyState.NEW and confirms_agencies(context),
            )
        )
    alone = [colleague for colleague in members if colleague.agency_id is None]
    if alone:
        people_alone = tuple(_staff_entry(context, colleague, set(), alone) for colleague in alone)
        entries.append(AgencyEntry(None, "", people_alone, 0, new=False, confirmable=False))
    return tuple(_with_absences(entry, locks_at) for entry in entries if entry.people or entry.new)


def _with_absences(entry: AgencyEntry, locks_at: Mapping[UUID, int]) -> AgencyEntry:
    people = (replace(member, locks_at=locks_at.get(member.who.id, 0)) for member in entry.people)
    return replace(entry, people=tuple(people))


def is_in_reach(context: ActContext, agency_id: UUID | None) -> bool:
    """Tell whether an agency is in reach: any for an administrator, their own for a lead."""
    return context.permit.reach < Reach.AGENCY or agency_id == context.actor.agency_id


def load_member(context: ActContext, member_id: UUID) -> Member:
    """Load another member in reach; raise NotFound for one who is unknown, out of reach, or me."""
    context.about = member_id
    member = freshness.member(context.session, context.commune_id, member_id)
    if member_id == context.me or not is_in_reach(context, member.agency_id):
        raise NotFound("member", about=member_id)
    return member


def confirms_agencies(context: ActContext) -> bool:
    """Tell whether I lead the coordinating agency, which confirms new ones."""
    if context.actor.agency_id is None or not allowed(context.actor, Act.AGENCY_CONFIRM):
        return False
    return (
        freshness.agency(context.session, context.commune_id, context.actor.agency_id).kind == agencies.coordinating()
    )


def has_lead(people: list[Colleague]) -> bool:
    """Tell whether one of these colleagues is an active lead or deputy."""
    return any(
        colleague.state == MemberState.ACTIVE and not policy().leads.isdisjoint(colleague.roles) for colleague in people
    )


def _agencies_shown(context: ActContext) -> list[Agency]:
    shown = [
        agency
        for agency in freshness.agencies(context.session, context.commune_id)
        if is_in_reach(context, agency.id) or (agency.state == AgencyState.NEW and confirms_agencies(context))
    ]
    return sorted(shown, key=lambda agency: (agency.id != context.actor.agency_id, agency.name))


def _staff_entry(context: ActContext, colleague: Colleague, holders: set[UUID], people: list[Colleague]) -> StaffEntry:
    can: set[Act] = set()
    if colleague.id != context.me:
        if colleague.state in (MemberState.ACTIVE, MemberState.AWAY):
            can.add(Act.ACCOUNT_LOCK)
        if colleague.state in (MemberState.LOCKED, MemberState.AWAY):
            can.add(Act.ACCOUNT_UNLOCK)
        if colleague.state != MemberState.LEFT and (context.permit.reach >= Reach.AGENCY or not has_lead(people)):
            can.add(Act.ACCOUNT_LEAVE)
        if colleague.state in _ENROLLED and allowed(context.actor, Act.MEMBER_RESTART):
            can.add(Act.MEMBER_RESTART)
        if colleague.state == MemberState.LEFT and context.permit.reach < Reach.AGENCY:
            can.add(Act.ACCOUNT_MOVE)
    return StaffEntry(colleague, colleague.id in holders, frozenset(can))
