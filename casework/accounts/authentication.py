"""Authentication before the gate: find the member of a username, count the attempt, try the passphrase with Argon2id.

Argon2id (RFC 9106) takes 64 MiB and its time, so it never runs inside a transaction.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from casework.accounts import known_devices, login_rate_limit
from casework.accounts.login_rate_limit import Bucket
from casework.accounts.sign_in_actions import Unwrapped
from casework.audit import freshness
from casework.errors import WrongSecret
from casework.gate import Gate
from casework.sealed import Sealed
from casework.vault.crypto import passwords
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.enrolment import privacy_screen
from casework.vault.models import Commune, Member, Slot
from casework.vietnamese_text import plain


@dataclass(frozen=True)
class LoginAttempt(Sealed):
    """What one sign-in attempt brings: username, passphrase, the device cookie, and the network address."""

    username: str
    passphrase: str
    device: str
    address: str = ""


def commune_of(gate: Gate, username: str) -> UUID | None:
    """Find the commune of a username; an unknown one is logged in the oldest commune, None if there is none yet."""
    with gate.database.read_only() as session:
        by_username = select(Member.commune_id).where(Member.username == plain(username))
        oldest = select(Commune.id).order_by(Commune.created).limit(1)
        return session.execute(by_username).scalar_one_or_none() or session.execute(oldest).scalar_one_or_none()


def only_commune(gate: Gate) -> UUID | None:
    """Return the commune of an installation that serves one alone; None if there are several or none yet."""
    with gate.database.read_only() as session:
        ids = session.execute(select(Commune.id).limit(2)).scalars().all()
    return ids[0] if len(ids) == 1 else None


def count_attempt(gate: Gate, commune_id: UUID, attempt: LoginAttempt) -> None:
    """Count an attempt for this username from this browser; raise Throttled over the limit."""
    buckets, _ = _buckets(gate, commune_id, attempt)
    login_rate_limit.count(gate, commune_id, buckets)


def count_short_code_attempt(gate: Gate, sid: bytes) -> None:
    """Count an attempt to uncover a screen with the short code, before it is made."""
    with gate.database.transaction(None, None) as session:
        privacy_screen.count_try(session, sid)


def reset_attempts(gate: Gate, commune_id: UUID, attempt: LoginAttempt) -> None:
    """Forget the attempts of somebody who has signed in with both factors."""
    buckets, known = _buckets(gate, commune_id, attempt)
    login_rate_limit.reset(gate, commune_id, buckets, known=known)


def authenticate(gate: Gate, commune_id: UUID, attempt: LoginAttempt) -> Unwrapped | None:
    """Open a member's key with the passphrase; None if username or passphrase is wrong.

    Raises Throttled over the limit, and VaultError for a row that does not verify, which is no wrong passphrase.
    """
    count_attempt(gate, commune_id, attempt)
    return open_with_passphrase(gate, commune_id, attempt)


def open_with_passphrase(gate: Gate, commune_id: UUID, attempt: LoginAttempt) -> Unwrapped | None:
    """Open a member's key with the passphrase of an attempt that has been counted; None if it is wrong."""
    slot = _slot(gate, commune_id, attempt, "password")
    if slot is None:
        passwords.dummy_unwrap(attempt.passphrase)
        return None
    try:
        seed = passwords.unwrap_with_passphrase(gate.server_keys(commune_id), slot, attempt.passphrase)
    except WrongSecret:
        return None
    return Unwrapped(slot.member_id, seed)


def authenticate_by_paper_code(gate: Gate, commune_id: UUID, attempt: LoginAttempt, code: bytes) -> Unwrapped | None:
    """Open a member's key with the paper code (bytes); None if it is wrong. Raises Throttled over the limits.

    Its 128 bits cannot be guessed, so wrong codes count for the address alone, and only whoever has the right one uses
    up what may be tried beside it: nobody from outside locks its owner out.
    """
    server_keys = gate.server_keys(commune_id)
    login_rate_limit.count(gate, commune_id, login_rate_limit.of_address(server_keys, attempt.address, "paper"))
    slot = _slot(gate, commune_id, attempt, "code")
    if slot is None:
        return None
    try:
        seed = passwords.unwrap_with_code(server_keys, slot, code)
    except WrongSecret:
        return None
    login_rate_limit.count(gate, commune_id, login_rate_limit.of_paper_code(server_keys, slot.id))
    return Unwrapped(slot.member_id, seed, slot.id)


def _slot(gate: Gate, commune_id: UUID, attempt: LoginAttempt, kind: str) -> Slot | None:
    with gate.reading() as session:
        attach_keys(session, gate.server_keys(commune_id))
        member_id = session.execute(_member(commune_id, attempt)).scalar_one_or_none()
        if member_id is None:
            return None
        freshness.member(session, commune_id, member_id)
        slots = select(Slot).where(Slot.commune_id == commune_id, Slot.member_id == member_id)
        return session.execute(slots.where(Slot.kind == kind)).scalar_one_or_none()


def _buckets(gate: Gate, commune_id: UUID, attempt: LoginAttempt) -> tuple[list[Bucket], bool]:
    """Return the buckets of an attempt, and whether the account has signed in from this browser before."""
    server_keys, username = gate.server_keys(commune_id), plain(attempt.username)
    with gate.database.read_only() as session:
        member_id = session.execute(_member(commune_id, attempt)).scalar_one_or_none()
    if known_devices.is_known(server_keys, attempt.device, member_id):
        return login_rate_limit.of_account(server_keys, username, known_devices.device_id(attempt.device)), True
    return login_rate_limit.of_account(server_keys, username, b"") + login_rate_limit.of_address(
        server_keys, attempt.address
    ), False


def _member(commune_id: UUID, attempt: LoginAttempt) -> Select[UUID]:
    return select(Member.id).where(Member.commune_id == commune_id, Member.username == plain(attempt.username))
