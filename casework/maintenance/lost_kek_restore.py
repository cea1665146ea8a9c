"""A restored database whose KEK is lost: signed with a new key, on the word of the backup's signature alone.

What only the old key could open is gone: everybody's slots, second factors and wraps. Everybody comes back through
recovery; nothing that the agencies' own keys protect is touched.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from casework.audit.chain import START, link, sign
from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.gate import ActContext, action
from casework.maintenance import legacy_signatures, row_verification
from casework.policy.words import Act
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import row_mac
from casework.vault.keys import blind_index
from casework.vault.keys.enrolment.models import Admission, Totp
from casework.vault.keys.kek import Kek, ServerKeys, server_keys_of
from casework.vault.models import Commune, Head, Member, Slot, Wrap

_GONE: tuple[type[Any], ...] = (Slot, Totp, Wrap, Admission)
# Whoever had left stays out; everybody else is invited anew.
_OUT = "left"
_INVITED = "invited"


def resign_all(connection: Connection, key: Kek) -> None:
    """Give every row and line a MAC under a new key; raise VaultError if the log's own chain does not hold."""
    for kind in _GONE:
        connection.execute(delete(_table(kind)))
    member = _table(Member)
    invited = update(member).where(member.c.state != _OUT)
    connection.execute(invited.values(state=_INVITED, public_key=b""))
    communes = list(connection.execute(select(_table(Commune).c.id)).scalars())
    keys = {commune_id: server_keys_of(key, commune_id) for commune_id in communes}
    versions = {row.id: row.v for row in connection.execute(select(_table(Head).c.id, _table(Head).c.v))}
    for kind in row_verification.kinds():
        _sign_rows(connection, kind, keys, versions)
    for commune_id in communes:
        _sign_lines(connection, keys[commune_id])


def _sign_rows(
    connection: Connection, kind: type[Any], keys: Mapping[UUID, ServerKeys], versions: Mapping[UUID, int]
) -> None:
    """Sign the rows of one table; the key of a commune's marks is made anew, for the old one cannot be opened."""
    legacy_signatures.put(
        connection, kind, (_anew(kind, row, keys, versions) for row in row_verification.plain_rows(connection, kind))
    )


def _anew(
    kind: type[Any], row: Any, keys: Mapping[UUID, ServerKeys], versions: Mapping[UUID, int]
) -> tuple[Any, dict[str, Any]]:
    own = keys[getattr(row, kind.__commune__)]
    values = {"marks": blind_index.new_index_key(own)} if kind is Commune else {}
    newer = SimpleNamespace(**(row._asdict() | values))
    return row, values | {"mac": row_mac(own, kind, newer, row_verification.version(kind, row, versions))}


def _sign_lines(connection: Connection, own: ServerKeys) -> None:
    line = _table(AuditLine)
    ours = select(line.c.n, line.c.prev, line.c.body, line.c.h).where(line.c.commune_id == own.commune_id)
    prev, signed = START, []
    for at, row in enumerate(connection.execute(ours.order_by(line.c.n)), start=1):
        if (row.n, row.prev, row.h) != (at, prev, link(at, prev, row.body)):
            raise VaultError("Nhật ký trong bản sao lưu không liền mạch.")
        prev = row.h
        signed.append({"number": at, "new_mac": sign(own, at, row.h)})
    here = (line.c.commune_id == own.commune_id, line.c.n == bindparam("number"))
    connection.execute(update(line).where(*here).values(mac=bindparam("new_mac")), signed)


def _table(kind: type[Any]) -> Table:
    table: Table = kind.__table__
    return table


@action(Act.RESTORE_ANEW)
def accept_heads(context: ActContext) -> None:
    """Give every head a line that holds its new MAC, so that it is believed again."""
    for row in context.session.execute(select(Head).where(Head.commune_id == context.commune_id)).scalars():
        heads.mark_changed(context.session, row)
