"""Walks the whole chain: hashes, MACs, the columns that repeat the JSON, and the heads against the log."""

import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from casework.audit.chain import START, link, sign
from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.vault.hands import Hands
from casework.vault.macs import check
from casework.vault.models import Head

_COLUMNS = ("at", "act", "who", "about", "outcome", "head", "head_mac")


@dataclass(frozen=True)
class Verdict:
    """What verification found: how many lines, the newest hash, and the first line that does not hold (or None)."""

    lines: int
    newest: bytes
    broken: int | None
    stale_heads: int

    @property
    def holds(self) -> bool:
        """Tell whether nothing was found."""
        return self.broken is None and self.stale_heads == 0

    @property
    def short(self) -> str:
        """Return the short number that can be written down on paper and compared later."""
        return f"{self.lines}-{self.newest.hex()[:8]}"


def verify(hands: Hands) -> Verdict:
    """Check every line and every head of the commune; what a truncated log hides shows in its heads."""
    prev, n = START, 0
    marks: dict[UUID, tuple[int, bytes | None]] = {}
    rows = select(AuditLine).where(AuditLine.commune_id == hands.commune_id).order_by(AuditLine.n)
    for row in hands.session.execute(rows.execution_options(yield_per=1000)).scalars():
        if not _holds(hands, row, n + 1, prev):
            return Verdict(lines=n, newest=prev, broken=n + 1, stale_heads=0)
        n, prev = row.n, row.h
        if row.head is not None:
            marks[row.head] = (row.n, row.head_mac)
    return Verdict(lines=n, newest=prev, broken=None, stale_heads=_stale(hands, marks))


def _holds(hands: Hands, row: AuditLine, n: int, prev: bytes) -> bool:
    said = json.loads(row.body)
    repeated = {name: _plain(getattr(row, name)) for name in _COLUMNS}
    return (
        row.n == n
        and row.prev == prev
        and row.h == link(n, prev, row.body)
        and row.mac == sign(hands.control, n, row.h)
        and all(said[name] == value for name, value in repeated.items())
    )


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else getattr(value, "hex", value)


def _stale(hands: Hands, marks: dict[UUID, tuple[int, bytes | None]]) -> int:
    """Count heads that are missing, forged or older than the log says."""
    heads = select(*Head.__table__.c).where(Head.commune_id == hands.commune_id)
    found = {row.id: row for row in hands.session.execute(heads)}
    wrong = len(set(marks) ^ set(found))
    for head_id, row in found.items():
        try:
            check(hands.control, Head, row, 0)
        except VaultError:
            wrong += 1
            continue
        wrong += head_id in marks and marks[head_id] != (row.n, row.mac)
    return wrong
