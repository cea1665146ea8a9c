"""Takes away again, in a restored database, what the ledger of removals says was taken away after the backup.

It compares versions, so it may run twice, and what is as new as the ledger is left alone. Nothing is ever added.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.audit import freshness
from casework.audit.revocation_log import Remaining, row_digest, split_digests
from casework.db import Base
from casework.errors import NotFound
from casework.gate import ActContext, action
from casework.maintenance import head_rows
from casework.policy.words import Act
from casework.vault.integrity import heads
from casework.vault.keys.enrolment.models import Admission, Totp
from casework.vault.models import Agency, Document, Envelope, Head, Slot, Wrap

# Rows by which somebody can open something; they go if they had gone. The order is that of their references.
_SWEPT: tuple[type[Any], ...] = (Envelope, Document, Wrap, Slot, Totp, Admission)
# States in which nothing has ended; only an end is told again.
_ALIVE = frozenset({"active", "live", "open", "new", "sent", "opened", "accepted", "asked", "done"})
_IDS = frozenset({"agency_id"})


@dataclass(frozen=True)
class Replayed:
    """How many heads something was taken from again, and how many were erased again."""

    taken: int
    erased: int


@action(Act.RESTORE_RUN)
def run(context: ActContext, lefts: Sequence[Remaining], name: str) -> Replayed:
    """Take away again what the ledger says, oldest first, and write in the log from which backup this is."""
    taken = sum(_take(context, left) for left in lefts if left.v is not None)
    gone = [left for left in lefts if left.v is None and _exists(context, left.head)]
    for left in gone:
        context.also(erase, left.head)
    context.reason = f"{name}: {taken} + {len(gone)}"
    return Replayed(taken, len(gone))


@action(Act.RESTORE_ERASE)
def erase(context: ActContext, head_id: UUID) -> None:
    """Delete everything that is bound to a head, and the head, because it had been erased."""
    context.about = head_id
    head = freshness.head(context.session, context.commune_id, head_id)
    rows = head_rows.rows(context, head)
    for table in reversed(Base.metadata.sorted_tables):
        for row in rows:
            if row.__table__ is table:
                context.session.delete(row)
        context.session.flush()
    heads.erase(context.session, head)
    context.session.flush()


def _exists(context: ActContext, head_id: UUID) -> bool:
    return context.session.get(Head, (context.commune_id, head_id)) is not None


def _take(context: ActContext, left: Remaining) -> bool:
    """Take away what is gone from under one head and raise it to the version it had; tell whether there was a need."""
    try:
        head = freshness.head(context.session, context.commune_id, left.head)
    except NotFound:
        return False
    if left.v is None or head.v >= left.v:
        return False
    rows, kept = head_rows.rows(context, head), set(split_digests(left.rows))
    doomed = [row for row in rows if isinstance(row, _SWEPT) and row_digest(type(row), row) not in kept]
    doomed += _envelopes_of(rows, doomed)
    for row in rows:
        _tell(row, left.told.get(row_digest(type(row), row), {}))
    if any(isinstance(row, Wrap) for row in doomed):
        next(row for row in rows if isinstance(row, Agency)).rotation_due = True
    _delete(context, head, doomed)
    head.v = left.v - 1
    heads.revoke(context.session, head, [row for row in rows if row not in doomed])
    context.session.flush()
    return True


def _envelopes_of(rows: Iterable[Any], doomed: Sequence[Any]) -> list[Any]:
    """Find envelopes of documents that go, so that none is left without its document."""
    ids = {row.id for row in doomed if isinstance(row, Document)}
    return [row for row in rows if isinstance(row, Envelope) and row.document_id in ids and row not in doomed]


def _tell(row: Any, told: Mapping[str, Any]) -> None:
    """Let a row end as it had ended; a state that is no end is not told again."""
    for name, value in told.items():
        if value is None or (name == "state" and value in _ALIVE):
            continue
        setattr(row, name, UUID(hex=value) if name in _IDS else value)


def _delete(context: ActContext, head: Head, doomed: Sequence[Any]) -> None:
    newest = {(one.section, one.series, one.revision) for one in heads.entries(head.listing)}
    for kind in _SWEPT:
        for row in doomed:
            if isinstance(row, kind):
                context.session.delete(row)
                if isinstance(row, Document) and (row.section, row.series, row.revision) in newest:
                    heads.unlist(head, section=row.section, series=row.series)
        context.session.flush()
