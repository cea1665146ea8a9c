"""Split-key sessions: the row holds the member's seed, encrypted under a key that only the cookie completes."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.clock import MICROSECOND
from casework.errors import VaultError
from casework.sealed import Sealed
from casework.vault.crypto import aead
from casework.vault.crypto.aead import derive, new_key
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import SessionRow

# A session is pending until the second factor. It is full after it; night if the code on paper stood in for a lost
# phone; and renew if it stood in for a forgotten passphrase, which must be set anew before anything else.
PENDING, FULL, NIGHT, RENEW = "pending", "full", "night", "renew"
_ROW_SECONDS = 24 * 3600
_PENDING_SECONDS = 5 * 60
_RENEW_SECONDS = 15 * 60
DOOR_MICROSECONDS = 15 * 60 * MICROSECOND


@dataclass(frozen=True)
class SessionToken(Sealed):
    """The 32 bytes in the cookie; the database knows only their SHA-256."""

    secret: bytes

    @property
    def sid(self) -> bytes:
        """Return the SHA-256 by which the row is found."""
        return sha256(self.secret).digest()

    def cookie(self) -> str:
        return base64.urlsafe_b64encode(self.secret).decode()


def token_from(cookie: str) -> SessionToken | None:
    """Parse a cookie; None if it is not one of ours."""
    try:
        secret = base64.urlsafe_b64decode(cookie.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return SessionToken(secret) if len(secret) == 32 else None


@dataclass(frozen=True)
class SessionState:
    """What a session stands for; `created` is when its first token was made, None for now."""

    kind: str = FULL
    factors: int = 2
    created: int | None = None
    stepup: int = 0
    stepup_about: UUID | None = None
    device: str = ""


def state_of(row: SessionRow) -> SessionState:
    """Return what a row stands for, so that the row that follows it goes on from there."""
    return SessionState(row.kind, row.factors, row.created, row.stepup, row.stepup_about, row.device)


def start(
    session: Session,
    server_keys: ServerKeys,
    seed: bytes,
    *,
    member_id: UUID,
    at: int,
    standing: SessionState = SessionState(),
) -> SessionToken:
    """Begin a session: a new token and a new row that holds the member's seed, encrypted."""
    token = SessionToken(new_key())
    row = SessionRow(
        sid=token.sid,
        commune_id=server_keys.commune_id,
        member_id=member_id,
        kind=standing.kind,
        created=at if standing.created is None else standing.created,
        factors=standing.factors,
        stepup=standing.stepup,
        stepup_about=standing.stepup_about,
        device=standing.device,
        seen=at,
    )
    row.blob = aead.encrypt(_key(token, server_keys), seed, context=_context(row), key_ref=server_keys.number)
    session.add(row)
    return token


def seed_of(row: SessionRow, token: SessionToken, server_keys: ServerKeys) -> bytes:
    """Decrypt the member's seed with the cookie; a locked session has none and raises VaultError."""
    if row.blob is None:
        raise VaultError("unopened")
    return aead.decrypt(_key(token, server_keys), row.blob, context=_context(row), key_ref=server_keys.number)


def is_valid(row: SessionRow, *, at: int, hours: int) -> bool:
    """Tell whether a session may still be used; a clock moved back revives nothing."""
    return row.created <= at < row.created + hours * 3600 * MICROSECOND and row.seen <= at + MICROSECOND


def is_at_door(row: SessionRow, *, at: int) -> bool:
    """Tell whether both factors were given within 15 minutes; a paper code that stood in for one does not count."""
    full = row.kind == FULL and row.factors > 1 and row.blob is not None
    return full and row.created <= at < row.created + DOOR_MICROSECONDS


def door_code(commune_id: UUID, member_id: UUID, sid: bytes, server_keys: ServerKeys) -> str:
    """Return the six digits by which a colleague recognises this session of somebody who was away, and no other."""
    tag = server_keys.tag(encode_fields("cw/1/return", commune_id, member_id, sid))
    return f"{int.from_bytes(tag[:8], 'big') % 1_000_000:06d}"


def is_pending(row: SessionRow, *, at: int) -> bool:
    """Tell whether a session still waits: 5 minutes for a second factor, 15 for a new passphrase."""
    seconds = {PENDING: _PENDING_SECONDS, RENEW: _RENEW_SECONDS}.get(row.kind, 0)
    return row.created <= at < row.created + seconds * MICROSECOND


def is_idle(row: SessionRow, *, at: int, minutes: int) -> bool:
    """Tell whether nobody has used this session for the agreed minutes."""
    return at - row.seen >= minutes * 60 * MICROSECOND


def delete_expired(session: Session, *, at: int) -> None:
    """Delete session rows that are a day past their last use."""
    session.execute(delete(SessionRow).where(SessionRow.seen < at - _ROW_SECONDS * MICROSECOND))


def owner_of(session: Session, sid: bytes) -> tuple[UUID, UUID] | None:
    """Find whose session it is (commune, member), before that commune's keys are known; not yet verified."""
    ids = select(SessionRow.commune_id, SessionRow.member_id).where(SessionRow.sid == sid)
    row = session.execute(ids).one_or_none()
    return (row.commune_id, row.member_id) if row else None


def _key(token: SessionToken, server_keys: ServerKeys) -> bytes:
    return derive(token.secret, "session", salt=server_keys.session)


def _context(row: SessionRow) -> bytes:
    return encode_fields(
        "cw/1/session",
        row.commune_id,
        row.sid,
        row.kind,
        row.member_id,
        row.created,
        row.factors,
        row.stepup,
        row.stepup_about,
    )
