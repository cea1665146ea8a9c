"""Acts on one's own account: step-up, a new passphrase, second factor or paper code, sessions, privacy screen."""

from dataclasses import dataclass, replace
from uuid import UUID

from casework.accounts.sign_in_actions import (
    PasskeyAnswer,
    StartedSession,
    Unwrapped,
    WrongPassphrase,
    continue_session,
    revoke_session,
    session_row,
    spend_second_factor,
)
from casework.audit import freshness
from casework.errors import NotFound, SignInNeeded, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity import heads
from casework.vault.keys import kept_forms, sessions
from casework.vault.keys.enrolment import credentials, privacy_screen
from casework.vault.keys.enrolment.credentials import NewCredentials, PaperCode
from casework.vault.keys.enrolment.models import Interview
from casework.vault.keys.enrolment.passkey_challenges import STEP_UP
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.kek import DEMO_ID
from casework.vault.keys.sessions import FULL, NIGHT, RENEW, SessionToken
from casework.vault.models import Head, Member, SessionRow


@dataclass(frozen=True)
class SessionInfo:
    """One of a member's own sessions; `created` and `seen` in microseconds, `this` for the browser that asks."""

    number: int
    device: str
    created: int
    seen: int
    state: str
    this: bool


@dataclass(frozen=True)
class ChangedCredentials(Sealed):
    """What a change of credentials returns: the session that goes on, and the new paper code."""

    begun: StartedSession
    code: str


@action(Act.STEP_UP)
def step_up(
    context: ActContext,
    unwrapped: Unwrapped | None,
    second: str | PasskeyAnswer,
    *,
    token: SessionToken,
    about: UUID | None,
) -> StartedSession:
    """Step up: try both factors again, where both can be asked for; return a new token."""
    if unwrapped is None or unwrapped.member_id != context.me:
        raise WrongPassphrase(gettext_noop("Mật khẩu chưa đúng. Hãy thử lại."))
    row = own_session(context, token.sid)
    if not is_second_factor_waived(context, row):
        spend_second_factor(context, row, second, purpose=STEP_UP, about=about)
    state = replace(sessions.state_of(row), stepup=context.crypto.at, stepup_about=about)
    return continue_session(context, row, unwrapped.seed, state)


def is_second_factor_waived(context: ActContext, row: SessionRow) -> bool:
    """Tell whether no second factor is asked for: in the demo, and after the paper code stood in for the phone."""
    return context.crypto.server_keys.number == DEMO_ID or row.kind == NIGHT


@action(Act.KEY_CHANGE)
def change_passphrase(context: ActContext, new: NewCredentials, *, token: SessionToken) -> ChangedCredentials:
    """Replace the member's key and passphrase: every key held is wrapped anew, the other sessions end."""
    row, head, member = _own_rows(context, token)
    freshness.agencies_of(context.session, context.commune_id, context.me)
    kind = FULL if row.kind == RENEW else row.kind
    state = replace(sessions.state_of(row), kind=kind)
    seed = sessions.seed_of(row, token, context.crypto.server_keys)
    for ledgers in (False, True):
        rows = kept_forms.of_member(context.session, member, ledgers=ledgers)
        kept_forms.seal_anew(rows, seed, public_key(new.seed))
    credentials.replace_key(context.crypto, head, member, new)
    return _continue_with_new_code(context, member, new.seed, state, new.paper.code)


@action(Act.PHONE)
def change_phone(context: ActContext, phone: PairedPhone, *, token: SessionToken) -> ChangedCredentials:
    """Replace the phone and make a new paper code; the other sessions end."""
    row, head, member = _own_rows(context, token)
    seed = sessions.seed_of(row, token, context.crypto.server_keys)
    state = replace(sessions.state_of(row), kind=FULL)
    paper = credentials.new_paper_code(context.crypto.server_keys, seed, member.id)
    credentials.replace_paper_code(context.crypto, head, member, paper, phone)
    return _continue_with_new_code(context, member, seed, state, paper.code)


