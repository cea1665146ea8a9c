"""Hands a case over to another holder, and finds a holder for the cases that somebody leaves behind."""

from typing import Any
from uuid import UUID

from casework.accounts.staff import colleagues
from casework.audit import freshness
from casework.cases import reading, restriction, scope, writing
from casework.cases.models import Case
from casework.cases.reading import VerifiedCase
from casework.errors import BadInput, NotFound
from casework.gate import ActContext, action
from casework.policy.words import Act, Role
from casework.vault.keys import epochs
from casework.vault.models import Member
from casework.vault.states import MemberState


@action(Act.CASE_HAND_OVER)
def transfer_holder(context: ActContext, case_id: UUID, holder_id: UUID, standin_id: UUID | None = None) -> None:
    """Name who holds a case of ours from now on, and who stands in; both must be able to read it."""
    found = reading.find_case(context, case_id)
    if found.case.owner_id not in context.actor.agencies:
        raise NotFound("not the owner", about=case_id)
    able = {one.id for one in colleagues(context) if restriction.may_join(context, one)}
    if found.case.owner_id in context.actor.circles:
        able &= epochs.holders(
            context.crypto, freshness.agency(context.session, context.commune_id, found.case.owner_id)
        )
    if holder_id not in able or (standin_id is not None and standin_id not in able - {holder_id}):
        raise BadInput("Người này không nhận được vụ việc. Hãy chọn một đồng nghiệp khác.", about=case_id)
    found.case.holder_id, found.case.standin_id = holder_id, standin_id
    writing.revoke(context, found)


def transfer_from_leaver(context: ActContext, leaver: Member) -> None:
    """Give everything that somebody holds to who leads her agency, or to another member of the circle that reads it."""
    held: Any = scope.held_by(context.permit, leaver.id).on(context.session).all()
    for case_id, owner_id in held:
        head = freshness.head(context.session, context.commune_id, case_id)
        case = scope.rows_of_case(context.permit, Case, case_id).on(context.session).scalar_one()
        heir = _heir(context, leaver, owner_id)
        if heir is not None:
            _replace(case, leaver.id, heir)
            writing.revoke(context, VerifiedCase(case, head))


def _replace(case: Case, leaver_id: UUID, heir: UUID) -> None:
    if case.holder_id == leaver_id:
        case.holder_id = heir
    if case.standin_id in (leaver_id, case.holder_id):
        case.standin_id = None


def _heir(context: ActContext, leaver: Member, owner_id: UUID) -> UUID | None:
    """Find who shall hold a case: the lead, else me, else a deputy or whoever else can read it."""
    agency = freshness.agency(context.session, context.commune_id, owner_id)
    holding = epochs.holders(context.crypto, agency) - {leaver.id}
    able = [one for one in colleagues(context) if one.id in holding and one.state == MemberState.ACTIVE]
    ranked = sorted(
        able, key=lambda one: (Role.LEAD not in one.roles, one.id != context.me, Role.DEPUTY not in one.roles)
    )
    return ranked[0].id if ranked else None
