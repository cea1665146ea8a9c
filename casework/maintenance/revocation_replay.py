"""Revokes again, in a restored database, what the revocation log says was revoked after the backup.

It compares versions: it may run twice, and a head as new as its entry is left alone. Nothing is ever added.
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
from casework.maintenance import rows_bound_to_head
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.keys.enrolment.models import Admission
from casework.vault.models import Agency, Document, Envelope, Head, MailAddress, Slot, Wrap

# Rows that give access to something, or say where to send: deleted if they had been deleted. The order is that of
# their references.
_GIVING_ACCESS: tuple[type[Any], ...] = (
    Envelope,
    Document,
    Wrap,
    Slot,
    *heads.SECOND_FACTORS,
    Admission,
    MailAddress,
)
# States in which nothing has ended: only an end is replayed.
_LIVE_STATES = frozenset({"active", "live", "open", "new", "sent", "opened", "accepted", "asked", "done"})
_ID_COLUMNS = frozenset({"agency_id"})


@dataclass(frozen=True)
class ReplayReport:
    """How many heads something was revoked from again, and how many were erased again."""

    revoked: int
    erased: int


@action(Act.RESTORE_RUN)
def replay_revocations(context: ActContext, remaining: Sequence[Remaining], backup_name: str) -> ReplayReport:
    """Replay the entries, oldest first, and write to the log from which backup this is."""
    revoked = sum(_revoke_again(context, entry) for entry in remaining if entry.v is not None)
    erased = [entry for entry in remaining if entry.v is None and _exists(context, entry.head)]
    for entry in erased:
        context.also(erase_again, entry.head)
    context.reason = f"{backup_name}: {revoked} + {len(erased)}"
    return ReplayReport(revoked, len(erased))


@action(Act.RESTORE_ERASE)
def erase_again(context: ActContext, head_id: UUID) -> None:
    """Delete a head that had been erased and every row bound to it."""
    context.about = head_id
    head = freshness.head(context.session, context.commune_id, head_id)
    rows = rows_bound_to_head.rows_of_head(context, head)
    for table in reversed(Base.metadata.sorted_tables):
        for row in rows:
            if row.__table__ is table:
                context.session.delete(row)
        context.session.flush()
    heads.erase(context.session, head)
    context.session.flush()


def _exists(context: ActContext, head_id: UUID) -> bool:
    return context.session.get(Head, (context.commune_id, head_id)) is not None


def _revoke_again(context: ActContext, entry: Remaining) -> bool:
    """Delete the rows that were gone from one head and raise it to the version it had; tell whether it was older."""
    try:
        head = freshness.head(context.session, context.commune_id, entry.head)
    except NotFound:
        return False
    if entry.v is None or head.v >= entry.v:
        return False
    rows, remaining = rows_bound_to_head.rows_of_head(context, head), set(split_digests(entry.rows))
    doomed = [row for row in rows if isinstance(row, _GIVING_ACCESS) and row_digest(type(row), row) not in remaining]
    doomed += _envelopes_of(rows, doomed)
    for row in rows:
        _end_again(row, entry.states.get(row_digest(type(row), row), {}))
    if any(isinstance(row, Wrap) for row in doomed):
        next(row for row in rows if isinstance(row, Agency)).rotation_due = True
    _delete_rows(context, head, doomed)
    head.v = entry.v - 1
    heads.revoke(context.session, head, [row for row in rows if row not in doomed])
    context.session.flush()
    return True


def _envelopes_of(rows: Iterable[Any], doomed: Sequence[Any]) -> list[Any]:
    """Return the envelopes of deleted documents, so that none is left without its document."""
    ids = {row.id for row in doomed if isinstance(row, Document)}
    return [row for row in rows if isinstance(row, Envelope) and row.document_id in ids and row not in doomed]


def _end_again(row: Any, values: Mapping[str, Any]) -> None:
    """Give a row the values it had ended with; a live state is not replayed."""
    for name, value in values.items():
        if value is None or (name == "state" and value in _LIVE_STATES):
            continue
        setattr(row, name, UUID(hex=value) if name in _ID_COLUMNS else value)


def _delete_rows(context: ActContext, head: Head, doomed: Sequence[Any]) -> None:
    listed = {(entry.section, entry.series, entry.revision) for entry in heads.listed_revisions(head.listing)}
    for kind in _GIVING_ACCESS:
        for row in doomed:
            if isinstance(row, kind):
                context.session.delete(row)
                if isinstance(row, Document) and (row.section, row.series, row.revision) in listed:
                    heads.unlist(head, section=row.section, series=row.series)
        context.session.flush()
