"""What visitors do at the door: passphrase, then second factor; the code on paper by night; unlock; sign out."""

import logging
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import delete, select

from casework.audit import freshness
from casework.errors import CaseworkError, SignInNeeded, VaultError, gettext_noop
from casework.gate import ActContext, action
from casework.policy.words import Act
from casework.vault.integrity import heads
from casework.vault.keys import sessions
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.models import Interview, Totp
from casework.vault.keys.kek import DEMO_ID
from casework.vault.keys.sessions import FULL, NIGHT, PENDING, RENEW, SessionState
from casework.vault.models import Member, SessionRow, Slot
from casework.vault.states import MemberState

log = logging.getLogger(__name__)
_WRONG = gettext_noop("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại.")
# Who may be at the door: somebody whom her colleague has yet to confirm comes in only as far as a page that says so.
_COMES_IN = frozenset({MemberState.ACTIVE, MemberState.WAITING})


class WrongPassphrase(CaseworkError):
    """The name or the passphrase is wrong; the two are never told apart."""

    status = 422


class InactiveAccount(WrongPassphrase):
    """The passphrase is right, but its account is locked, left or not yet taken up; only the log says so."""


class WrongCode(CaseworkError):
    """The digits of the phone are wrong, too old, or were used before."""

    status = 422


@dataclass(frozen=True)
class Unwrapped:
    """A member whose own key has just been opened by her passphrase or by the code that she keeps on paper."""

    member_id: UUID
    seed: bytes
    slot_id: UUID | None = None

    def __repr__(self) -> str:
        """Never print the key."""
        return "<sealed>"


@dataclass(frozen=True)
class StartedSession:
    """A session that has begun: the token for the cookie, and what was typed on a locked screen before it, if any."""

    token: sessions.SessionToken
    kept: bytes | None
    kind: str = FULL
    member_id: UUID | None = None


@dataclass(frozen=True)
class PaperSignIn:
    """The code on paper with the one thing that is still at hand: the passphrase, or the digits of the phone."""

    paper: Unwrapped | None
    passphrase: Unwrapped | None
    digits: str
    lost: str

    def __repr__(self) -> str:
        """Never print what was given."""
        return "<sealed>"


@action(Act.SIGN_IN)
def sign_in(
    context: ActContext, unwrapped: Unwrapped | None, *, before: bytes | None, device: str = ""
) -> StartedSession:
    """Begin a session for a member whose passphrase has opened her key; None raises WrongPassphrase, in the log too.

    It waits for the second factor, but in the demo. `before` is the id of a session of this browser that ends now;
    text kept in it goes on with the new one if it is hers.
    """
    if unwrapped is None:
        raise WrongPassphrase(_WRONG)
    _coming(context, unwrapped.member_id)
    demo = context.crypto.server_keys.number == DEMO_ID
    state = SessionState(FULL if demo else PENDING, 1, stepup=context.crypto.at if demo else 0, device=device)
    return _begin(context, unwrapped, state, before)


@action(Act.SECOND_FACTOR)
def second_factor(context: ActContext, token: sessions.SessionToken, digits: str) -> StartedSession:
    """Finish signing in with the digits of the phone: a new token, a new row, and only now a keyring."""
    row = session_row(context, token.sid)
    if row is None or row.kind != PENDING or not sessions.is_pending(row, at=context.crypto.at):
        raise SignInNeeded(gettext_noop("Đã quá 5 phút. Hãy đăng nhập lại từ đầu."))
    _coming(context, row.member_id)
    spend_totp_code(context, row.member_id, digits)
    unwrapped = Unwrapped(row.member_id, sessions.seed_of(row, token, context.crypto.server_keys))
    return _begin(context, unwrapped, SessionState(FULL, 2, stepup=context.crypto.at, device=row.device), row.sid)


@action(Act.PAPER_CODE)
def sign_in_by_paper_code(
    context: ActContext, paper_sign_in: PaperSignIn, *, before: bytes | None, device: str = ""
) -> StartedSession:
    """Let the code on paper stand in for one lost thing; it is spent, and every other session of hers ends."""
    paper, passphrase = paper_sign_in.paper, paper_sign_in.passphrase
    if paper is None or (
        paper_sign_in.lost == "phone" and (passphrase is None or passphrase.member_id != paper.member_id)
    ):
        raise WrongPassphrase(
            gettext_noop("Mã giấy, tên đăng nhập hoặc phần còn lại chưa đúng. Hãy so lại rồi thử lần nữa.")
        )
    member = _coming(context, paper.member_id)
    if paper_sign_in.lost != "phone":
        spend_totp_code(context, paper.member_id, paper_sign_in.digits)
    kept = _row_text(context, before, member.id)
    spend_paper_code(context, member, paper)
    kind = NIGHT if paper_sign_in.lost == "phone" else RENEW
    started = _begin(context, paper, SessionState(kind, 2, stepup=context.crypto.at, device=device), before)
    context.reason = kind
    return replace(started, kept=_opened_text(context, kept, paper))


@action(Act.UNLOCK)
def unlock(context: ActContext, unwrapped: Unwrapped | None, *, before: bytes | None) -> StartedSession:
    """Continue after a pause: a new token and row that end when the first ones would have, and the text kept."""
    if unwrapped is None:
        raise WrongPassphrase(gettext_noop("Mật khẩu chưa đúng. Hãy thử lại."))
    row = session_row(context, before)
    if row is None or row.member_id != unwrapped.member_id or row.kind == PENDING:
        raise SignInNeeded(gettext_noop("Phiên làm việc đã kết thúc. Hãy đăng nhập lại."))
    _coming(context, unwrapped.member_id)
    return _begin(context, unwrapped, sessions.state_of(row), before)


