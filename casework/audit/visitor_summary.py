"""Summarises what visitors do: the first of a kind within a minute is a line, its repetitions one line together.

So nobody who is not signed in can flood the log, and still each read and each failed try is counted in it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import clock
from casework.audit.chain import LogEntry
from casework.audit.models import Tally
from casework.clock import MICROSECOND
from casework.policy.vocabulary import Role
from casework.vault.keys.kek import ServerKeys

_MINUTE = 60 * MICROSECOND
_MORE = re.compile(r"^(\d+) more ")


def summarise(session: Session, server_keys: ServerKeys, entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Return which lines are to be written now: sums of minutes that have passed, then what is no repetition.

    What a member does is never summed, nor what is about something.
    """
    if not any(entry.role == Role.VISITOR for entry in entries):
        return list(entries)
    rows = session.execute(select(Tally).where(Tally.commune_id == server_keys.commune_id)).scalars()
    known = {(row.act, row.outcome, row.reason): row for row in rows}
    lines = _finished(known.values(), entries[0])
    return lines + [entry for entry in entries if not _counted(session, server_keys, known, entry)]


def repetitions(reason: str) -> int:
    """Return how many repetitions a line stands for by its reason: 0 for a line of one act."""
    match = _MORE.match(reason)
    return int(match[1]) if match else 0


def _finished(rows: Iterable[Tally], now: LogEntry) -> list[LogEntry]:
    """Return the sums of the minutes that have passed, and begin to count anew."""
    lines = []
    for row in rows:
        if row.more and not _within(row, now.at):
            since = clock.local(row.since).isoformat(timespec="minutes")
            reason = f"{row.more} more {row.reason} since {since}".replace("  ", " ")
            lines.append(replace(now, act=row.act, who=None, about=None, outcome=row.outcome, reason=reason))
            row.more = 0
    return lines


def _counted(
    session: Session, server_keys: ServerKeys, known: dict[tuple[str, str, str], Tally], entry: LogEntry
) -> bool:
    """Count a repetition within its minute; anything else is a line, and begins a minute if it may be repeated."""
    if entry.role != Role.VISITOR or entry.who is not None or entry.about is not None:
        return False
    row = known.get((entry.act, entry.outcome, entry.reason))
    if row is not None and _within(row, entry.at):
        row.more += 1
        return True
    if row is None:
        kind = {"act": str(entry.act), "outcome": entry.outcome, "reason": entry.reason}
        row = Tally(commune_id=server_keys.commune_id, **kind, more=0)
        session.add(row)
    row.since = entry.at
    return False


def _within(row: Tally, at: int) -> bool:
    return row.since <= at < row.since + _MINUTE
