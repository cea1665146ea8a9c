"""Split-key sessions: the row seals the member's seed under a key that exists only together with the cookie."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.clock import MICROSECOND
from casework.errors import VaultError
from casework.vault.bytes import derive, fresh_key, lp, pad, receive, seal, send, unpad, unseal
from casework.vault.kek import Control
from casework.vault.models import SessionRow

FULL = "full"
_KEPT_ROW_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Token:
    """The 32 bytes in the cookie; the database knows only their SHA-256."""

    secret: bytes

    def __repr__(self) -> str:
        """Never print the token."""
        return "<sealed token>"

    @property
    def sid(self) -> bytes:
        """Return the SHA-256 by which the row is found."""
        return sha256(self.secret).digest()

    def cookie(self) -> str:
        """Return the value of the cookie."""
        return base64.urlsafe_b64encode(self.secret).decode()


def token_from(cookie: str) -> Token | None:
    """Read a cookie; None if it is not one of ours."""
    try:
        secret = base64.urlsafe_b64decode(cookie.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return Token(secret) if len(secret) == 32 else None


def start(session: Session, control: Control, seed: bytes, *, member_id: UUID, at: int, device: str = "") -> Token:
    """Begin a session: a new token and a new row that seals the member's seed."""
    token = Token(fresh_key())
    row = SessionRow(
        sid=token.sid,
        commune_id=control.commune_id,
        member_id=member_id,
        kind=FULL,
        created=at,
        factors=1,
        stepup=0,
        stepup_about=None,
        device=device,
        seen=at,
    )
    row.blob = seal(_key(token, control), seed, context=_context(row), key_ref=control.number)
    session.add(row)
    return token


def seed_of(row: SessionRow, token: Token, control: Control) -> bytes:
    """Open the member's seed with the cookie; a locked session has none and raises VaultError."""
    if row.blob is None:
        raise VaultError("unopened")
    return unseal(_key(token, control), row.blob, context=_context(row), key_ref=control.number)


def alive(row: SessionRow, *, at: int, hours: int) -> bool:
    """Tell whether a session may still be used; a clock moved back revives nothing."""
    return row.created <= at < row.created + hours * 3600 * MICROSECOND and row.seen <= at + MICROSECOND


def idle(row: SessionRow, *, at: int, minutes: int) -> bool:
    """Tell whether nobody has used this session for the agreed minutes."""
    return at - row.seen >= minutes * 60 * MICROSECOND


def sweep(session: Session, *, at: int) -> None:
    """Delete session rows that are a day past their last use, together with any text kept in them."""
    session.execute(delete(SessionRow).where(SessionRow.seen < at - _KEPT_ROW_SECONDS * MICROSECOND))


def owner_of(session: Session, sid: bytes) -> tuple[UUID, UUID] | None:
    """Find whose session it is (commune, member), before that commune's keys are at hand."""
    row = session.execute(select(SessionRow.commune_id, SessionRow.member_id).where(SessionRow.sid == sid))
    found = row.one_or_none()
    return (found.commune_id, found.member_id) if found else None


def keep_text(row: SessionRow, public_key: bytes, text: bytes) -> None:
    """Seal what was typed on a locked screen to the person herself; nobody else can open it."""
    row.kept = send(public_key, pad(text), context=_kept_context(row.commune_id, row.member_id))


def kept_text(row: SessionRow, seed: bytes) -> bytes:
    """Open what was kept; raise VaultError if nothing was."""
    if row.kept is None:
        raise VaultError("unopened")
    return unpad(receive(seed, row.kept, context=_kept_context(row.commune_id, row.member_id)))


def _kept_context(commune_id: UUID, member_id: UUID) -> bytes:
    return lp("cw/1/form", commune_id, member_id)


def _key(token: Token, control: Control) -> bytes:
    return derive(token.secret, "session", salt=control.session)


def _context(row: SessionRow) -> bytes:
    return lp(
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