@action(Act.SIGN_OUT)
def sign_out(context: ActContext, sid: bytes | None) -> None:
    """End this session: its row is gone when the answer is sent, and refused if it is put back."""
    if sid is not None:
        revoke_session(context, sid)


@action(Act.KEEP)
def keep_typed_text(context: ActContext, sid: bytes, text: bytes) -> None:
    """Keep what was typed on a screen that had locked, sealed to the person herself."""
    row = session_row(context, sid)
    if row is None or row.member_id != context.me:
        raise SignInNeeded(gettext_noop("Phiên làm việc đã kết thúc."))
    member = freshness.member(context.session, context.commune_id, context.me)
    sessions.store_draft_text(row, member.public_key, text)


def revoke_session(context: ActContext, sid: bytes) -> None:
    """Delete a session and raise its owner's version, so that no copy of the row lives again; a bad row just goes."""
    try:
        row = session_row(context, sid)
    except VaultError:
        row = None
    if row is not None:
        head = freshness.head(context.session, context.commune_id, row.member_id)
        member = freshness.member(context.session, context.commune_id, row.member_id)
        interviews = context.session.execute(select(Interview).where(Interview.sid == sid)).scalars()
        heads.take_from_member(context.session, head, member, [row, *interviews])
    context.session.execute(delete(SessionRow).where(SessionRow.sid == sid))
    context.session.execute(delete(Interview).where(Interview.sid == sid))


def continue_session(context: ActContext, row: SessionRow, seed: bytes, state: SessionState) -> StartedSession:
    """Put a new token and row in the place of a session of hers that goes on, and hand back what was kept."""
    return _begin(context, Unwrapped(row.member_id, seed), state, row.sid)


def session_row(context: ActContext, sid: bytes | None) -> SessionRow | None:
    """Return a session of this commune, verified; None for another or an unknown one."""
    owner = sessions.owner_of(context.session, sid) if sid is not None else None
    if owner is None or owner[0] != context.commune_id:
        return None
    freshness.head(context.session, context.commune_id, owner[1])
    return context.session.get(SessionRow, sid)


def spend_totp_code(context: ActContext, member_id: UUID, digits: str) -> None:
    """Use the digits of a member's phone; raise WrongCode if they do not fit or were used before."""
    phone = context.session.get(Totp, (context.commune_id, member_id))
    if phone is None or not totp.spend(context.crypto, phone, digits):
        raise WrongCode(
            gettext_noop("Mã 6 số chưa đúng hoặc đã dùng rồi. Hãy chờ mã mới hiện trên điện thoại rồi thử lại.")
        )


def spend_paper_code(context: ActContext, member: Member, paper: Unwrapped) -> None:
    """Take the slot of the code on paper and all her sessions; raise WrongPassphrase if somebody was faster."""
    slot = context.session.get(Slot, (context.commune_id, paper.slot_id))
    if slot is None or slot.member_id != member.id:
        raise WrongPassphrase(gettext_noop("Mã giấy này đã dùng rồi. Mỗi tờ chỉ dùng được một lần."))
    head = freshness.head(context.session, context.commune_id, member.id)
    heads.take_from_member(
        context.session, head, member, [slot, *heads.rows_of_member(context.session, member, *heads.SESSIONS)]
    )


def _coming(context: ActContext, member_id: UUID) -> Member:
    member = freshness.member(context.session, context.commune_id, member_id)
    if member.state not in _COMES_IN:
        log.warning("act=%s state=%s", context.permit.act, member.state)
        raise InactiveAccount(_WRONG, about=member.id)
    context.who = member.id
    return member


def _begin(context: ActContext, unwrapped: Unwrapped, state: SessionState, before: bytes | None) -> StartedSession:
    """Begin the session that follows another one of this browser; a pending one carries on what was kept in it."""
    server_keys, at, member_id = context.crypto.server_keys, context.crypto.at, unwrapped.member_id
    token = sessions.start(context.session, server_keys, unwrapped.seed, member_id=member_id, at=at, standing=state)
    previous, kept = session_row(context, before), _row_text(context, before, member_id)
    if previous is not None:
        context.session.delete(previous)
        context.session.execute(delete(Interview).where(Interview.sid == previous.sid))
    sessions.delete_expired(context.session, at=at)
    if state.kind == PENDING and kept is not None:
        context.session.flush()
        context.session.get_one(SessionRow, token.sid).kept = kept
        kept = None
    return StartedSession(token, _opened_text(context, kept, unwrapped), state.kind, member_id)


def _row_text(context: ActContext, sid: bytes | None, member_id: UUID) -> bytes | None:
    row = session_row(context, sid)
    return row.kept if row is not None and row.member_id == member_id else None


def _opened_text(context: ActContext, kept: bytes | None, unwrapped: Unwrapped) -> bytes | None:
    """Open what was kept; what was sealed to a key that she has no longer is lost."""
    try:
        return sessions.opened_text(context.commune_id, unwrapped.member_id, kept, unwrapped.seed) if kept else None
    except VaultError:
        return None
