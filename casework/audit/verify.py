"""Verifies the whole chain: hashes, MACs, the columns that repeat the JSON, and the heads against the log."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.audit.chain import START, holds, last_line, short, signed_fields
from casework.audit.heads_seen import HeadsSeen
from casework.audit.models import AuditLine
from casework.errors import AlteredRow, VaultError
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Head

# The reason of a verification that found nothing: of the log, or of every row of the database as well.
WHOLE, WITH_ROWS = "holds", "holds with all rows"


# So many lines are more than a commune writes in the days that its pages look back.
_NEWEST = 5000


@dataclass(frozen=True)
class Verdict:
    """What verification found: how many lines, the newest hash, and the first line that does not hold (or None)."""

    lines: int
    newest: bytes
    broken: int | None
    stale_heads: int

    @property
    def holds(self) -> bool:
        return self.broken is None and self.stale_heads == 0

    @property
    def reason(self) -> str:
        """Return what the log says about this verification."""
        if self.broken is not None:
            return f"broken {self.broken}"
        return f"stale {self.stale_heads}" if self.stale_heads else WHOLE

    @property
    def short(self) -> str:
        """Return the short number that can be written down on paper and compared later."""
        return short(self.lines, self.newest)


def verify(crypto: CryptoContext) -> Verdict:
    """Verify every line and every head of the commune; a truncated log shows in its heads."""
    prev, n = START, 0
    head_macs: dict[UUID, tuple[int, bytes | None]] = {}
    rows = select(AuditLine).where(AuditLine.commune_id == crypto.commune_id).order_by(AuditLine.n)
    with crypto.session.execute(rows.execution_options(yield_per=1000)) as lines:
        for row in lines.scalars():
            if not holds(crypto.server_keys, row, n + 1, prev):
                return Verdict(lines=n, newest=prev, broken=n + 1, stale_heads=0)
            n, prev = row.n, row.h
            if row.head is not None:
                head_macs[row.head] = (row.n, row.head_mac)
    return Verdict(lines=n, newest=prev, broken=None, stale_heads=_stale(crypto, head_macs))


def require_whole(crypto: CryptoContext) -> None:
    """Raise AlteredRow unless every line and every head holds: what cannot be undone believes nothing less.

    A head is the newest by the search columns of the log. Were those of its last line blanked, an earlier state of the
    case would be believed until the next comparison.
    """
    if not verify(crypto).holds:
        raise AlteredRow(row=AuditLine.__tablename__)


def newest_lines_hold(crypto: CryptoContext) -> bool:
    """Tell whether the newest lines, those that pages show, are a chain of lines as we wrote them."""
    rows = select(AuditLine.__table__).where(AuditLine.commune_id == crypto.commune_id).order_by(AuditLine.n.desc())
    after: Any = None
    for row in crypto.session.execute(rows.limit(_NEWEST)):
        follows = after is None or (after.n, after.prev) == (row.n + 1, row.h)
        if not follows or not holds(crypto.server_keys, row, row.n, row.prev):
            return False
        after = row
    return True


def learn_heads(crypto: CryptoContext, seen: HeadsSeen) -> bool:
    """Learn from the signed text of every line how new each head is, and tell whether all lines hold.

    A process that begins knows no head yet, and the columns by which the newest line about one is found can be blanked
    while it is stopped: afterwards an earlier head is refused as one that was put back under the running program.
    """
    newest: dict[UUID, int] = {}
    prev, n, whole = START, 0, True
    rows = select(AuditLine.__table__).where(AuditLine.commune_id == crypto.commune_id).order_by(AuditLine.n)
    with crypto.session.execute(rows.execution_options(yield_per=1000)) as lines:
        for row in lines:
            whole = whole and holds(crypto.server_keys, row, n + 1, prev)
            fields = signed_fields(crypto.server_keys, row, row.n, row.prev)
            if fields is not None and fields["head"] is not None:
                newest[UUID(hex=fields["head"])] = row.n
            n, prev = row.n, row.h
    for head_id, line in newest.items():
        seen.learn(head_id, line)
    return whole


def newest_holds(session: Session, server_keys: ServerKeys) -> bool:
    """Tell whether the last line of a commune's log has our MAC and its columns repeat its text."""
    row = last_line(session, server_keys)
    return row is not None and holds(server_keys, row, row.n, row.prev)


def _stale(crypto: CryptoContext, head_macs: dict[UUID, tuple[int, bytes | None]]) -> int:
    """Count heads that are missing, forged or older than the log says."""
    statement = select(*Head.__table__.c).where(Head.commune_id == crypto.commune_id)
    heads = {row.id: row for row in crypto.session.execute(statement)}
    logged = {head_id for head_id, (_, mac) in head_macs.items() if mac is not None}
    wrong = len(logged ^ set(heads))
    for head_id, row in heads.items():
        try:
            verify_row(crypto.server_keys, Head, row, 0)
        except VaultError:
            wrong += 1
            continue
        wrong += head_id in head_macs and head_macs[head_id] != (row.n, row.mac)
    return wrong
