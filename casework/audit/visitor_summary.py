"""Sums what visitors do: the first of a kind within a minute is a line, the others of that minute one line together.

So nobody who is not signed in can fill the log, and still each read and each failed try is counted in it.
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
from casework.policy.words import Role
from casework.vault.keys.kek import ServerKeys

_MINUTE = 60 * MICROSECOND
_MORE = re.compile(r"^(\d+) more ")


def summed(session: Session, server_keys: ServerKeys, entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Return which lines are to be written now: sums of minutes that have passed, then what is no repetition.

    What a member does is never summed, nor what is about something.
    """
    if not any(one.role == Role.VISITOR for one in entries):
        return list(entries)
    rows = session.execute(select(Tally).where(Tally.commune_id == server_keys.commune_id)).scalars()
    known = {(row.act, row.outcome, row.reason): row for row in rows}
    lines = _passed(known.values(), entries[0])
    return lines + [one for one in entries if not _counted(session, server_keys, known, one)]


def more(reason: str) -> int:
    """Return how many repetitions a line stands for by its reason: 0 for every line that is no sum."""
    found = _MORE.match(reason)
    return int(found[1]) if found else 0


def _passed(rows: Iterable[Tally], now: LogEntry) -> list[LogEntry]:
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
    session: Session, server_keys: ServerKeys, known: dict[tuple[str, str, str], Tally], one: LogEntry
) -> bool:
    """Count a repetition within its minute; anything else is a line, and begins a minute if it may be repeated."""
    if one.role != Role.VISITOR or one.who is not None or one.about is not None:
        return False
    row = known.get((one.act, one.outcome, one.reason))
    if row is not None and _within(row, one.at):
        row.more += 1
        return True
    if row is None:
        kind = {"act": str(one.act), "outcome": one.outcome, "reason": one.reason}
        row = Tally(commune_id=server_keys.commune_id, **kind, more=0)
        session.add(row)
    row.since = one.at
    return False


def _within(row: Tally, at: int) -> bool:
    return row.since <= at < row.since + _MINUTE