@action(Act.PAPER_NEW)
def new_paper_code(context: ActContext, *, token: SessionToken) -> ChangedCredentials:
    """Replace the paper code; the other sessions end."""
    row, head, member = _own_rows(context, token)
    seed, state = sessions.seed_of(row, token, context.crypto.server_keys), sessions.state_of(row)
    paper: PaperCode = credentials.new_paper_code(context.crypto.server_keys, seed, member.id)
    credentials.replace_paper_code(context.crypto, head, member, paper)
    return _continue_with_new_code(context, member, seed, state, paper.code)


@action(Act.SESSION_LIST)
def list_sessions(context: ActContext, *, sid: bytes) -> list[SessionInfo]:
    """List one's own sessions, the newest first."""
    return [_session_info(number, row, sid) for number, row in enumerate(_own_sessions(context), start=1)]


@action(Act.SESSION_END)
def end_session(context: ActContext, number: int, created: int) -> None:
    """End one of one's own sessions, named by its number and moment of creation in the list."""
    rows = _own_sessions(context)
    if not 1 <= number <= len(rows) or rows[number - 1].created != created:
        raise NotFound("session")
    revoke_session(context, rows[number - 1].sid)


@action(Act.COVER)
def cover(context: ActContext, code: str, *, token: SessionToken) -> None:
    """Cover the screen: the sealed key is wrapped under the session cookie and a short code (4 to 6 digits)."""
    row = own_session(context, token.sid)
    privacy_screen.lock_screen(context.crypto, row, token, code)


@action(Act.UNCOVER)
def uncover(context: ActContext, code: str, *, token: SessionToken) -> StartedSession:
    """Uncover the screen with the short code; the attempt has been counted, and the fifth wrong one is the last."""
    row, interview = own_session(context, token.sid), context.session.get(Interview, token.sid)
    if interview is None or not privacy_screen.may_try(interview):
        raise SignInNeeded(gettext_noop("Hãy mở bằng mật khẩu."))
    seed = privacy_screen.unlock_screen(context.crypto, interview, token, code)
    if seed is None:
        raise WrongPassphrase(gettext_noop("Mã ngắn chưa đúng. Sau 5 lần sai phải dùng mật khẩu."))
    return continue_session(context, row, seed, sessions.state_of(row))


def own_session(context: ActContext, sid: bytes) -> SessionRow:
    """Return the session of whoever acts, verified; raise SignInNeeded if it has ended."""
    row = session_row(context, sid)
    if row is None or row.member_id != context.me:
        raise SignInNeeded(gettext_noop("Phiên làm việc đã kết thúc. Hãy đăng nhập lại."))
    return row


def _own_rows(context: ActContext, token: SessionToken) -> tuple[SessionRow, Head, Member]:
    """Return one's own session, head and member; the gate has checked the step-up."""
    row = own_session(context, token.sid)
    head = freshness.head(context.session, context.commune_id, context.me)
    return row, head, freshness.member(context.session, context.commune_id, context.me)


def _continue_with_new_code(
    context: ActContext, member: Member, seed: bytes, state: sessions.SessionState, code: str
) -> ChangedCredentials:
    at, server_keys = context.crypto.at, context.crypto.server_keys
    token = sessions.start(context.session, server_keys, seed, member_id=member.id, at=at, standing=state)
    return ChangedCredentials(StartedSession(token, state.kind, member.id), code)


def _own_sessions(context: ActContext) -> list[SessionRow]:
    member = freshness.member(context.session, context.commune_id, context.me)
    rows: list[SessionRow] = heads.rows_of_member(context.session, member, SessionRow)
    return sorted((row for row in rows if row.factors > 1 or row.kind == FULL), key=lambda row: -row.created)


def _session_info(number: int, row: SessionRow, sid: bytes) -> SessionInfo:
    return SessionInfo(number, row.device, row.created, row.seen, "open" if row.blob else "locked", row.sid == sid)
