"""Acts of admission: add a member, invite by a colleague's code, enrol with one's own key, confirm face to face."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select

from casework.accounts.staff import Colleague, colleagues
from casework.audit import freshness
from casework.codelists import codelist
from casework.errors import BadInput, CaseworkError, NotFound, VaultError, gettext_noop
from casework.gate import ActContext, Gate, action
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity import heads
from casework.vault.keys.enrolment import admission
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.enrolment.passphrase_words import fingerprint
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.models import Agency, Commune, Head, KeptForm, Member, Wrap
from casework.vault.states import MemberState
from casework.vietnamese_text import plain

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_NOT_SHOWN = frozenset({MemberState.ACTIVE, MemberState.LOCKED, MemberState.AWAY, MemberState.LEFT})


class WrongAdmission(CaseworkError):
    """The admission code is wrong, used or expired; the three are never told apart."""

    status = 422


@dataclass(frozen=True)
class AdmittedMember:
    """Whom a code is for; these words are also what a passphrase may not consist of."""

    commune_id: UUID
    member_id: UUID
    name: str
    username: str
    agency_name: str
    commune_name: str


@dataclass(frozen=True)
class AwaitingConfirmation:
    """A newcomer; `mine` if I may make the code, `words` is the fingerprint of the new key, empty before enrolment."""

    who: Colleague
    mine: bool
    words: str


@action(Act.MEMBER_ADD)
def add_member(context: ActContext, username: str, name: str, role: Role) -> UUID:
    """Write down a new member without any key; a colleague who holds the agency's key makes the code."""
    username = plain(username)
    if not _USERNAME.fullmatch(username):
        raise BadInput(gettext_noop("Tên đăng nhập gồm 2 đến 40 chữ cái không dấu, chữ số, dấu chấm hoặc gạch."))
    taken = select(func.count()).select_from(Member).where(Member.username == username)
    if context.session.execute(taken).scalar_one():
        raise BadInput(gettext_noop("Tên đăng nhập này đã có người dùng. Hãy chọn tên khác."))
    member = Member(
        commune_id=context.commune_id,
        id=uuid4(),
        agency_id=_agency_of(context, role),
        username=username,
        name=name,
        roles=role.value,
        state=MemberState.INVITED,
        public_key=b"",
    )
    heads.create(context.session, context.commune_id, "member", member.id)
    context.session.add(member)
    context.about = member.id
    return member.id


@action(Act.MEMBER_RESTART)
def restart(context: ActContext, member_id: UUID) -> None:
    """Start the re-admission of a member who lost their credentials: sessions end, and a colleague makes a code."""
    context.about = member_id
    head, member = _head_and_member(context, member_id)
    if member_id == context.me:
        raise BadInput(gettext_noop("Không tự bắt đầu lại cho chính mình. Hãy nhờ một quản trị viên khác."))
    if member.state == MemberState.LEFT:
        raise BadInput(gettext_noop("Người này đã nghỉ. Hãy ghi tên như người mới."))
    if member.agency_id is not None and _holds_keys(context, member.agency_id) and _is_last_holder(context, member):
        raise BadInput(
            gettext_noop("Chỉ còn người này giữ khóa của cơ quan. Hãy khôi phục tại máy chủ bằng hai phiếu.")
        )
    member.state = MemberState.INVITED
    heads.revoke_rows(
        context.session,
        head,
        member,
        heads.rows_of_member(context.session, member, Admission, KeptForm, *heads.SESSIONS),
    )


@action(Act.ADMISSION_LIST)
def list_waiting(context: ActContext) -> list[AwaitingConfirmation]:
    """List the newcomers of one's own agency, or for an administrator of all."""
    newcomers = [colleague for colleague in colleagues(context) if colleague.state not in _NOT_SHOWN]
    if Role.ADMINISTRATOR not in context.actor.roles:
        newcomers = [colleague for colleague in newcomers if colleague.agency_id == context.actor.agency_id]
    return [
        AwaitingConfirmation(
            colleague, _may_invite(context, colleague.agency_id, colleague.id), _fingerprint_of(context, colleague.id)
        )
        for colleague in newcomers
    ]


@action(Act.ADMISSION_INVITE)
def invite(context: ActContext, member_id: UUID) -> tuple[Colleague, str]:
    """Make an admission code, valid for 24 hours, to be shown once and handed over in person."""
    context.about = member_id
    head, member = _head_and_member(context, member_id)
    if member.state not in (MemberState.INVITED, MemberState.WAITING):
        raise BadInput(gettext_noop("Người này đang dùng tài khoản. Người quản trị phải bắt đầu lại trước."))
    if not _may_invite(context, member.agency_id, member_id):
        raise BadInput(gettext_noop("Phải do một đồng nghiệp cùng cơ quan, đang giữ khóa, tạo mã này."))
    has_key = member.agency_id is not None and _holds_keys(context, member.agency_id)
    [recipient_key] = (
        freshness.recipients(context.crypto, [member.agency_id]) if has_key and member.agency_id else [None]
    )
    member.state = MemberState.INVITED
    code = admission.invite(context.crypto, head, member, recipient_key, by=context.me)
    return next(colleague for colleague in colleagues(context) if colleague.id == member_id), code


@action(Act.ADMISSION_FIND)
def find_by_code(context: ActContext, code: bytes) -> AdmittedMember:
    """Return whom a code is for; raise WrongAdmission for one that is wrong, used or older than 24 hours."""
    row, member = _admission_of(context, code)
    agency = freshness.agency(context.session, context.commune_id, member.agency_id) if member.agency_id else None
    commune = freshness.commune(context.session, context.commune_id)
    agency_name = agency.name if agency else ""
    return AdmittedMember(context.commune_id, row.member_id, member.name, member.username, agency_name, commune.name)


