"""Acts on one's own passkeys: list, add and remove them, and ask a browser for one at sign-in and step-up."""

from dataclasses import dataclass
from uuid import UUID

from casework.accounts.sign_in_actions import session_row
from casework.audit import freshness
from casework.errors import BadInput, NotFound, SignInNeeded, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.keys.enrolment import passkeys
from casework.vault.keys.enrolment.models import Passkey, Totp
from casework.vault.keys.enrolment.passkey_challenges import Ceremony
from casework.vault.keys.enrolment.passkeys import Credential
from casework.vault.keys.sessions import PENDING

MOST = 10


@dataclass(frozen=True)
class OwnPasskey:
    """One of a member's own passkeys, as their page lists it; `created` in microseconds."""

    id: UUID
    created: int
    credential: Credential

    @property
    def name(self) -> str:
        return self.credential.name


@action(Act.PASSKEY_ASK)
def ask_for_passkey(context: ActContext, ceremony: Ceremony) -> str:
    """Return the options for the browser of a session that waits for its second factor or for a step-up, as JSON.

    Empty for a member without a passkey.
    """
    row = session_row(context, ceremony.sid)
    if row is None or (row.kind != PENDING and row.member_id != context.actor.member_id):
        raise SignInNeeded(gettext_noop("Phiên làm việc đã kết thúc. Hãy đăng nhập lại."))
    return passkeys.request_options(context.crypto, ceremony, passkeys_of(context, row.member_id))


@action(Act.PASSKEY_LIST)
def list_passkeys(context: ActContext) -> list[OwnPasskey]:
    """List one's own passkeys, the oldest first."""
    rows = sorted(passkeys_of(context, context.me), key=lambda row: row.created)
    return [OwnPasskey(row.id, row.created, passkeys.credential_of(context.crypto.server_keys, row)) for row in rows]


@action(Act.PASSKEY_ADD)
def add_passkey(context: ActContext, name: str, answer: str, *, ceremony: Ceremony) -> None:
    """Add the passkey that the browser has just made; raise BadInput for one too many or one that is there already."""
    rows = passkeys_of(context, context.me)
    if len(rows) >= MOST:
        raise BadInput(gettext_noop("Mỗi người có nhiều nhất 10 khóa. Hãy bỏ một khóa không dùng nữa rồi thêm."))
    row = passkeys.enrolled(context.crypto, ceremony, context.me, name=name, answer=answer)
    made = passkeys.credential_of(context.crypto.server_keys, row)
    for known in (passkeys.credential_of(context.crypto.server_keys, other) for other in rows):
        if known.credential_id == made.credential_id:
            raise BadInput(gettext_noop("Máy này đã có khóa trong danh sách rồi."))
    context.session.add(row)


@action(Act.PASSKEY_REMOVE)
def remove_passkey(context: ActContext, passkey_id: UUID | None) -> None:
    """Remove one of one's own passkeys for good; raise BadInput for the last second factor."""
    rows = passkeys_of(context, context.me)
    removed = [row for row in rows if row.id == passkey_id]
    if not removed:
        raise NotFound("passkey")
    if len(rows) == 1 and context.session.get(Totp, (context.commune_id, context.me)) is None:
        raise BadInput(gettext_noop("Đây là cách xác nhận cuối cùng còn lại. Hãy gắn điện thoại trước rồi mới bỏ."))
    head = freshness.head(context.session, context.commune_id, context.me)
    member = freshness.member(context.session, context.commune_id, context.me)
    heads.revoke_rows(context.session, head, member, removed)


def passkeys_of(context: ActContext, member_id: UUID) -> list[Passkey]:
    """Return the verified passkeys of a member."""
    member = freshness.member(context.session, context.commune_id, member_id)
    return heads.rows_of_member(context.session, member, Passkey)
