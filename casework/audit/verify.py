"""Walks the whole chain: hashes, MACs, the columns that repeat the JSON, and the heads against the log."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.audit.chain import START, holds, short
from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Head

# The reason of a verification that found nothing.
WHOLE = "holds"


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
    """Check every line and every head of the commune; what a truncated log hides shows in its heads."""
    prev, n = START, 0
    marks: dict[UUID, tuple[int, bytes | None]] = {}
    rows = select(AuditLine).where(AuditLine.commune_id == crypto.commune_id).order_by(AuditLine.n)
    with crypto.session.execute(rows.execution_options(yield_per=1000)) as lines:
        for row in lines.scalars():
            if not holds(crypto.server_keys, row, n + 1, prev):
                return Verdict(lines=n, newest=prev, broken=n + 1, stale_heads=0)
            n, prev = row.n, row.h
            if row.head is not None:
                marks[row.head] = (row.n, row.head_mac)
    return Verdict(lines=n, newest=prev, broken=None, stale_heads=_stale(crypto, marks))


def newest_holds(session: Session, server_keys: ServerKeys) -> bool:
    """Tell whether the last line of a commune's log is ours and its columns say what its text says."""
    row = session.execute(_NEWEST, {"commune": server_keys.commune_id}).one_or_none()
    return row is not None and holds(server_keys, row, row.n, row.prev)


_line = AuditLine.__table__
_NEWEST = select(_line).where(_line.c.commune_id == bindparam("commune")).order_by(_line.c.n.desc()).limit(1)


def _stale(crypto: CryptoContext, marks: dict[UUID, tuple[int, bytes | None]]) -> int:
    """Count heads that are missing, forged or older than the log says."""
    heads = select(*Head.__table__.c).where(Head.commune_id == crypto.commune_id)
    found = {row.id: row for row in crypto.session.execute(heads)}
    standing = {head_id for head_id, (_, mac) in marks.items() if mac is not None}
    wrong = len(standing ^ set(found))
    for head_id, row in found.items():
        try:
            verify_row(crypto.server_keys, Head, row, 0)
        except VaultError:
            wrong += 1
            continue
        wrong += head_id in marks and marks[head_id] != (row.n, row.mac)
    return wrong