@action(Act.ADMISSION_ENROL)
def enrol(context: ActContext, code: bytes, new: NewCredentials, phone: PairedPhone) -> bool:
    """Take up an account with a key of one's own; True if it is active at once, False if a colleague must confirm."""
    row, member = _admission_of(context, code)
    context.about = context.who = member.id
    head = freshness.head(context.session, context.commune_id, member.id)
    freshness.agencies_of(context.session, context.commune_id, member.id)
    return admission.enrol(context.crypto, head, member, row, code=code, new=new, phone=phone)


@action(Act.ADMISSION_CONFIRM)
def confirm(context: ActContext, member_id: UUID, words: str) -> None:
    """Wrap the agency's key for a newcomer whose key fingerprint (four words) was compared face to face."""
    context.about = member_id
    head, member = _head_and_member(context, member_id)
    rows: list[Admission] = heads.rows_of_member(context.session, member, Admission)
    if (
        member.state != MemberState.WAITING
        or not rows
        or not context.crypto.holds(rows[0].agency_id or context.commune_id)
    ):
        raise NotFound("admission")
    if fingerprint(member.public_key) != words:
        raise BadInput(gettext_noop("Khóa vừa thay đổi. Hãy so lại bốn từ với người ấy."))
    freshness.agency(context.session, context.commune_id, rows[0].agency_id or context.commune_id)
    try:
        admission.confirm(context.crypto, member, rows[0])
    except VaultError:
        raise BadInput(gettext_noop("Khóa này không do người cầm mã tạo ra, hoặc đã cũ. Hãy tạo mã mới.")) from None
    heads.mark_changed(context.session, head)


def commune_of(gate: Gate, code: bytes) -> UUID:
    """Find the commune in which a code was made; raise WrongAdmission if there is none."""
    with gate.database.read_only() as session:
        ids: Sequence[UUID] = session.execute(select(Commune.id)).scalars().all()
        for commune_id in ids:
            finder = admission.code_index(gate.server_keys(commune_id), code)
            if session.execute(select(Admission.id).where(Admission.finder == finder)).first():
                return commune_id
    raise WrongAdmission(_WRONG)


_WRONG = gettext_noop("Mã này chưa đúng, đã dùng rồi hoặc đã quá 24 giờ. Hãy so lại với tờ giấy, hoặc xin mã mới.")


def _admission_of(context: ActContext, code: bytes) -> tuple[Admission, Member]:
    finder = admission.code_index(context.crypto.server_keys, code)
    query = select(Admission.id, Admission.member_id).where(
        Admission.commune_id == context.commune_id, Admission.finder == finder
    )
    ids = context.session.execute(query).one_or_none()
    if ids is None:
        raise WrongAdmission(_WRONG)
    member = freshness.member(context.session, context.commune_id, ids.member_id)
    row = context.session.get_one(Admission, (context.commune_id, ids.id))
    if member.state != MemberState.INVITED or not admission.is_open(row, at=context.crypto.at):
        raise WrongAdmission(_WRONG)
    if row.agency_id and freshness.agency(context.session, context.commune_id, row.agency_id).epoch != row.epoch:
        raise WrongAdmission(gettext_noop("Cơ quan đã đổi khóa sau khi mã này được tạo. Hãy xin mã mới."))
    return row, member


def _head_and_member(context: ActContext, member_id: UUID) -> tuple[Head, Member]:
    head = freshness.head(context.session, context.commune_id, member_id)
    return head, freshness.member(context.session, context.commune_id, member_id)


def _agency_of(context: ActContext, role: Role) -> UUID | None:
    """Return the agency in which a role is held, or None for one that belongs to no agency."""
    kinds = codelist("role").get(role.value).texts("agencies")
    query = select(Agency.id).where(Agency.commune_id == context.commune_id, Agency.kind.in_(kinds))
    ids = context.session.execute(query).scalars().all()
    if kinds and len(ids) != 1:
        raise BadInput(gettext_noop("Xã chưa có cơ quan của vai trò này."))
    return ids[0] if ids else None


def _holds_keys(context: ActContext, agency_id: UUID) -> bool:
    return (
        codelist("agency").get(freshness.agency(context.session, context.commune_id, agency_id).kind).flag("holds_keys")
    )


def _may_invite(context: ActContext, agency_id: UUID | None, member_id: UUID) -> bool:
    """Tell whether I may make the code: as a colleague with the key, or as administrator where the agency has none."""
    if member_id == context.me:
        return False
    if agency_id is not None and _holds_keys(context, agency_id):
        return context.crypto.holds(agency_id)
    return Role.ADMINISTRATOR in context.actor.roles


def _is_last_holder(context: ActContext, member: Member) -> bool:
    others = (
        select(func.count())
        .select_from(Wrap)
        .join(Member, (Member.commune_id == Wrap.commune_id) & (Member.id == Wrap.member_id))
    )
    others_wraps = (
        Wrap.commune_id == context.commune_id,
        Wrap.agency_id == member.agency_id,
        Wrap.member_id != member.id,
    )
    return context.session.execute(others.where(*others_wraps, Member.state == MemberState.ACTIVE)).scalar_one() == 0


def _fingerprint_of(context: ActContext, member_id: UUID) -> str:
    member = freshness.member(context.session, context.commune_id, member_id)
    return fingerprint(member.public_key) if member.state == MemberState.WAITING else ""
