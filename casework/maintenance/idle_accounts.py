"""Locks accounts that nobody has used for 45 days; at the door there is a way back (accounts/return_actions)."""

from uuid import UUID

from sqlalchemy import delete

from casework.accounts import absence
from casework.audit import freshness
from casework.gate import ActContext, action
from casework.maintenance import rows_bound_to_head
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.keys.enrolment.models import Interview
from casework.vault.models import SessionRow
from casework.vault.states import MemberState


@action(Act.LOCK_IDLE)
def lock_idle_accounts(context: ActContext) -> int:
    """Lock every account that has been idle too long and return how many."""
    away = absence.absences(context.crypto)
    for one in away:
        _lock(context, one.member_id)
    context.reason = f"{len(away)}"
    return len(away)


def _lock(context: ActContext, member_id: UUID) -> None:
    member = freshness.member(context.session, context.commune_id, member_id)
    member.state = MemberState.AWAY
    for kind in (SessionRow, Interview):
        context.session.execute(delete(kind).where(kind.member_id == member_id))
    head = freshness.head(context.session, context.commune_id, member_id)
    heads.revoke(context.session, head, rows_bound_to_head.rows_of_head(context, head))
    context.session.flush()
