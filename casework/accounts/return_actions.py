"""Acts of coming back after being locked for absence: both factors, then the paper code or a colleague's word."""

import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from casework.accounts.sign_in_actions import (
    StartedSession,
    Unwrapped,
    WrongCode,
    WrongPassphrase,
    continue_session,
    session_row,
    spend_paper_code,
)
from casework.audit import freshness
from casework.errors import BadInput, NotFound, SignInNeeded, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity import heads
from casework.vault.keys import sessions
from casework.vault.models import Head, Member, SessionRow
from casework.vault.states import MemberState
from casework.vietnamese_text import sort_key

# Who came in, whose time at the door is over and whom a lead has locked meanwhile are not told apart.
_NOT_AWAY = gettext_noop("Người này không còn chờ ở cửa: đã vào, đã quá 15 phút, hoặc tài khoản bị khóa.")
_OVER = gettext_noop("Đã quá 15 phút ở cửa. Hãy đăng nhập lại từ đầu.")


@dataclass(frozen=True)
class AtTheDoor:
    """A colleague who was locked for absence and has just given both factors; `since` is when, in microseconds."""

    id: UUID
    name: str
    roles: tuple[Role, ...]
    since: int


@action(Act.RETURN_BY_PAPER)
def return_by_paper(context: ActContext, token: sessions.SessionToken, paper: Unwrapped | None) -> StartedSession:
    """Let in who was away, by the paper code beside both factors of this session; the code is spent.

    All sessions of theirs end but this one, which goes on under a new token.
    """
    row = session_row(context, token.sid)
    if row is None or not sessions.is_at_door(row, at=context.crypto.at):
        raise SignInNeeded(_OVER)
    member = freshness.member(context.session, context.commune_id, row.member_id)
    context.who = context.about = member.id
    if member.state != MemberState.AWAY:
        raise SignInNeeded(_OVER, about=member.id)
    if paper is None or paper.member_id != member.id:
        raise WrongPassphrase(gettext_noop("Mã giấy chưa đúng. Hãy so lại từng nhóm với tờ giấy của bạn."))
    state, seed = sessions.state_of(row), sessions.seed_of(row, token, context.crypto.server_keys)
    member.state = MemberState.ACTIVE
    spend_paper_code(context, member, paper)
    return continue_session(context, row, seed, state)


@action(Act.RETURN_LIST)
def list_at_door(context: ActContext, member_id: UUID | None = None) -> list[AtTheDoor]:
    """List the colleagues of one's own agency who stand at the door, in the order of Vietnamese names.

    With `member_id` only this one, if they still do; raises NotFound for whom I could never confirm.
    """
    if member_id is not None:
        _confirmable(context, member_id)
    waiting = [
        AtTheDoor(member.id, member.name, tuple(map(Role, member.roles.split(","))), max(row.created for row in rows))
        for member in _away_colleagues(context)
        if member_id in (None, member.id) and (rows := _rows_at_door(context, member))
    ]
    return sorted(waiting, key=lambda one: sort_key(one.name))


@action(Act.RETURN_CONFIRM)
def confirm_return(context: ActContext, member_id: UUID, digits: str) -> str:
    """Let in a colleague whose six digits were read aloud, in the one session that shows them; return their name."""
    context.about = member_id
    head, member = _confirmable(context, member_id)
    if not (rows := _rows_at_door(context, member)):
        raise BadInput(_NOT_AWAY)
    shown = [row for row in rows if hmac.compare_digest(_code_of(context, row), digits.encode())]
    if not shown:
        raise WrongCode(gettext_noop("6 số chưa đúng. Hãy nhờ người ấy đọc lại từ màn hình của họ."))
    member.state = MemberState.ACTIVE
    others = [row for row in heads.rows_of_member(context.session, member, *heads.SESSIONS) if row not in shown]
    heads.revoke_rows(context.session, head, member, others)
    return str(member.name)


def _code_of(context: ActContext, row: SessionRow) -> bytes:
    return sessions.door_code(row.commune_id, row.member_id, row.sid, context.crypto.server_keys).encode()


def count_at_door(context: ActContext) -> int:
    """Count those whom `list_at_door` would list; unverified, it only chooses words on a page."""
    at, rows = context.crypto.at, select(func.count(SessionRow.member_id.distinct()))
    joined = rows.join(Member, (Member.commune_id == SessionRow.commune_id) & (Member.id == SessionRow.member_id))
    fresh = (SessionRow.kind == sessions.FULL, SessionRow.created > at - sessions.DOOR_MICROSECONDS)
    return context.session.execute(joined.where(*_away(context), *fresh, SessionRow.blob.is_not(None))).scalar_one()


def _away(context: ActContext) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the members of my agency, or like me of none, who are locked for absence."""
    agency = Member.agency_id.is_not_distinct_from(context.actor.agency_id)
    return (Member.commune_id == context.commune_id, Member.state == MemberState.AWAY, agency)


def _away_colleagues(context: ActContext) -> list[Member]:
    ids = context.session.execute(select(Member.id).where(*_away(context))).scalars().all()
    return [freshness.member(context.session, context.commune_id, member_id) for member_id in ids]


def _confirmable(context: ActContext, member_id: UUID) -> tuple[Head, Member]:
    """Return a colleague of one's own agency with their head; raise NotFound for anybody else and for oneself."""
    head = freshness.head(context.session, context.commune_id, member_id)
    member = freshness.member(context.session, context.commune_id, member_id)
    if member_id == context.me or member.agency_id != context.actor.agency_id:
        raise NotFound("member", about=member_id)
    return head, member


def _rows_at_door(context: ActContext, member: Member) -> list[SessionRow]:
    """Return the sessions of a member who was away that show six digits now; none of who is not away."""
    if member.state != MemberState.AWAY:
        return []
    freshness.head(context.session, context.commune_id, member.id)
    rows: list[SessionRow] = heads.rows_of_member(context.session, member, SessionRow)
    return [row for row in rows if sessions.is_at_door(row, at=context.crypto.at)]
