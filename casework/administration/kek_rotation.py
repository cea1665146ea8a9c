"""Rotation of the KEK: every row is verified under the old key before it is signed with the new one.

It stops at the first row that does not verify; then nothing has changed, so nothing forged is ever signed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, select, update

from casework.audit.chain import sign
from casework.audit.models import AuditLine
from casework.audit.verify import verify
from casework.cases import scope
from casework.cases.models import Address
from casework.clock import MICROSECOND
from casework.errors import Conflict, VaultError
from casework.gate import ActContext, action
from casework.maintenance.signed_tables import head_version, signed_kinds, update_rows
from casework.policy.vocabulary import Act
from casework.vault.crypto import passwords
from casework.vault.integrity import bound_rows, heads
from casework.vault.integrity.commitments import NOTHING_BOUND
from casework.vault.integrity.signed_rows import row_mac, signed_columns, verify_row
from casework.vault.keys import blind_index, mail_addresses, server_encryption
from casework.vault.keys.enrolment import admission, passkeys, totp
from casework.vault.keys.enrolment.models import Admission, Interview, Passkey, Totp
from casework.vault.keys.kek import Kek, ServerKeys, server_keys_of
from casework.vault.models import Commune, DutyRoster, Head, MailAddress, SessionRow, Slot, Throttle

Kind: TypeAlias = type[Any]
Rewrap: TypeAlias = Callable[[ServerKeys, ServerKeys, Any], bytes]
# What the server's own keys wrap, by kind and column.
_WRAPPED: Mapping[Kind, tuple[str, Rewrap]] = {
    Commune: ("marks", blind_index.rewrap),
    Slot: ("blob", passwords.rewrap),
    Totp: ("blob", totp.rewrap),
    Passkey: ("blob", passkeys.rewrap),
    MailAddress: ("blob", mail_addresses.rewrap),
    DutyRoster: ("blob", server_encryption.DUTY_ROSTER.rewrap),
    Address: ("blob", server_encryption.ADDRESS.rewrap),
}
# Deleted with the old key: everybody signs in again.
_ENDED: tuple[Kind, ...] = (SessionRow, Interview, Throttle)
# Heads are signed with their new lines of the log.
_NOT_RESIGNED = frozenset({Head.__tablename__, *(str(kind.__tablename__) for kind in _ENDED)})
# An admission code is found by an HMAC under the server's key; nobody could find it under a new one.
_CODE_LIFETIME = admission.LASTS_SECONDS * MICROSECOND
_LINES_AT_ONCE = 1000


@action(Act.KEYS_ROTATE)
def rotate(context: ActContext, new_kek: Kek) -> None:
    """Verify all rows of a commune and sign them with the new KEK; every head gets a line in the log."""
    old_keys, new_keys = context.crypto.server_keys, server_keys_of(new_kek, context.commune_id)
    # One transaction goes through all communes: rows of the one before are not signed here.
    context.session.expunge_all()
    heads.changed_heads(context.session).clear()
    _require_ready(context)
    for kind in _ENDED:
        context.session.execute(delete(kind))
    versions = {row.id: row.v for row in _verified(context, Head, {})}
    head_rows = context.session.execute(select(Head).where(Head.commune_id == context.commune_id)).scalars().all()
    found = bound_rows.commitments(context.session.connection(), context.commune_id)
    for kind in signed_kinds(without=_NOT_RESIGNED):
        _sign_again(context, kind, new_keys, _verified(context, kind, versions), versions)
    if bound_rows.unlike(head_rows, found):
        raise VaultError(
            "Bảng head có mục mà dòng bị bỏ hoặc thay, nên không đổi khóa. Chưa có gì thay đổi: hãy chạy `casework "
            "verify`. / Rows of a head are gone or changed, so the key is not rotated. Run `casework verify`."
        )
    # Heads commit to the MACs of their rows, which are new.
    signed = bound_rows.commitments(context.session.connection(), context.commune_id)
    for head in head_rows:
        head.bound = signed.get(head.id, NOTHING_BOUND)
        heads.mark_changed(context.session, head)
    _sign_lines(context, new_keys)
    context.reason = f"{old_keys.number} -> {new_keys.number}"


def _require_ready(context: ActContext) -> None:
    """Raise Conflict while an admission code is out, and VaultError if the log does not verify."""
    _no_code_is_waiting(context)
    if not verify(context.crypto).holds:
        raise VaultError(
            "Nhật ký không đúng: hãy chạy `casework verify`. Chưa có gì thay đổi. / The log does not hold: run "
            "`casework verify`. Nothing has changed."
        )


def _no_code_is_waiting(context: ActContext) -> None:
    """Raise Conflict while an admission code is open; expired ones are deleted."""
    unused = (Admission.commune_id == context.commune_id, Admission.state == admission.OPEN)
    context.session.execute(delete(Admission).where(*unused, Admission.created < context.crypto.at - _CODE_LIFETIME))
    waiting = select(Admission.id).where(*unused)
    if context.session.execute(waiting).first() is not None:
        raise Conflict("Còn mã nhận tài khoản chưa dùng. Hãy đợi mã được dùng hoặc hết hạn (24 giờ) rồi đổi khóa.")


def _verified(context: ActContext, kind: Kind, versions: Mapping[UUID, int]) -> Iterator[Any]:
    """Yield every row of one kind, verified under the old key; raise VaultError at the first that does not verify."""
    in_commune = kind.__table__.c[kind.__commune__] == context.commune_id
    for row in scope.rows_for_console(context.permit, kind, in_commune, *signed_columns(kind), "mac").on(
        context.session
    ):
        try:
            verify_row(context.crypto.server_keys, kind, row, head_version(kind, row, versions))
        except VaultError as cause:
            name = kind.__tablename__
            raise VaultError(
                f"Bảng {name} có dòng không đúng, nên không đổi khóa. Chưa có gì thay đổi: hãy chạy `casework "
                f"verify`. / A row of table {name} does not hold, so the key is not rotated. Run `casework verify`."
            ) from cause
        yield row


def _sign_again(
    context: ActContext, kind: Kind, new_keys: ServerKeys, rows: Iterable[Any], versions: Mapping[UUID, int]
) -> None:
    """Give rows their MAC under the new key, and wrap again what the old one wraps in them."""
    old_keys = context.crypto.server_keys
    column, rewrap = _WRAPPED.get(kind, ("", None))

    def values_of(row: Any) -> Mapping[str, Any]:
        values = {column: rewrap(old_keys, new_keys, row)} if rewrap else {}
        rewrapped = SimpleNamespace(**(dict(row._mapping) | values))
        return values | {"mac": row_mac(new_keys, kind, rewrapped, head_version(kind, row, versions))}

    update_rows(context.session.connection(), kind, ((row, values_of(row)) for row in rows))


def _sign_lines(context: ActContext, new_keys: ServerKeys) -> None:
    """Sign the lines of the log again; their hashes and bodies stay as they are."""
    line: Table = AuditLine.__table__  # type: ignore[assignment]
    by_number = (line.c.commune_id == bindparam("commune"), line.c.n == bindparam("number"))
    rows = context.session.execute(select(line.c.n, line.c.h).where(line.c.commune_id == context.commune_id))
    signed = update(line).where(*by_number).values(mac=bindparam("new_mac"))
    lines = [{"commune": context.commune_id, "number": row.n, "new_mac": sign(new_keys, row.n, row.h)} for row in rows]
    for start in range(0, len(lines), _LINES_AT_ONCE):
        context.session.connection().execute(signed, lines[start : start + _LINES_AT_ONCE])
