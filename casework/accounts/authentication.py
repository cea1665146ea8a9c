"""Before the gate: finds the member of a name, counts tries, and lets Argon2 work outside any transaction."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from casework.accounts import known_devices, login_rate_limit
from casework.accounts.login_rate_limit import Bucket
from casework.accounts.sign_in_acts import Unwrapped
from casework.audit import freshness
from casework.errors import WrongSecret
from casework.gate import Gate
from casework.vault.crypto import passwords
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.models import Commune, Member, Slot
from casework.vietnamese_text import plain


@dataclass(frozen=True)
class LoginAttempt:
    """Somebody at the door: the name she gave, her passphrase, the mark of her browser, and her network address."""

    username: str
    passphrase: str
    device: str
    address: str = ""

    def __repr__(self) -> str:
        """Never print a passphrase."""
        return "<sealed>"


def commune_of(gate: Gate, username: str) -> UUID | None:
    """Find the commune of a name; an unknown name is logged in the oldest commune, None if there is none yet."""
    with gate.database.read_only() as session:
        wanted = select(Member.commune_id).where(Member.username == plain(username))
        oldest = select(Commune.id).order_by(Commune.created).limit(1)
        return session.execute(wanted).scalar_one_or_none() or session.execute(oldest).scalar_one_or_none()


def only_commune(gate: Gate) -> UUID | None:
    """Return the commune of an installation that serves one alone; None if there are several or none yet."""
    with gate.database.read_only() as session:
        ids = session.execute(select(Commune.id).limit(2)).scalars().all()
    return ids[0] if len(ids) == 1 else None


def count_attempt(gate: Gate, commune_id: UUID, knock: LoginAttempt) -> None:
    """Count a try of this name from this browser; raise Throttled after one too many."""
    buckets, _ = _counts(gate, commune_id, knock)
    login_rate_limit.count(gate, commune_id, buckets)


def reset_attempts(gate: Gate, commune_id: UUID, knock: LoginAttempt) -> None:
    """Forget the tries of somebody who has come in, second factor and all."""
    buckets, known = _counts(gate, commune_id, knock)
    login_rate_limit.reset(gate, commune_id, buckets, known=known)


def authenticate(gate: Gate, commune_id: UUID, knock: LoginAttempt) -> Unwrapped | None:
    """Open a member's key with her passphrase; None if name or passphrase is wrong, Throttled after too many tries.

    A row that does not hold raises VaultError, which is no wrong passphrase.
    """
    count_attempt(gate, commune_id, knock)
    slot = _slot(gate, commune_id, knock, "password")
    if slot is None:
        passwords.dummy_unwrap(knock.passphrase)
        return None
    try:
        seed = passwords.unwrap_with_passphrase(gate.server_keys(commune_id), slot, knock.passphrase)
    except WrongSecret:
        return None
    return Unwrapped(slot.member_id, seed)


def authenticate_by_paper_code(gate: Gate, commune_id: UUID, knock: LoginAttempt, code: bytes) -> Unwrapped | None:
    """Open a member's key with the code that she keeps on paper; the try has been counted by `count_try`."""
    slot = _slot(gate, commune_id, knock, "code")
    if slot is None:
        return None
    try:
        seed = passwords.unwrap_with_code(gate.server_keys(commune_id), slot, code)
    except WrongSecret:
        return None
    return Unwrapped(slot.member_id, seed, slot.id)


def _slot(gate: Gate, commune_id: UUID, knock: LoginAttempt, kind: str) -> Slot | None:
    with gate.database.read_only() as session:
        attach_keys(session, gate.server_keys(commune_id))
        member_id = session.execute(_member(commune_id, knock)).scalar_one_or_none()
        if member_id is None:
            return None
        freshness.member(session, commune_id, member_id)
        mine = select(Slot).where(Slot.commune_id == commune_id, Slot.member_id == member_id)
        return session.execute(mine.where(Slot.kind == kind)).scalar_one_or_none()


def _counts(gate: Gate, commune_id: UUID, knock: LoginAttempt) -> tuple[list[Bucket], bool]:
    """Return the counts that a try falls into, and whether the browser is one that this account has used before."""
    server_keys, username = gate.server_keys(commune_id), plain(knock.username)
    with gate.database.read_only() as session:
        member_id = session.execute(_member(commune_id, knock)).scalar_one_or_none()
    if known_devices.is_known(server_keys, knock.device, member_id):
        return login_rate_limit.of_account(server_keys, username, known_devices.device_id(knock.device)), True
    return login_rate_limit.of_account(server_keys, username, b"") + login_rate_limit.of_address(
        server_keys, knock.address
    ), False


def _member(commune_id: UUID, knock: LoginAttempt) -> Select[UUID]:
    return select(Member.id).where(Member.commune_id == commune_id, Member.username == plain(knock.username))
