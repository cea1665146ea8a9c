"""Locks accounts that nobody has used for 45 days; an administrator can unlock them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, func, select

from casework.audit import freshness
from casework.audit.models import AuditLine
from casework.clock import MICROSECOND
from casework.gate import ActContext, action
from casework.maintenance import rows_bound_to_head
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.keys.enrolment.models import Interview
from casework.vault.models import Member, SessionRow
from casework.vault.states import MemberState

DAYS = 45
_IDLE = DAYS * 86_400 * MICROSECOND


@action(Act.LOCK_IDLE)
def lock_idle_accounts(context: ActContext) -> int:
    """Lock every account that has been idle too long and return how many.

    The member last seen of each agency, and of those without one, stays active: an urgent referral must find somebody.
    """
    members = select(Member.id, Member.agency_id).where(
        Member.commune_id == context.commune_id, Member.state == MemberState.ACTIVE
    )
    seen_by_member = [(row.id, row.agency_id, _last_seen(context, row.id)) for row in context.session.execute(members)]
    kept_open = _last_active_of_each_agency(seen_by_member)
    idle = [
        member_id
        for member_id, _, seen in seen_by_member
        if seen <= context.crypto.at - _IDLE and member_id not in kept_open
    ]
    for member_id in idle:
        _lock(context, member_id)
    context.reason = f"{len(idle)}"
    return len(idle)


def _last_active_of_each_agency(seen_by_member: Iterable[tuple[UUID, UUID | None, int]]) -> set[UUID]:
    last: dict[UUID | None, tuple[int, UUID]] = {}
    for member_id, agency_id, seen in seen_by_member:
        last[agency_id] = max(last.get(agency_id, (seen, member_id)), (seen, member_id))
    return {member_id for _, member_id in last.values()}


def _last_seen(context: ActContext, member_id: UUID) -> int:
    """Return when a member last did anything or their account was last changed, in microseconds; 0 if never."""
    in_commune = AuditLine.commune_id == context.commune_id
    own_lines = select(func.max(AuditLine.at)).where(in_commune, AuditLine.who == member_id)
    lines_about = select(func.max(AuditLine.at)).where(in_commune, AuditLine.head == member_id)
    return max(context.session.execute(newest).scalar_one() or 0 for newest in (own_lines, lines_about))


def _lock(context: ActContext, member_id: UUID) -> None:
    member = freshness.member(context.session, context.commune_id, member_id)
    member.state = MemberState.LOCKED
    for kind in (SessionRow, Interview):
        context.session.execute(delete(kind).where(kind.member_id == member_id))
    head = freshness.head(context.session, context.commune_id, member_id)
    heads.revoke(context.session, head, rows_bound_to_head.rows_of_head(context, head))
    context.session.flush()
