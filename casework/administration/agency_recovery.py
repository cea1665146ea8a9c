"""Acts of recovery at the console: new sheets, drills of one sheet, and recovery with two; no case is opened."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select

from casework.administration import admission_codes
from casework.audit import freshness
from casework.cases import holder_transfer
from casework.errors import BadInput, Refused, VaultError
from casework.gate import ActContext, action
from casework.policy.table import policy
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.keys import epochs, keyring, provisioning
from casework.vault.keys.enrolment.paper_codes import new_code
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.recovery import sheets
from casework.vault.keys.recovery.sheets import RecoverySheet, ShownSheet
from casework.vault.models import Agency, Member, Wrap
from casework.vault.states import MemberState

_WRONG_PAIR = (
    "Hai tờ này không mở được: gõ sai, không cùng cặp, tờ của bộ cũ, hoặc của nơi khác. Chưa có gì thay đổi; lần thử "
    "này đã ghi vào nhật ký. / These two sheets open nothing; nothing has changed, and the log knows of it."
)
_WRONG_SHEET = (
    "Tờ này không đúng: gõ sai, tờ của bộ cũ, hoặc của nơi khác. Lần thử này đã ghi vào nhật ký. / This sheet is not "
    "the right one; the log knows of it."
)


@action(Act.RECOVERY_RENEW)
def renew_sheets(
    context: ActContext,
    keys: AgencyKeys,
    officers: Sequence[str] = (),
    pairs: Collection[tuple[int, int]] = (),
    *,
    planned: Sequence[RecoverySheet] = (),
) -> tuple[RecoverySheet, ...]:
    """Make a new numbered recovery secret and its sheets; sheets of an earlier number open nothing any more.

    `planned` are sheets that are on paper already, of an agency that is being made.
    """
    context.about = keys.agency_id
    freshness.agency(context.session, context.commune_id, keys.agency_id)
    if planned:
        return sheets.put_in_force(context.crypto, keys, planned)
    return sheets.renew(context.crypto, keys, officers, pairs)


@action(Act.RECOVERY_DRILL)
def drill_sheet(context: ActContext, agency_id: UUID, seat: int, secret: bytes) -> None:
    """Note that the sheet of one seat was shown and is valid; raise Refused, which is logged, if it is not."""
    context.about = agency_id
    freshness.agency(context.session, context.commune_id, agency_id)
    with _refused(_WRONG_SHEET):
        sheets.drill(context.crypto, agency_id, seat, secret)


@dataclass(frozen=True)
class PlannedRecovery(Sealed):
    """What goes on paper before it is good: who comes back by which code (empty for a circle), and the new sheets."""

    name: str
    username: str
    roles: tuple[str, ...]
    code: str
    dealt: tuple[RecoverySheet, ...]


@action(Act.RECOVERY_SHOW)
def plan_recovery(
    context: ActContext, agency_id: UUID, first: ShownSheet, second: ShownSheet, username: str
) -> PlannedRecovery:
    """Try two sheets and a username, and draw what a recovery is going to print; nothing is good or ends yet."""
    open_with_pair(context, agency_id, first, second)
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    member = _for_circle(context, username) if agency.circle else _of_agency(context, agency_id, username)
    dealt = draw_next(context, agency_id)
    code = "" if agency.circle else new_code()
    return PlannedRecovery(member.name, member.username, tuple(member.roles.split(",")), code, dealt)


@action(Act.RECOVERY_PLAN)
def plan_sheets(
    context: ActContext,
    agency_id: UUID,
    first: ShownSheet,
    second: ShownSheet,
    officers: Sequence[str],
    pairs: Collection[tuple[int, int]],
) -> tuple[RecoverySheet, ...]:
    """Try two of the present sheets, and draw those that shall replace them; the present ones stay good."""
    open_with_pair(context, agency_id, first, second)
    return sheets.plan(context.crypto, agency_id, officers, pairs)


def open_with_pair(context: ActContext, agency_id: UUID, first: ShownSheet, second: ShownSheet) -> AgencyKeys:
    """Open an agency with two sheets; raise Refused, which is logged, for a pair that does not open it.

    Its key is in the memory of the console then, so its rotation is due at the next sign-in of somebody who holds it.
    """
    context.about = agency_id
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    agency.rotation_due = True
    with _refused(_WRONG_PAIR):
        return sheets.open_with_pair(context.crypto, agency_id, first, second)


@contextmanager
def _refused(words: str) -> Iterator[None]:
    """Tell somebody whose sheet is not right in words; that is no fault of the book, as an altered row is."""
    try:
        yield
    except VaultError as cause:
        if type(cause) is not VaultError:
            raise
        raise Refused(words) from cause


def draw_next(context: ActContext, agency_id: UUID) -> tuple[RecoverySheet, ...]:
    """Draw new sheets for those who keep them now, in the same pairs; what was typed at the console is used up."""
    names = [officer.name for officer in sheets.officers(context.crypto, agency_id)]
    return sheets.plan(context.crypto, agency_id, names, sheets.pairs_of(context.crypto, agency_id))


@action(Act.RECOVERY_OPEN)
def recover(
    context: ActContext, agency_id: UUID, first: ShownSheet, second: ShownSheet, planned: PlannedRecovery
) -> None:
    """Invite one member of an agency again with two sheets; no case is opened, and the planned sheets are in force.

    A circle's key is wrapped for a member who has an account and works on cases, without a code.
    """
    keys = open_with_pair(context, agency_id, first, second)
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    if agency.circle:
        _into_circle(context, keys, planned.username)
    else:
        member = _of_agency(context, agency_id, planned.username)
        admission_codes.invite_again(context, member, keys, planned.code)
    sheets.put_in_force(context.crypto, keys, planned.dealt)


@action(Act.RECOVERY_DEAL)
def replace_sheets(
    context: ActContext, agency_id: UUID, first: ShownSheet, second: ShownSheet, planned: Sequence[RecoverySheet]
) -> None:
    """Replace all sheets by planned ones with two of the present, as when a keeper has gone; nobody is invited."""
    sheets.put_in_force(context.crypto, open_with_pair(context, agency_id, first, second), planned)


@action(Act.RECOVERY_HAND_OVER)
def hand_over_circles(context: ActContext, seed: bytes, leaver_id: UUID, username: str) -> int:
    """Wrap for a member the keys of circles that somebody who has left, or must be admitted again, still keeps.

    `seed` is the leaver's key, opened with their own passphrase. Returns how many circles; raises BadInput for none.
    Cases without a holder are the new reader's; the next key of a circle, due at their sign-in, ends what was kept.
    """
    context.about = leaver_id
    leaver = freshness.member(context.session, context.commune_id, leaver_id)
    kept = _circles_kept(context, leaver) if leaver.state in (MemberState.LEFT, MemberState.INVITED) else []
    if not kept:
        raise BadInput("Người này không giữ khóa nào mà không ai khác mở được, hoặc đang làm việc và tự thêm được.")
    for circle, row in kept:
        circle.rotation_due = True
        keys = keyring.unwrap(
            seed,
            row.blob,
            commune_id=context.commune_id,
            agency_id=circle.id,
            epoch=row.epoch,
            member_id=leaver_id,
        )
        _into_circle(context, keys, username)
    context.session.flush()
    if leaver.state == MemberState.LEFT:
        holder_transfer.transfer_from_leaver(context, leaver)
    return len(kept)


def _circles_kept(context: ActContext, leaver: Member) -> list[tuple[Agency, Wrap]]:
    """Return the circles whose key somebody holds and no active member does, each with the wrap."""
    held = select(Wrap.agency_id).where(Wrap.commune_id == context.commune_id, Wrap.member_id == leaver.id)
    agency_ids = sorted(set(context.session.execute(held).scalars()))
    circles = [freshness.agency(context.session, context.commune_id, agency_id) for agency_id in agency_ids]
    kept = [circle for circle in circles if circle.circle and not _has_active(context, circle)]
    return [(circle, context.session.get_one(Wrap, _wrap_key(context, leaver, circle))) for circle in kept]


def _wrap_key(context: ActContext, member: Member, agency: Agency) -> tuple[UUID, UUID, UUID, int]:
    return context.commune_id, member.id, agency.id, agency.epoch


def _has_active(context: ActContext, circle: Agency) -> bool:
    members = [
        freshness.member(context.session, context.commune_id, member_id)
        for member_id in epochs.key_holders(context.crypto, circle)
    ]
    return any(member.state == MemberState.ACTIVE for member in members)


def _into_circle(context: ActContext, keys: AgencyKeys, username: str) -> None:
    """Wrap a circle's key for an active member who works on cases; the wraps of others stay."""
    member = _for_circle(context, username)
    if context.session.get(Wrap, (context.commune_id, member.id, keys.agency_id, keys.epoch)) is None:
        provisioning.wrap_for_member(context.crypto, keys, member)


