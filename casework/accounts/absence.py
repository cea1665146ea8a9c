"""Who has been away so long that the account locks by itself, who soon will, and who has lately come back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, select

from casework.accounts import staff
from casework.audit import read
from casework.audit.models import AuditLine
from casework.clock import MICROSECOND
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Role
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import DEMO_ID
from casework.vault.models import Member
from casework.vault.states import MemberState

DAYS, REMINDER_DAYS, TOLD_DAYS = 45, 10, 7
_DAY = 86_400 * MICROSECOND
# One first page asks twice, for the names and for the agencies that would have too few.
_FORESEEN = "absences foreseen"
_OURS = AuditLine.commune_id == bindparam("commune")
_LATELY = (
    select(AuditLine.who, func.max(AuditLine.at).label("at"))
    .where(_OURS, AuditLine.n >= read.first_since(), AuditLine.who.is_not(None))
    .group_by(AuditLine.who)
)
_WHO = select(func.max(AuditLine.at)).where(_OURS, AuditLine.who == bindparam("member"))
_CHANGED = select(func.max(AuditLine.at)).where(_OURS, AuditLine.head == bindparam("member"))


@dataclass(frozen=True)
class Absence:
    """A member whose account locks by itself at `locks_at` (microseconds, now if it is late), unless they come in."""

    member_id: UUID
    agency_id: UUID | None
    locks_at: int


@dataclass(frozen=True)
class NamedAbsence:
    name: str
    agency_name: str
    locks_at: int


@dataclass(frozen=True)
class ComeBack:
    """Who came back after being locked for absence, and when; `word_of` confirmed it, empty for the paper code."""

    name: str
    at: int
    word_of: str


def absences(crypto: CryptoContext, *, within_days: int = 0) -> list[Absence]:
    """Return the active members who were away for 45 days, or will have been within some days.

    The member last seen of each agency, and of those without one, is left out: an urgent referral must find somebody.
    """
    active = (Member.commune_id == crypto.commune_id, Member.state == MemberState.ACTIVE)
    groups: dict[UUID | None, list[UUID]] = defaultdict(list)
    for row in crypto.session.execute(select(Member.id, Member.agency_id).where(*active)):
        groups[row.agency_id].append(row.id)
    # Who is alone in an agency stays anyway, and need not be looked for in a log that may be long.
    lately = seen_since(crypto, crypto.at - DAYS * _DAY)
    found = []
    for agency_id, ids in groups.items():
        if len(ids) > 1:
            seen = sorted((at, member_id) for member_id, at in _last_seen(crypto, ids, lately).items())
            found += [Absence(member_id, agency_id, max(at + DAYS * _DAY, crypto.at)) for at, member_id in seen[:-1]]
    return [absence for absence in found if absence.locks_at <= crypto.at + within_days * _DAY]


def soon_locked(context: ActContext) -> list[NamedAbsence]:
    """Return by name who will be locked within ten days: of a lead's own agency, of all for an administrator."""
    if not _tells(context):
        return []
    members = {one.id: one for one in staff.colleagues(context)}
    near = sorted(_foreseen(context.crypto), key=lambda one: one.locks_at)
    return [
        NamedAbsence(members[one.member_id].name, members[one.member_id].agency_name, one.locks_at)
        for one in near
        if _in_reach(context, one.agency_id)
    ]


def soon_locked_at(crypto: CryptoContext) -> dict[UUID, int]:
    """Return the ids of all who will be locked within ten days, each with the moment (microseconds)."""
    return {one.member_id: one.locks_at for one in _foreseen(crypto)}


def come_back(context: ActContext) -> list[ComeBack]:
    """Return who came back in the last seven days: of their own agency for a lead, of all for an administrator."""
    if not _tells(context):
        return []
    everybody = staff.colleagues(context)
    names: Mapping[UUID | None, str] = {one.id: one.name for one in everybody}
    ids = [one.id for one in everybody if _in_reach(context, one.agency_id) and one.id != context.me]
    since, acts = context.crypto.at - TOLD_DAYS * _DAY, (Act.RETURN_BY_PAPER, Act.RETURN_CONFIRM)
    lines = read.lines_about_since(context.crypto, ids, acts, since=since)
    return [
        ComeBack(names.get(line.about, ""), line.at, names.get(line.who, "") if line.who != line.about else "")
        for line in lines
        if not line.altered
    ]


def _foreseen(crypto: CryptoContext) -> Iterable[Absence]:
    """Return who will be locked within ten days; nobody in the demo, which locks nobody."""
    if crypto.server_keys.number == DEMO_ID:
        return []
    known: list[Absence] | None = crypto.session.info.get(_FORESEEN)
    if known is None:
        known = crypto.session.info[_FORESEEN] = absences(crypto, within_days=REMINDER_DAYS)
    return known


def _tells(context: ActContext) -> bool:
    return not policy().leads.isdisjoint(context.actor.roles) or Role.ADMINISTRATOR in context.actor.roles


def _in_reach(context: ActContext, agency_id: UUID | None) -> bool:
    return Role.ADMINISTRATOR in context.actor.roles or agency_id == context.actor.agency_id


def seen_since(crypto: CryptoContext, since: int) -> dict[UUID, int]:
    """Return when each member last did anything, as far as that is since a moment (microseconds)."""
    values = {"commune": crypto.commune_id, "since": since}
    return {row.who: row.at for row in crypto.session.execute(_LATELY, values)}


def _last_seen(crypto: CryptoContext, ids: Iterable[UUID], lately: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return when each member of an agency last did anything or their account was last changed, in microseconds.

    The whole log is asked only where nobody was there lately and somebody must be the last: else it changes nothing
    how long the others have been away.
    """
    values = {"commune": crypto.commune_id}
    seen = {}
    for member_id in ids:
        changed = crypto.session.execute(_CHANGED, values | {"member": member_id}).scalar_one() or 0
        seen[member_id] = max(changed, lately.get(member_id, 0))
    if max(seen.values()) <= crypto.at - DAYS * _DAY:
        for member_id, at in seen.items():
            seen[member_id] = max(at, crypto.session.execute(_WHO, values | {"member": member_id}).scalar_one() or 0)
    return seen
