"""Acts of sign-in: the passphrase, then the second factor (TOTP, RFC 6238); the paper code; unlock; sign-out."""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from casework import secure_delete
from casework.audit import freshness
from casework.errors import CaseworkError, SignInNeeded, VaultError, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.integrity import heads
from casework.vault.keys import kept_forms, sessions
from casework.vault.keys.enrolment import passkeys, totp
from casework.vault.keys.enrolment.models import Interview, Passkey, Totp
from casework.vault.keys.enrolment.passkey_challenges import SIGN_IN, Ceremony, RelyingParty
from casework.vault.keys.kek import DEMO_ID
from casework.vault.keys.sessions import FULL, NIGHT, PENDING, RENEW, SessionState
from casework.vault.models import Member, SessionRow, Slot
from casework.vault.states import MemberState

log = logging.getLogger(__name__)
_WRONG = gettext_noop("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại.")
# A newcomer whom no colleague has confirmed yet comes only as far as a page that says so; who was away for long, as far
# as the page that asks for a third proof. The code on paper, which stands in for one of two, opens neither.
_MAY_COME_IN = frozenset({MemberState.ACTIVE, MemberState.WAITING})
_MAY_SIGN_IN = _MAY_COME_IN | {MemberState.AWAY}


class WrongPassphrase(CaseworkError):
    """The name or the passphrase is wrong; the two are never told apart."""

    status = 422


class InactiveAccount(WrongPassphrase):
    """The passphrase is right, but its account is locked, left or not yet taken up; only the log says so."""


class WrongCode(CaseworkError):
    """The TOTP code is wrong, too old, or was used before."""

    status = 422


@dataclass(frozen=True)
class Unwrapped(Sealed):
    """A member's private key (seed, 32 bytes), just opened by the passphrase, or by the paper code in `slot_id`."""

    member_id: UUID
    seed: bytes
    slot_id: UUID | None = None


@dataclass(frozen=True)
class StartedSession:
    """A session that has begun: the token for the cookie, what kind it is, and whose."""

    token: sessions.SessionToken
    kind: str = FULL
    member_id: UUID | None = None


@dataclass(frozen=True)
class PaperSignIn(Sealed):
    """The paper code with the one factor that is left; `lost` is the other: `phone` or `passphrase`."""

    paper: Unwrapped | None
    passphrase: Unwrapped | None
    digits: str
    lost: str


@dataclass(frozen=True)
class PasskeyAnswer(Sealed):
    """What a passkey has signed in place of the digits (JSON of the browser), and for whom."""

    answer: str
    party: RelyingParty


@action(Act.SIGN_IN)
def sign_in(
    context: ActContext, unwrapped: Unwrapped | None, *, before: bytes | None, device: str = ""
) -> StartedSession:
    """Begin a session for a member whose passphrase has opened the key; None raises WrongPassphrase, in the log too.

    It waits for the second factor, but in the demo. `before` is the id of a session of this browser that ends now.
    """
    if unwrapped is None:
        raise WrongPassphrase(_WRONG)
    _signing_in_member(context, unwrapped.member_id)
    demo = context.crypto.server_keys.number == DEMO_ID
    state = SessionState(FULL if demo else PENDING, 1, stepup=context.crypto.at if demo else 0, device=device)
    return _start_session(context, unwrapped, state, before)


@action(Act.SECOND_FACTOR)
def second_factor(context: ActContext, token: sessions.SessionToken, second: str | PasskeyAnswer) -> StartedSession:
    """Finish signing in with the digits of the phone or a passkey: a new token, a new row, and only now a keyring."""
    row = session_row(context, token.sid)
    if row is None or row.kind != PENDING or not sessions.is_pending(row, at=context.crypto.at):
        raise SignInNeeded(gettext_noop("Đã quá 5 phút. Hãy đăng nhập lại từ đầu."))
    _signing_in_member(context, row.member_id)
    spend_second_factor(context, row, second, purpose=SIGN_IN)
    unwrapped = Unwrapped(row.member_id, sessions.seed_of(row, token, context.crypto.server_keys))
    return _start_session(
        context, unwrapped, SessionState(FULL, 2, stepup=context.crypto.at, device=row.device), row.sid
    )


@action(Act.PAPER_CODE)
def sign_in_by_paper_code(
    context: ActContext, paper_sign_in: PaperSignIn, *, before: bytes | None, device: str = ""
) -> StartedSession:
    """Let the paper code stand in for one lost factor; it is spent, and the member's other sessions end."""
    paper, passphrase = paper_sign_in.paper, paper_sign_in.passphrase
    if paper is None or (
        paper_sign_in.lost == "phone" and (passphrase is None or passphrase.member_id != paper.member_id)
    ):
        raise WrongPassphrase(
            gettext_noop("Mã giấy, tên đăng nhập hoặc phần còn lại chưa đúng. Hãy so lại rồi thử lần nữa.")
        )
    member = _signing_in_member(context, paper.member_id, states=_MAY_COME_IN)
    if paper_sign_in.lost != "phone":
        spend_totp_code(context, paper.member_id, paper_sign_in.digits)
    spend_paper_code(context, member, paper)
    kind = NIGHT if paper_sign_in.lost == "phone" else RENEW
    started = _start_session(context, paper, SessionState(kind, 2, stepup=context.crypto.at, device=device), before)
    context.reason = kind
    return started


