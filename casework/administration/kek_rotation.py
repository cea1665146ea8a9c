"""The exchange of the KEK: every row is verified under the old key before it is signed with the newer one.

It stops at the first row that does not hold; then nothing has changed, so nothing forged is ever signed.
"""

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, select, update

from casework.audit.chain import sign
from casework.audit.models import AuditLine
from casework.audit.verify import verify
from casework.cases import scope
from casework.clock import MICROSECOND
from casework.db import Base
from casework.errors import Conflict, VaultError
from casework.gate import ActContext, action
from casework.policy.words import Act
from casework.vault.crypto import passwords
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import SignedRow, row_mac, signed_columns, verify_row
from casework.vault.keys import blind_index
from casework.vault.keys.enrolment import admission, totp
from casework.vault.keys.enrolment.models import Admission, Interview, Totp
from casework.vault.keys.kek import Kek, ServerKeys, server_keys_of
from casework.vault.models import Commune, Head, SessionRow, Slot, Throttle

Kind: TypeAlias = type[Any]
Sealed: TypeAlias = Callable[[ServerKeys, ServerKeys, Any], bytes]
# What the server's own keys seal, by kind and column.
_SEALED: Mapping[Kind, tuple[str, Sealed]] = {
    Commune: ("marks", blind_index.rewrap),
    Slot: ("blob", passwords.rewrap),
    Totp: ("blob", totp.rewrap),
}
# What ends with the old key: whoever was signed in signs in again.
_ENDED: tuple[Kind, ...] = (SessionRow, Interview, Throttle)
# A code of admission is found by an HMAC under the server's key; nobody could find it under a newer one.
_CODE_LIVES = admission.LASTS_SECONDS * MICROSECOND
_LINES_AT_ONCE = 1000


@action(Act.KEYS_ROTATE)
def exchange(context: ActContext, newer: Kek) -> None:
    """Verify all rows of a commune and sign them with the newer key; every head gets a line that says so."""
    old, young = context.crypto.server_keys, server_keys_of(newer, context.commune_id)
    # One transaction goes through all communes: what it has read of the one before is not of this one.
    context.session.expunge_all()
    heads.changed_heads(context.session).clear()
    make_sure(context)
    for kind in _ENDED:
        context.session.execute(delete(kind))
    versions = {row.id: row.v for row in _verified(context, Head, {})}
    for row in context.session.execute(select(Head).where(Head.commune_id == context.commune_id)).scalars():
        heads.mark_changed(context.session, row)
    for kind in kinds():
        _sign_again(context, kind, young, list(_verified(context, kind, versions)), versions)
    _sign_lines(context, young)
    context.reason = f"{old.number} -> {young.number}"


def kinds() -> list[Kind]:
    """Return every kind of row with a MAC that outlives the exchange; heads are signed with their new lines."""
    mapped = {mapper.class_ for mapper in Base.registry.mappers}
    maced = {kind for kind in mapped if issubclass(kind, SignedRow)}
    return sorted(maced - {Head, *_ENDED}, key=lambda kind: str(kind.__tablename__))


def make_sure(context: ActContext) -> None:
    """Raise Conflict while a code of admission is out, and VaultError if the log does not hold."""
    _no_code_is_waiting(context)
    if not verify(context.crypto).holds:
        raise VaultError("Nhật ký không đúng: hãy chạy `casework verify`. Chưa có gì thay đổi.")


def _no_code_is_waiting(context: ActContext) -> None:
    """Raise Conflict while somebody holds a code of admission; those that have died are removed."""
    unused = (Admission.commune_id == context.commune_id, Admission.state == admission.OPEN)
    context.session.execute(delete(Admission).where(*unused, Admission.created < context.crypto.at - _CODE_LIVES))
    left = select(Admission.id).where(*unused)
    if context.session.execute(left).first() is not None:
        raise Conflict("Còn mã nhận tài khoản chưa dùng. Hãy đợi mã được dùng hoặc hết hạn (24 giờ) rồi đổi khóa.")


def _verified(context: ActContext, kind: Kind, versions: Mapping[UUID, int]) -> Iterator[Any]:
    """Yield every row of one kind, each checked under the old key; the first that does not hold stops everything."""
    ours = kind.__table__.c[kind.__commune__] == context.commune_id
    for row in scope.every(context.permit, kind, ours, *signed_columns(kind), "mac").on(context.session):
        try:
            verify_row(context.crypto.server_keys, kind, row, _version(kind, row, versions))
        except VaultError as cause:
            name = kind.__tablename__
            raise VaultError(f"Bảng {name} có dòng không đúng, nên không đổi khóa. Chưa có gì thay đổi.") from cause
        yield row


def _version(kind: Kind, row: Any, versions: Mapping[UUID, int]) -> int:
    if kind.__head__ is None:
        return 0
    try:
        return versions[getattr(row, kind.__head__)]
    except KeyError:
        raise VaultError("unopened") from None


def _sign_again(
    context: ActContext, kind: Kind, young: ServerKeys, rows: list[Any], versions: Mapping[UUID, int]
) -> None:
    if not rows:
        return
    table: Table = kind.__table__
    column, sealed = _SEALED.get(kind, ("", None))
    changed = []
    for row in rows:
        values = {column: sealed(context.crypto.server_keys, young, row)} if sealed else {}
        newer = SimpleNamespace(**(dict(row._mapping) | values))
        mac = row_mac(young, kind, newer, _version(kind, row, versions))
        keys = {f"old_{one.key}": getattr(row, str(one.key)) for one in table.primary_key}
        changed.append(keys | {"new_mac": mac} | {f"new_{name}": value for name, value in values.items()})
    same = [one == bindparam(f"old_{one.key}") for one in table.primary_key]
    put: dict[str, Any] = {"mac": bindparam("new_mac")} | ({column: bindparam(f"new_{column}")} if sealed else {})
    context.session.connection().execute(update(table).where(*same).values(put), changed)


def _sign_lines(context: ActContext, young: ServerKeys) -> None:
    """Sign the lines of the log again; their hashes and what they say stay as they are."""
    line: Table = AuditLine.__table__  # type: ignore[assignment]
    ours = (line.c.commune_id == bindparam("commune"), line.c.n == bindparam("number"))
    rows = context.session.execute(select(line.c.n, line.c.h).where(line.c.commune_id == context.commune_id))
    signed = update(line).where(*ours).values(mac=bindparam("new_mac"))
    lines = [{"commune": context.commune_id, "number": row.n, "new_mac": sign(young, row.n, row.h)} for row in rows]
    for start in range(0, len(lines), _LINES_AT_ONCE):
        context.session.connection().execute(signed, lines[start : start + _LINES_AT_ONCE])
