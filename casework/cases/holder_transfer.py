"""Hands a case over to another holder, and finds a holder for the cases of a member who leaves."""

from typing import Any
from uuid import UUID

from casework.accounts.staff import Colleague, colleagues
from casework.audit import freshness
from casework.cases import reading, restriction, scope, writing
from casework.cases.models import Case
from casework.cases.reading import VerifiedCase
from casework.errors import BadInput
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Role
from casework.vault.keys import epochs
from casework.vault.models import Member
from casework.vault.states import MemberState

# Somebody who is locked may be the only other reader of a case.
_MAY_HOLD = frozenset({MemberState.ACTIVE, MemberState.LOCKED, MemberState.AWAY})


@action(Act.CASE_HAND_OVER)
def transfer_holder(context: ActContext, case_id: UUID, holder_id: UUID, standin_id: UUID | None = None) -> None:
    """Name who holds a case of ours from now on, and who stands in; both must be able to read it."""
    case = reading.find_own_case(context, case_id)
    eligible = {member.id for member in colleagues(context) if restriction.may_join(context, member)}
    if case.row.owner_id in context.actor.circles:
        eligible &= epochs.key_holders(
            context.crypto, freshness.agency(context.session, context.commune_id, case.row.owner_id)
        )
    if holder_id not in eligible or (standin_id is not None and standin_id not in eligible - {holder_id}):
        raise BadInput("Người này không nhận được vụ việc. Hãy chọn một đồng nghiệp khác.", about=case_id)
    case.row.holder_id, case.row.standin_id = holder_id, standin_id
    writing.revoke(context, case)


def transfer_from_leaver(context: ActContext, leaver: Member) -> None:
    """Give each case of a leaving member to the lead of their agency, or to another member of the case's circle."""
    cases: Any = scope.held_by(context.permit, leaver.id).on(context.session).all()
    for case_id, owner_id in cases:
        head = freshness.head(context.session, context.commune_id, case_id)
        row = scope.rows_of_case(context.permit, Case, case_id).on(context.session).scalar_one()
        successor_id = _successor(context, leaver, owner_id)
        if successor_id is not None:
            _replace_holder(row, leaver.id, successor_id)
            writing.revoke(context, VerifiedCase(row, head))


def take_from_who_left(context: ActContext, case: VerifiedCase) -> None:
    """Hold a case myself whose holder has left since it was put aside: it was handed to nobody then.

    Whoever left may work elsewhere by now, and would find a case again that they hold.
    """
    agency = freshness.agency(context.session, context.commune_id, case.row.owner_id)
    ids = epochs.key_holders(context.crypto, agency)
    able = {member.id for member in colleagues(context) if member.id in ids and member.state in _MAY_HOLD}
    named = (case.row.holder_id, case.row.standin_id)
    gone = {member_id for member_id in named if member_id is not None and member_id not in able}
    for member_id in gone:
        _replace_holder(case.row, member_id, context.me)
    if gone:
        writing.revoke(context, case)


def _replace_holder(row: Case, leaver_id: UUID, successor_id: UUID) -> None:
    if row.holder_id == leaver_id:
        row.holder_id = successor_id
    if row.standin_id in (leaver_id, row.holder_id):
        row.standin_id = None


def _successor(context: ActContext, leaver: Member, owner_id: UUID) -> UUID | None:
    """Return who is to hold a case: the lead, else me, else a deputy or whoever else can read it, if need be locked."""
    agency = freshness.agency(context.session, context.commune_id, owner_id)
    ids = epochs.key_holders(context.crypto, agency) - {leaver.id}
    able = [member for member in colleagues(context) if member.id in ids and member.state in _MAY_HOLD]

    def rank(member: Colleague) -> tuple[bool, bool, bool, bool]:
        away, me = member.state != MemberState.ACTIVE, context.actor.member_id
        return away, Role.LEAD not in member.roles, member.id != me, Role.DEPUTY not in member.roles

    return min(able, key=rank).id if able else None