@action(Act.UNLOCK)
def unlock(context: ActContext, unwrapped: Unwrapped | None, *, before: bytes | None) -> StartedSession:
    """Continue a locked session: a new token and row that expire when the first ones would have."""
    if unwrapped is None:
        raise WrongPassphrase(gettext_noop("Mật khẩu chưa đúng. Hãy thử lại."))
    row = session_row(context, before)
    if row is None or row.member_id != unwrapped.member_id or row.kind == PENDING:
        raise SignInNeeded(gettext_noop("Phiên làm việc đã kết thúc. Hãy đăng nhập lại."))
    _signing_in_member(context, unwrapped.member_id)
    return _start_session(context, unwrapped, sessions.state_of(row), before)


@action(Act.SIGN_OUT)
def sign_out(context: ActContext, sid: bytes | None) -> None:
    """End this session: its row is deleted, and refused if it is put back."""
    if sid is not None:
        revoke_session(context, sid)


def revoke_session(context: ActContext, sid: bytes) -> None:
    """Delete a session and raise its owner's version, so that no copy of its row verifies; an altered row just goes."""
    try:
        row = session_row(context, sid)
    except VaultError:
        row = None
    if row is not None:
        head = freshness.head(context.session, context.commune_id, row.member_id)
        member = freshness.member(context.session, context.commune_id, row.member_id)
        interviews = context.session.execute(select(Interview).where(Interview.sid == sid)).scalars()
        heads.revoke_rows(context.session, head, member, [row, *interviews])
    context.session.execute(delete(SessionRow).where(SessionRow.sid == sid))
    context.session.execute(delete(Interview).where(Interview.sid == sid))


def continue_session(context: ActContext, row: SessionRow, seed: bytes, state: SessionState) -> StartedSession:
    """Replace the token and row of a session that goes on."""
    return _start_session(context, Unwrapped(row.member_id, seed), state, row.sid)


def session_row(context: ActContext, sid: bytes | None) -> SessionRow | None:
    """Return a session of this commune, verified; None for an unknown id or another commune's."""
    owner = sessions.owner_of(context.session, sid) if sid is not None else None
    if owner is None or owner[0] != context.commune_id:
        return None
    freshness.head(context.session, context.commune_id, owner[1])
    return context.session.get(SessionRow, sid)


def spend_totp_code(context: ActContext, member_id: UUID, digits: str) -> None:
    """Use a member's TOTP code (6 digits); raise WrongCode if it does not fit or was used before."""
    phone = context.session.get(Totp, (context.commune_id, member_id))
    if phone is None or not totp.spend_code(context.crypto, phone, digits):
        raise WrongCode(
            gettext_noop("Mã 6 số chưa đúng hoặc đã dùng rồi. Hãy chờ mã mới hiện trên điện thoại rồi thử lại.")
        )


def spend_second_factor(
    context: ActContext, row: SessionRow, second: str | PasskeyAnswer, *, purpose: str, about: UUID | None = None
) -> None:
    """Use the digits, or what a passkey has signed for this session; raise WrongCode or WrongPasskey."""
    if isinstance(second, str):
        spend_totp_code(context, row.member_id, second)
        return
    member = freshness.member(context.session, context.commune_id, row.member_id)
    rows = heads.rows_of_member(context.session, member, Passkey)
    passkeys.use(context.crypto, Ceremony(row.sid, purpose, second.party, about), rows, second.answer)
    context.reason = Passkey.__tablename__


def spend_paper_code(context: ActContext, member: Member, paper: Unwrapped) -> None:
    """Delete the slot of the paper code and the member's sessions; raise WrongPassphrase if it was spent meanwhile."""
    slot = context.session.get(Slot, (context.commune_id, paper.slot_id))
    if slot is None or slot.member_id != member.id:
        raise WrongPassphrase(gettext_noop("Mã giấy này đã dùng rồi. Mỗi tờ chỉ dùng được một lần."))
    head = freshness.head(context.session, context.commune_id, member.id)
    heads.revoke_rows(
        context.session, head, member, [slot, *heads.rows_of_member(context.session, member, *heads.SESSIONS)]
    )


def _signing_in_member(
    context: ActContext, member_id: UUID, *, states: frozenset[MemberState] = _MAY_SIGN_IN
) -> Member:
    member = freshness.member(context.session, context.commune_id, member_id)
    if member.state not in states:
        log.warning("act=%s state=%s", context.permit.act, member.state)
        raise InactiveAccount(_WRONG, about=member.id)
    context.who = member.id
    return member


def _start_session(
    context: ActContext, unwrapped: Unwrapped, state: SessionState, before: bytes | None
) -> StartedSession:
    """Begin a session in the place of this browser's previous one."""
    server_keys, at, member_id = context.crypto.server_keys, context.crypto.at, unwrapped.member_id
    token = sessions.start(context.session, server_keys, unwrapped.seed, member_id=member_id, at=at, standing=state)
    previous = session_row(context, before)
    if previous is not None:
        context.session.delete(previous)
        secure_delete.request(context.session)
        context.session.execute(delete(Interview).where(Interview.sid == previous.sid))
    sessions.delete_expired(context.session, at=at)
    kept_forms.delete_expired(context.session, at=at)
    return StartedSession(token, state.kind, member_id)