def _for_circle(context: ActContext, username: str) -> Member:
    """Return an active member who works on cases; raise Refused, which is logged, for anybody else."""
    member = member_named(context, username, Member.state == MemberState.ACTIVE)
    if set(policy().rows[Act.CIRCLE_READ].who).isdisjoint(member.roles.split(",")):
        raise Refused(
            "Người này không làm việc với vụ việc. Hãy chọn người phụ trách vụ việc hoặc cơ quan. / This person does "
            "not work on cases. Choose a case worker or the lead of an agency."
        )
    return member


def _of_agency(context: ActContext, agency_id: UUID, username: str) -> Member:
    """Return a member of the agency by username."""
    member = member_named(context, username, Member.agency_id == agency_id)
    if member.state == MemberState.LEFT:
        raise Refused(
            "Người này đã nghỉ, nên không vào lại được. Hãy chọn người khác của cơ quan. / This person has left and "
            "cannot come back. Choose somebody else of the agency."
        )
    return member


def member_named(context: ActContext, username: str, *conditions: ColumnElement[bool]) -> Member:
    matching = (Member.commune_id == context.commune_id, Member.username == username, *conditions)
    member_id = context.session.execute(select(Member.id).where(*matching)).scalar_one_or_none()
    if member_id is None:
        raise Refused(
            "Không có người này trong cơ quan. Hãy gõ đúng tên đăng nhập. / There is nobody of this name in the "
            "agency. Type the user name as it is."
        )
    return freshness.member(context.session, context.commune_id, member_id)
