"""What everybody does with her own account: prove who she is, a new passphrase, phone or paper code, her sessions."""

from dataclasses import dataclass, replace
from uuid import UUID

from casework.accounts.sign_in_acts import (
    StartedSession,
    Unwrapped,
    WrongPassphrase,
    continue_session,
    revoke_session,
    session_row,
    spend_totp_code,
)
from casework.audit import freshness
from casework.errors import NotFound, SignInNeeded, gettext_noop
from casework.gate import ActContext, action
from casework.policy.words import Act
from casework.vault.integrity import heads
from casework.vault.keys import sessions
from casework.vault.keys.enrolment import credentials, privacy_screen
from casework.vault.keys.enrolment.credentials import NewCredentials, PaperCode
from casework.vault.keys.enrolment.models import Interview
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.kek import DEMO_ID
from casework.vault.keys.sessions import FULL, NIGHT, RENEW, SessionToken
from casework.vault.models import Head, Member, SessionRow


@dataclass(frozen=True)
class SessionInfo:
    """One session of hers, as she may see it."""

    number: int
    device: str
    created: int
    seen: int
    state: str
    this: bool


@dataclass(frozen=True)
class ChangedCredentials:
    """What a change of her ways in gives back: the session that goes on, and the code to be kept on paper."""

    begun: StartedSession
    code: str

    def __repr__(self) -> str:
        """Never print the code."""
        return "<sealed>"


@action(Act.STEP_UP)
def step_up(
    context: ActContext, unwrapped: Unwrapped | None, digits: str, *, token: SessionToken, about: UUID | None
) -> StartedSession:
    """Prove again who she is, with both factors where she has both; a new token, and what was typed meanwhile."""
    if unwrapped is None or unwrapped.member_id != context.me:
        raise WrongPassphrase(gettext_noop("Mật khẩu chưa đúng. Hãy thử lại."))
    row = _mine(context, token.sid)
    if not is_second_factor_waived(context, row):
        spend_totp_code(context, context.me, digits)
    state = replace(sessions.state_of(row), stepup=context.crypto.at, stepup_about=about)
    return continue_session(context, row, unwrapped.seed, state)


def is_second_factor_waived(context: ActContext, row: SessionRow) -> bool:
    """Tell whether no phone can be asked for: in the demo, and after the code on paper stood in for it."""
    return context.crypto.server_keys.number == DEMO_ID or row.kind == NIGHT


@action(Act.KEY_CHANGE)
def change_passphrase(context: ActContext, new: NewCredentials, *, token: SessionToken) -> ChangedCredentials:
    """Give her a new key under a new passphrase: all she holds is wrapped anew, her other sessions end."""
    row, head, member = _proven(context, token)
    for agency_id in context.crypto.keyring.agencies if context.crypto.keyring else ():
        freshness.agency(context.session, context.commune_id, agency_id)
    kind = FULL if row.kind == RENEW else row.kind
    state = replace(sessions.state_of(row), kind=kind)
    credentials.replace_key(context.crypto, head, member, new)
    return _goes_on(context, member, new.seed, state, new.paper.code)


@action(Act.PHONE)
def change_phone(context: ActContext, phone: PairedPhone, *, token: SessionToken) -> ChangedCredentials:
    """Take another phone in the place of the one before, and print a new code; her other sessions end."""
    row, head, member = _proven(context, token)
    seed = sessions.seed_of(row, token, context.crypto.server_keys)
    state = replace(sessions.state_of(row), kind=FULL)
    paper = credentials.new_paper_code(context.crypto.server_keys, seed, member.id)
    credentials.replace_paper_code(context.crypto, head, member, paper, phone)
    return _goes_on(context, member, seed, state, paper.code)


@action(Act.PAPER_NEW)
def new_paper_code(context: ActContext, *, token: SessionToken) -> ChangedCredentials:
    """Print a new code for the night; the one before opens nothing any more, her other sessions end."""
    row, head, member = _proven(context, token)
    seed, state = sessions.seed_of(row, token, context.crypto.server_keys), sessions.state_of(row)
    paper: PaperCode = credentials.new_paper_code(context.crypto.server_keys, seed, member.id)
    credentials.replace_paper_code(context.crypto, head, member, paper)
    return _goes_on(context, member, seed, state, paper.code)


@action(Act.SESSION_LIST)
def list_sessions(context: ActContext, *, sid: bytes) -> list[SessionInfo]:
    """List her sessions, the newest first; the one of this browser is marked."""
    return [_seen(number, row, sid) for number, row in enumerate(_my_rows(context), start=1)]


@action(Act.SESSION_END)
def end_session(context: ActContext, number: int, created: int) -> None:
    """End one of her sessions, named by its number and moment in the list."""
    rows = _my_rows(context)
    if not 1 <= number <= len(rows) or rows[number - 1].created != created:
        raise NotFound("session")
    revoke_session(context, rows[number - 1].sid)


@action(Act.COVER)
def cover(context: ActContext, code: str, *, token: SessionToken) -> None:
    """Cover the screen while somebody speaks: the sealed key goes under cookie and short code."""
    row = _mine(context, token.sid)
    privacy_screen.lock_screen(context.crypto, row, token, code)


@action(Act.UNCOVER)
def uncover(context: ActContext, code: str, *, token: SessionToken) -> StartedSession:
    """Take the cover away with the short code; the try has been counted, and the fifth wrong one was the last."""
    row, interview = _mine(context, token.sid), context.session.get(Interview, token.sid)
    if interview is None or not privacy_screen.may_try(interview):
        raise SignInNeeded(gettext_noop("Hãy mở bằng mật khẩu."))
    seed = privacy_screen.unlock_screen(context.crypto, interview, token, code)
    if seed is None:
        raise WrongPassphrase(gettext_noop("Mã ngắn chưa đúng. Sau 5 lần sai phải dùng mật khẩu."))
    return continue_session(context, row, seed, sessions.state_of(row))


def _mine(context: ActContext, sid: bytes) -> SessionRow:
    row = session_row(context, sid)
    if row is None or row.member_id != context.me:
        raise SignInNeeded(gettext_noop("Phiên làm việc đã kết thúc. Hãy đăng nhập lại."))
    return row


def _proven(context: ActContext, token: SessionToken) -> tuple[SessionRow, Head, Member]:
    """Return her session and rows; the gate has asked for the proof who she is."""
    row = _mine(context, token.sid)
    head = freshness.head(context.session, context.commune_id, context.me)
    return row, head, freshness.member(context.session, context.commune_id, context.me)


def _goes_on(
    context: ActContext, member: Member, seed: bytes, state: sessions.SessionState, code: str
) -> ChangedCredentials:
    at, server_keys = context.crypto.at, context.crypto.server_keys
    token = sessions.start(context.session, server_keys, seed, member_id=member.id, at=at, standing=state)
    return ChangedCredentials(StartedSession(token, None, state.kind, member.id), code)


def _my_rows(context: ActContext) -> list[SessionRow]:
    member = freshness.member(context.session, context.commune_id, context.me)
    rows: list[SessionRow] = heads.rows_of_member(context.session, member, SessionRow)
    return sorted((row for row in rows if row.factors > 1 or row.kind == FULL), key=lambda row: -row.created)


def _seen(number: int, row: SessionRow, sid: bytes) -> SessionInfo:
    return SessionInfo(number, row.device, row.created, row.seen, "open" if row.blob else "locked", row.sid == sid)
