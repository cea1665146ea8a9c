"""A restored database whose KEK is lost: signed with a new KEK, trusting the backup's signature alone.

What only the old KEK could open is deleted: everybody's slots, second factors and wrapped keys, and the duty rosters,
which are written anew. Everybody comes back through recovery; nothing that the agencies' own keys protect is touched.
"""

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from casework.audit.chain import START, link, sign
from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.gate import ActContext, action
from casework.maintenance import signed_tables
from casework.policy.vocabulary import Act
from casework.vault.integrity import bound_rows, heads
from casework.vault.integrity.commitments import NOTHING_BOUND
from casework.vault.integrity.signed_rows import row_mac
from casework.vault.keys import blind_index
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.kek import Kek, ServerKeys, server_keys_of
from casework.vault.models import Commune, DutyRoster, Head, MailAddress, Member, Slot, Wrap
from casework.vault.states import MemberState

_UNREADABLE: tuple[type[Any], ...] = (Slot, *heads.SECOND_FACTORS, Wrap, Admission, MailAddress, DutyRoster)


def resign_all(connection: Connection, new_kek: Kek) -> None:
    """Give every row and line a MAC under a new KEK; raise VaultError if the hash chain of the log is broken."""
    for kind in _UNREADABLE:
        connection.execute(delete(_table(kind)))
    member = _table(Member)
    # Members who had left stay out; all others are invited again.
    invited = update(member).where(member.c.state != MemberState.LEFT)
    connection.execute(invited.values(state=MemberState.INVITED, public_key=b""))
    communes = list(connection.execute(select(_table(Commune).c.id)).scalars())
    keys = {commune_id: server_keys_of(new_kek, commune_id) for commune_id in communes}
    versions = {row.id: row.v for row in connection.execute(select(_table(Head).c.id, _table(Head).c.v))}
    for kind in signed_tables.signed_kinds():
        if kind is not Head:
            _sign_rows(connection, kind, keys, versions)
    # Heads come last: they commit to the MACs of their rows, which are new.
    _sign_rows(connection, Head, keys, versions, bound_rows.all_commitments(connection, communes))
    for commune_id in communes:
        _sign_lines(connection, keys[commune_id])


def _sign_rows(
    connection: Connection,
    kind: type[Any],
    keys: Mapping[UUID, ServerKeys],
    versions: Mapping[UUID, int],
    bound: Mapping[UUID, bytes] = MappingProxyType({}),
) -> None:
    """Sign the rows of one table; a commune gets a new blind index key, for the old one cannot be unwrapped."""
    signed_tables.update_rows(
        connection,
        kind,
        (_with_new_mac(kind, row, keys, versions, bound) for row in signed_tables.plain_rows(connection, kind)),
    )


def _with_new_mac(
    kind: type[Any],
    row: Any,
    keys: Mapping[UUID, ServerKeys],
    versions: Mapping[UUID, int],
    bound: Mapping[UUID, bytes],
) -> tuple[Any, dict[str, Any]]:
    server_keys = keys[getattr(row, kind.__commune__)]
    values = {"marks": blind_index.new_index_key(server_keys)} if kind is Commune else {}
    if kind is Head:
        values = {"bound": bound.get(row.id, NOTHING_BOUND)}
    changed = SimpleNamespace(**(row._asdict() | values))
    return row, values | {"mac": row_mac(server_keys, kind, changed, signed_tables.head_version(kind, row, versions))}


def _sign_lines(connection: Connection, server_keys: ServerKeys) -> None:
    line = _table(AuditLine)
    lines = select(line.c.n, line.c.prev, line.c.body, line.c.h).where(line.c.commune_id == server_keys.commune_id)
    prev, values = START, []
    for number, row in enumerate(connection.execute(lines.order_by(line.c.n)), start=1):
        if (row.n, row.prev, row.h) != (number, prev, link(number, prev, row.body)):
            raise VaultError("Nhật ký trong bản sao lưu không liền mạch. / The log in the backup has a gap.")
        prev = row.h
        values.append({"number": number, "new_mac": sign(server_keys, number, row.h)})
    by_number = (line.c.commune_id == server_keys.commune_id, line.c.n == bindparam("number"))
    connection.execute(update(line).where(*by_number).values(mac=bindparam("new_mac")), values)


def _table(kind: type[Any]) -> Table:
    table: Table = kind.__table__
    return table


@action(Act.RESTORE_ANEW)
def note_new_macs(context: ActContext) -> None:
    """Give every head a line of the log with its new MAC, so that freshness checks accept it again."""
    for row in context.session.execute(select(Head).where(Head.commune_id == context.commune_id)).scalars():
        heads.mark_changed(context.session, row)
