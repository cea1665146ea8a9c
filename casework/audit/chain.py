"""A log line: its canonical JSON, the hash that chains it and the MAC that only the server can make."""

import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys

START = bytes(32)
# So many hexadecimal digits of a hash are written on paper.
SHORT = 8
_line = AuditLine.__table__
_LAST = select(_line).where(_line.c.commune_id == bindparam("commune")).order_by(_line.c.n.desc()).limit(1)
_REPEATED = ("at", "act", "who", "about", "outcome", "head", "head_mac")


@dataclass(frozen=True)
class LogEntry:
    """What a line says: who (id) did which act about which id, how it ended and why; never content."""

    at: int
    act: str
    role: str
    who: UUID | None
    about: UUID | None
    outcome: str
    reason: str
    head: UUID | None = None
    head_mac: bytes | None = None


def canonical(entry: LogEntry) -> str:
    """Return the one JSON text of an entry."""
    fields = {
        "about": entry.about.hex if entry.about else None,
        "act": entry.act,
        "at": entry.at,
        "head": entry.head.hex if entry.head else None,
        "head_mac": entry.head_mac.hex() if entry.head_mac else None,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "role": entry.role,
        "who": entry.who.hex if entry.who else None,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(n: int, prev: bytes, body: str) -> bytes:
    """Return h_n = SHA-256(encode_fields("cw/1/audit", n, h_{n-1}, canonical_json))."""
    return sha256(encode_fields("cw/1/audit", n, prev, body)).digest()


def short(n: int, h: bytes) -> str:
    """Return the short number of a log that ends here: it is written on paper and compared later."""
    return f"{n}-{h.hex()[:SHORT]}"


def sign(server_keys: ServerKeys, n: int, h: bytes) -> bytes:
    """Return the MAC of a line under K_ctl, with the id of its KEK before it."""
    return server_keys.sign(encode_fields("cw/1/ctl", "audit_line", 1, server_keys.commune_id, n, h))


def holds(server_keys: ServerKeys, row: Any, n: int, prev: bytes) -> bool:
    """Tell whether a line has our MAC, follows line `n - 1` with the hash `prev`, and its columns repeat its text."""
    fields = signed_fields(server_keys, row, n, prev)
    if fields is None or (row.n, row.prev) != (n, prev):
        return False
    return all(fields[name] == _as_json(getattr(row, name)) for name in _REPEATED)


def signed_fields(server_keys: ServerKeys, row: Any, n: int, prev: bytes) -> dict[str, Any] | None:
    """Return what line `n` says by its text, whatever its columns say; None if the text is not ours."""
    try:
        linked = link(n, prev, row.body)
    except VaultError:
        return None
    if row.h != linked or not isinstance(row.mac, bytes):
        return None
    fields: dict[str, Any] = json.loads(row.body)
    return fields if hmac.compare_digest(row.mac, sign(server_keys, n, linked)) else None


def _as_json(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else getattr(value, "hex", value)


def last_line(session: Session, server_keys: ServerKeys) -> Any | None:
    """Load the last line of a commune's log, not yet verified; None for an empty log."""
    return session.execute(_LAST, {"commune": server_keys.commune_id}).one_or_none()
