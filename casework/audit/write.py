"""Appends lines to the chain; only the gate may import it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from casework.audit.chain import START, LogEntry, canonical, holds, last_line, link, sign
from casework.audit.models import AuditLine
from casework.audit.watermark import End
from casework.errors import VaultError
from casework.vault.integrity import bound_rows, heads
from casework.vault.keys.kek import ServerKeys


@dataclass(frozen=True)
class Appended:
    """Where the chain ended before some lines, and where it ends with them."""

    before: End
    end: End


def append(session: Session, server_keys: ServerKeys, entries: Sequence[LogEntry]) -> Appended | None:
    """Write the line of each act, and one more line of the first for each further head that it changed or erased.

    Without an entry there is no line: what a visitor repeats is only counted. Each changed head first gets the number
    of its line and is signed again, so that the line can hold its MAC; the line of an erased head names it without one.
    """
    if not entries:
        return None
    bound_rows.settle(session)
    n, prev = before = _chain_end(session, server_keys)
    changed = list(heads.changed_heads(session).values())
    for number, head in enumerate(changed, start=n + 1):
        head.n = number
    session.flush()
    first, *others = entries
    erased = [replace(first, head=head_id, head_mac=None) for head_id in heads.erased_heads(session)]
    of_heads = [*(replace(first, head=head.id, head_mac=head.mac) for head in changed), *erased] or [first]
    rows = []
    for entry in (*of_heads, *others):
        n += 1
        rows.append(_row(server_keys, n, prev, entry))
        prev = rows[-1]["h"]
    session.connection().execute(_ADD, rows)
    return Appended(before, (n, prev))


_ADD = insert(AuditLine.__table__)  # type: ignore[arg-type]


def _chain_end(session: Session, server_keys: ServerKeys) -> tuple[int, bytes]:
    """Return where the chain ends; raise VaultError if its last line does not hold."""
    row = last_line(session, server_keys)
    if row is None:
        return 0, START
    if not holds(server_keys, row, row.n, row.prev):
        raise VaultError("unopened")
    return row.n, row.h


def _row(server_keys: ServerKeys, n: int, prev: bytes, entry: LogEntry) -> dict[str, Any]:
    body = canonical(entry)
    h = link(n, prev, body)
    return {
        "commune_id": server_keys.commune_id,
        "n": n,
        "at": entry.at,
        "act": entry.act,
        "who": entry.who,
        "about": entry.about,
        "outcome": entry.outcome,
        "head": entry.head,
        "head_mac": entry.head_mac,
        "body": body,
        "prev": prev,
        "h": h,
        "mac": sign(server_keys, n, h),
    }
