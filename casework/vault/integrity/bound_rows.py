"""Keeps what a head says of its rows true: compared before the first of them changes, and written anew afterwards.

So an act never takes over what somebody did to the rows behind the program's back, whichever row it changes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, event, inspect, literal, select, union_all
from sqlalchemy.orm import Session

from casework.db import Base
from casework.errors import AlteredRows, VaultError
from casework.vault.integrity import heads
from casework.vault.integrity.commitments import NOTHING_BOUND, Part, commitment, token, without_part
from casework.vault.integrity.signed_rows import SignedRow
from casework.vault.models import Head

Kind: TypeAlias = type[Any]
Tokens: TypeAlias = dict[Part, list[bytes]]


def kinds_of_case() -> list[Kind]:
    """Return every kind of row to which the head of a case commits, but the case itself."""
    return [kind for kind in committed_kinds() if kind.__head__ == "case_id"]


def committed_kinds() -> list[Kind]:
    """Return every kind of row to which heads commit."""
    kinds = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)}
    return sorted((kind for kind in kinds if kind.__committed__), key=lambda kind: str(kind.__tablename__))


def commitments(connection: Connection, commune_id: UUID) -> dict[UUID, bytes]:
    """Return by the head that they name what all rows of a commune amount to, as they stand and unchecked."""
    by_head: defaultdict[UUID, Tokens] = defaultdict(lambda: defaultdict(list))
    for kind in committed_kinds():
        statement = _of_commune(kind)  # type: ignore[arg-type]
        for head_id, *values in _execute(connection, statement, commune=commune_id):
            by_head[head_id][kind.__committed__.part].append(_token_or_none(values))
    return {head_id: commitment(tokens) for head_id, tokens in by_head.items()}


def _token_or_none(values: Iterable[Any]) -> bytes:
    """Return the token of a row, or what no row has for one that holds a value of another kind."""
    try:
        return token(values)
    except VaultError:
        return b""


def all_commitments(connection: Connection, communes: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return what `commitments` does for several communes; no two of them share a head."""
    return {head_id: bound for one in communes for head_id, bound in commitments(connection, one).items()}


def unlike(rows: Iterable[Any], found: dict[UUID, bytes]) -> list[UUID]:
    """Return the ids of those heads (rows with `id` and `bound`) whose rows are not what they say."""
    return [row.id for row in rows if found.get(row.id, NOTHING_BOUND) != row.bound]


def settle(session: Session) -> None:
    """Let every head whose rows this act has changed commit to them as they are now."""
    session.flush()
    erased = heads.erased_heads(session)
    for head in _touched(session).values():
        if head.id not in erased:
            head.bound = _commitment_of(session, head)
            heads.mark_changed(session, head)


def is_changing(session: Session, head_id: UUID) -> bool:
    """Tell whether this act has changed rows of a head: they were compared before, and its word is not written yet."""
    return head_id in _touched(session)


def note_compared(session: Session, head_id: UUID) -> None:
    """Note that an act has compared all rows of a head, as at an opening, so that they are not read once more."""
    _compared(session).add(head_id)


def _compared(session: Session) -> set[UUID]:
    compared: set[UUID] = session.info.setdefault("compared", set())
    return compared


def _touched(session: Session) -> dict[UUID, Head]:
    """Return the heads of which rows have changed in this transaction."""
    touched: dict[UUID, Head] = session.info.setdefault("touched", {})
    return touched


def _compare_before_change(session: Session, _context: object, _instances: object) -> None:
    """Compare a head with its rows before the first of them changes; raise AlteredRows if they differ."""
    touched = _touched(session)
    for row in _changing(session):
        head_id = getattr(row, str(row.__head__))
        if head_id in touched:
            continue
        # One that this act has made or changed need not be asked for; any other is verified when it is loaded.
        head = heads.changed_heads(session).get(head_id) or session.get(Head, (getattr(row, row.__commune__), head_id))
        if head is None:
            raise AlteredRows(row=str(row.__tablename__))
        touched[head_id] = head
        if not inspect(head).pending and head_id not in _compared(session):
            _compare(session, head)


def _compare(session: Session, head: Head) -> None:
    """Raise AlteredRows unless the rows of a head are those that it commits to; of a member's credentials note it.

    Somebody whose slot or phone is gone must be locked and admitted anew all the same: that act rings instead.
    """
    found = _commitment_of(session, head)
    if found == head.bound:
        return
    if head.kind != "member" or without_part(found, Part.CREDENTIALS) != without_part(head.bound, Part.CREDENTIALS):
        raise AlteredRows(row=head.kind)
    credentials_gone(session).add(head.id)


def credentials_gone(session: Session) -> set[UUID]:
    """Return the members of whom this act has found that a slot, a phone or a passkey is not there any more."""
    gone: set[UUID] = session.info.setdefault("credentials gone", set())
    return gone


def _changing(session: Session) -> Iterator[Any]:
    """Yield the rows of which a head must take note; what changes beside the committed columns is no matter to it."""
    fresh, dirty = {*session.new, *session.deleted}, session.dirty
    for row in (*fresh, *dirty):
        if isinstance(row, SignedRow) and row.__committed__:
            signed = "mac" in row.__committed__.columns and session.is_modified(row)
            if row in fresh or signed:
                yield row


def _commitment_of(session: Session, head: Head) -> bytes:
    tokens: Tokens = defaultdict(list)
    kinds = (kind for kind in committed_kinds() if _may_be_of(kind, str(head.kind)))
    for statement in _of_head(tuple(kinds)):
        for part, *values in _execute(session.connection(), statement, commune=head.commune_id, head=head.id):
            tokens[Part(part)].append(token(values))
    return commitment(tokens)


def _may_be_of(kind: Kind, head_kind: str) -> bool:
    """Tell whether rows of a kind can hang on a head; the ledger of counts, a commune's, has documents too."""
    of_case = kind.__head__ == "case_id" or kind.__tablename__ == "case_file"
    of_member = kind.__head__ == "member_id" or kind.__tablename__ == "member"
    return of_case if head_kind == "case" else of_member if head_kind == "member" else not of_member


def _execute(connection: Connection, statement: Select[Any], **values: UUID) -> Collection[Any]:
    """Run a statement under the permit of the act that is under way: nothing of a row is shown to anybody."""
    permit = connection.get_execution_options().get("permit")
    return connection.execute(statement, values, execution_options={"scope": permit}).all()


@lru_cache
def _of_head(kinds: tuple[Any, ...]) -> list[Any]:
    """Return as few statements as there are ways in which rows are counted: part and columns of each row of a head."""
    by_columns: defaultdict[tuple[str, ...], list[Select[Any]]] = defaultdict(list)
    for kind in kinds:
        table, (part, columns) = kind.__table__, kind.__committed__
        rows = select(literal(int(part)), *(table.c[name] for name in columns))
        of_head = table.c[kind.__commune__] == bindparam("commune"), table.c[kind.__head__] == bindparam("head")
        by_columns[columns].append(rows.where(*of_head))
    return [union_all(*statements) for statements in by_columns.values()]


@lru_cache
def _of_commune(kind: Any) -> Select[Any]:
    table = kind.__table__
    columns = (table.c[name] for name in (kind.__head__, *kind.__committed__.columns))
    return select(*columns).where(table.c[kind.__commune__] == bindparam("commune"))


event.listen(Session, "before_flush", _compare_before_change)
