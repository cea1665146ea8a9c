"""Locks accounts that nobody has used for 45 days; whoever locks herself out of nothing can be unlocked any day."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, func, select

from casework.audit import freshness
from casework.audit.models import AuditLine
from casework.clock import MICROSECOND
from casework.gate import ActContext, action
from casework.maintenance import head_rows
from casework.policy.words import Act
from casework.vault.integrity import heads
from casework.vault.keys.enrolment.models import Interview
from casework.vault.models import Member, SessionRow
from casework.vault.states import MemberState

DAYS = 45
_IDLE = DAYS * 86_400 * MICROSECOND


@action(Act.LOCK_IDLE)
def lock_idle(context: ActContext) -> int:
    """Lock every account that has been idle too long and return how many.

    Of each agency, and of the administrators, whoever came last stays: an urgent referral must find somebody.
    """
    wanted = select(Member.id, Member.agency_id).where(
        Member.commune_id == context.commune_id, Member.state == MemberState.ACTIVE
    )
    active = [(row.id, row.agency_id, _last_seen(context, row.id)) for row in context.session.execute(wanted)]
    staying = _last_of_each(active)
    idle = [who for who, _, seen in active if seen <= context.crypto.at - _IDLE and who not in staying]
    for member_id in idle:
        _lock(context, member_id)
    context.reason = f"{len(idle)}"
    return len(idle)


def _last_of_each(active: Iterable[tuple[UUID, UUID | None, int]]) -> set[UUID]:
    last: dict[UUID | None, tuple[int, UUID]] = {}
    for who, agency_id, seen in active:
        last[agency_id] = max(last.get(agency_id, (seen, who)), (seen, who))
    return {who for _, who in last.values()}


def _last_seen(context: ActContext, member_id: UUID) -> int:
    """Return when somebody last did anything, or her account was last changed."""
    here = AuditLine.commune_id == context.commune_id
    did = select(func.max(AuditLine.at)).where(here, AuditLine.who == member_id)
    changed = select(func.max(AuditLine.at)).where(here, AuditLine.head == member_id)
    return max(context.session.execute(one).scalar_one() or 0 for one in (did, changed))


def _lock(context: ActContext, member_id: UUID) -> None:
    member = freshness.member(context.session, context.commune_id, member_id)
    member.state = MemberState.LOCKED
    for kind in (SessionRow, Interview):
        context.session.execute(delete(kind).where(kind.member_id == member_id))
    head = freshness.head(context.session, context.commune_id, member_id)
    heads.revoke(context.session, head, head_rows.rows(context, head))
    context.session.flush()
