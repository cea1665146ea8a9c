"""Acts on accounts and agencies: lock, unlock, leave, move to another agency, confirm a new agency."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.accounts import key_holders
from casework.accounts.staff import colleagues
from casework.audit import freshness
from casework.cases import holder_transfer, key_rotation, scope
from casework.codelists import agencies
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Reach
from casework.staffing import directory
from casework.vault.integrity import heads
from casework.vault.keys import epochs
from casework.vault.keys.enrolment.models import Admission
from casework.vault.models import Agency, KeptForm, MailAddress, Member, Slot, Wrap
from casework.vault.states import AgencyState, MemberState

_CREDENTIALS: tuple[type[Any], ...] = (
    Slot,
    *heads.SECOND_FACTORS,
    Admission,
    KeptForm,
    MailAddress,
    *heads.SESSIONS,
)


@action(Act.ACCOUNT_LOCK)
def lock(context: ActContext, member_id: UUID) -> None:
    """Lock an account: its sessions end with this commit, its wrapped keys stay; being away is no way back any more."""
    member = directory.load_member(context, member_id)
    _must_be(member, MemberState.ACTIVE, MemberState.AWAY)
    member.state = MemberState.LOCKED
    _revoke_rows(context, member, heads.SESSIONS)


@action(Act.ACCOUNT_UNLOCK)
def unlock_account(context: ActContext, member_id: UUID) -> None:
    """Unlock an account, with what it could read before."""
    member = directory.load_member(context, member_id)
    _must_be(member, MemberState.LOCKED, MemberState.AWAY)
    member.state = MemberState.ACTIVE
    _revoke_rows(context, member, ())


@action(Act.ACCOUNT_LEAVE)
def leave(context: ActContext, member_id: UUID) -> None:
    """Let a member leave: credentials and keys are revoked, cases get a holder, the agency's keys are due to rotate.

    A circle changes nothing in the answer, which would tell that there is one. If nobody else can open what it holds,
    its wrap and the leaver's slots stay, for the console alone (administration/agency_recovery.py): no sign-in takes
    them, and a new key of the circle ends them.
    """
    member = directory.load_member(context, member_id)
    if member.state == MemberState.LEFT:
        raise Conflict("Người này đã rời rồi.", about=member_id)
    _must_not_bypass_lead(context, member)
    held_agencies = [
        freshness.agency(context.session, context.commune_id, held_id) for held_id in _keys_held(context, member_id)
    ]
    for agency in held_agencies:
        if not agency.circle and _is_last(context, agency, member_id):
            raise BadInput(
                "Người này còn giữ khóa mà chưa ai khác giữ cùng. Hãy để một đồng nghiệp nhận khóa trước, "
                "hoặc diễn tập tờ khôi phục, rồi thử lại."
            )
    holder_transfer.transfer_from_leaver(context, member)
    kept = [agency for agency in held_agencies if agency.circle and _keeps_last(context, agency, member_id)]
    for agency in held_agencies:
        key_rotation.take_key(context, agency, [] if agency in kept else [member_id])
    member.state = MemberState.LEFT
    _revoke_rows(context, member, tuple(kind for kind in _CREDENTIALS if not kept or kind is not Slot))


@action(Act.ACCOUNT_MOVE)
def move(context: ActContext, member_id: UUID, agency_id: UUID) -> None:
    """Invite a member who has left into an agency, where a colleague must admit them like a newcomer."""
    member = directory.load_member(context, member_id)
    _must_be(member, MemberState.LEFT)
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    if agency.circle:
        raise NotFound("agency", about=member_id)
    member.agency_id, member.state, member.public_key = agency.id, MemberState.INVITED, b""
    member.roles = agencies.first_role(agency.kind)
    _revoke_rows(context, member, ())


@action(Act.AGENCY_CONFIRM)
def confirm_agency(context: ActContext, agency_id: UUID) -> None:
    """Confirm a new agency: from now on it may receive referrals."""
    context.about = agency_id
    if not directory.confirms_agencies(context):
        raise Refused("only the lead of the Women's Union", about=agency_id)
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    if agency.circle:
        raise NotFound("agency", about=agency_id)
    if agency.state != AgencyState.NEW:
        raise Conflict("Cơ quan này đã được xác nhận.", about=agency_id)
    agency.state = AgencyState.ACTIVE
    heads.mark_changed(context.session, freshness.head(context.session, context.commune_id, agency_id))


def _must_be(member: Member, *states: str) -> None:
    if member.state not in states:
        raise Conflict("Tài khoản này vừa thay đổi. Hãy xem lại danh sách.", about=member.id)


def _must_not_bypass_lead(context: ActContext, member: Member) -> None:
    """Raise BadInput for an administrator where the agency has a lead of its own."""
    if context.permit.reach >= Reach.AGENCY:
        return
    in_agency = [row for row in colleagues(context) if row.agency_id == member.agency_id and row.id != member.id]
    if directory.has_lead(in_agency):
        raise BadInput("Cơ quan này có người phụ trách: việc cho rời là của người phụ trách.", about=member.id)


def _is_last(context: ActContext, agency: Agency, member_id: UUID) -> bool:
    """Tell whether no other active member holds a key, and no pair of recovery sheets was tried within 180 days."""
    others = epochs.key_holders(context.crypto, agency) - {member_id}
    holders = [freshness.member(context.session, context.commune_id, holder_id) for holder_id in others]
    if any(holder.state == MemberState.ACTIVE for holder in holders):
        return False
    return not key_holders.drilled_lately(context.crypto, agency.id)


def _keeps_last(context: ActContext, circle: Agency, member_id: UUID) -> bool:
    """Tell whether a circle has written anything that nobody else can open; its letters lie with the sender too."""
    owned = scope.owned_by(context.permit, circle.id).on(context.session).scalar_one()
    return bool(owned) and _is_last(context, circle, member_id)


def _keys_held(context: ActContext, member_id: UUID) -> list[UUID]:
    wraps = select(Wrap.agency_id).where(Wrap.commune_id == context.commune_id, Wrap.member_id == member_id)
    return sorted(set(context.session.execute(wraps).scalars()))


def _revoke_rows(context: ActContext, member: Member, models: tuple[type[Any], ...]) -> None:
    """Delete a member's rows of these models and raise the member's version: no copy and no open request is valid."""
    head = freshness.head(context.session, context.commune_id, member.id)
    heads.revoke_rows(context.session, head, member, heads.rows_of_member(context.session, member, *models))
