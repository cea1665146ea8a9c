"""Acts on one's own mail address: see it, set another one, confirm it by the code that was mailed there, remove it."""

from dataclasses import dataclass
from uuid import UUID

from casework.audit import freshness
from casework.errors import BadInput, Conflict, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.integrity import heads
from casework.vault.keys import mail_addresses
from casework.vault.models import MailAddress

WRONG_CODE = gettext_noop(
    "Mã chưa đúng, hoặc đã quá 24 giờ. Hãy xem lại thư mới nhất, hoặc bỏ địa chỉ này rồi ghi lại để nhận mã mới."
)


@dataclass(frozen=True)
class OwnAddress(Sealed):
    """A member's own address, as their own page shows it; `id` is that of its row."""

    id: UUID
    address: str
    confirmed: bool


@action(Act.MAIL_SEE)
def own_address(context: ActContext) -> OwnAddress | None:
    """Return one's own address with its state, or None."""
    return _read(context)


@action(Act.MAIL_SET)
def set_address(context: ActContext, address: str, code: str) -> None:
    """Replace one's own address by one that waits for its code; nothing but the code is sent there before."""
    _delete(context)
    context.session.add(mail_addresses.row(context.crypto, context.me, address, code))


@action(Act.MAIL_CONFIRM)
def confirm_address(context: ActContext, typed: str) -> None:
    """Confirm one's own address; the try has been counted."""
    row = _row(context)
    if row is None:
        raise Conflict(gettext_noop("Địa chỉ này vừa được bỏ. Hãy ghi lại địa chỉ."))
    if not mail_addresses.address_of(context.crypto.server_keys, row).takes(typed, at=context.crypto.at):
        raise BadInput(WRONG_CODE)
    mail_addresses.confirm(context.crypto.server_keys, row)


@action(Act.MAIL_REMOVE)
def remove_address(context: ActContext) -> None:
    """Remove one's own address for good; where there is none, nothing changes."""
    _delete(context)


@action(Act.MAIL_TEST)
def address_for_test(context: ActContext) -> str:
    """Return the administrator's own confirmed address, the only one to which they may send a test."""
    own = _read(context)
    if own is None or not own.confirmed:
        raise BadInput(gettext_noop("Hãy ghi và xác nhận địa chỉ của chính mình trước; thư thử chỉ gửi đến đó."))
    return own.address


def _read(context: ActContext) -> OwnAddress | None:
    row = _row(context)
    if row is None:
        return None
    written = mail_addresses.address_of(context.crypto.server_keys, row)
    return OwnAddress(row.id, written.address, written.confirmed)


def _row(context: ActContext) -> MailAddress | None:
    member = freshness.member(context.session, context.commune_id, context.me)
    rows: list[MailAddress] = heads.rows_of_member(context.session, member, MailAddress)
    return rows[0] if rows else None


def _delete(context: ActContext) -> None:
    row = _row(context)
    if row is not None:
        head = freshness.head(context.session, context.commune_id, context.me)
        member = freshness.member(context.session, context.commune_id, context.me)
        heads.revoke_rows(context.session, head, member, [row])
