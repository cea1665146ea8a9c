"""Before the gate: finds the member of a name, counts failed tries, and lets Argon2 work outside any transaction."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select

from casework import clock
from casework.accounts.actions import Opened
from casework.audit import fresh
from casework.clock import MICROSECOND
from casework.errors import Throttled, VaultError
from casework.gate import Gate
from casework.vault import passwords
from casework.vault.macs import equip
from casework.vault.models import Commune, Member, Slot, Throttle
from casework.vietnamese import plain

_WINDOW_SECONDS = 15 * 60
_TRIES = 10


@dataclass(frozen=True)
class Knock:
    """Somebody at the door: the name she gave, her passphrase, and the random mark of her device."""

    username: str
    passphrase: str
    device: str

    def __repr__(self) -> str:
        """Never print a passphrase."""
        return "<sealed>"


def commune_behind(gate: Gate, username: str) -> UUID | None:
    """Find the commune of a name; an unknown name is logged in the oldest commune, None if there is none yet."""
    with gate.database.look() as session:
        wanted = select(Member.commune_id).where(Member.username == plain(username))
        oldest = select(Commune.id).order_by(Commune.created).limit(1)
        return session.execute(wanted).scalar_one_or_none() or session.execute(oldest).scalar_one_or_none()


def only_commune(gate: Gate) -> UUID | None:
    """Return the commune of an installation that serves one alone; None if there are several or none yet."""
    with gate.database.look() as session:
        ids = session.execute(select(Commune.id).limit(2)).scalars().all()
    return ids[0] if len(ids) == 1 else None


def try_passphrase(gate: Gate, commune_id: UUID, knock: Knock) -> Opened | None:
    """Open a member's key with her passphrase; None if name or passphrase is wrong, Throttled after ten tries.

    Tries are counted for each pair of name and device, so that a stranger cannot lock a counsellor out.
    """
    key = _key(gate, commune_id, knock)
    _count(gate, commune_id, key)
    opened = _opened(gate, commune_id, knock)
    if opened is not None:
        with gate.database.work(None, None) as session:
            session.execute(delete(Throttle).where(Throttle.key == key))
    return opened


def _opened(gate: Gate, commune_id: UUID, knock: Knock) -> Opened | None:
    control = gate.control(commune_id)
    with gate.database.look() as session:
        equip(session, control)
        wanted = select(Member.id).where(Member.commune_id == commune_id, Member.username == plain(knock.username))
        member_id = session.execute(wanted).scalar_one_or_none()
        slot = None
        if member_id is not None:
            fresh.member(session, commune_id, member_id)
            mine = select(Slot).where(Slot.commune_id == commune_id, Slot.member_id == member_id)
            slot = session.execute(mine.where(Slot.kind == "password")).scalar_one_or_none()
    if slot is None or member_id is None:
        passwords.pretend(knock.passphrase)
        return None
    secret = passwords.SlotSecret(slot.salt, slot.memory_kib, slot.passes, slot.blob)
    try:
        seed = passwords.unlock(control, secret, knock.passphrase, member_id=member_id, slot_id=slot.id)
    except VaultError:
        return None
    return Opened(member_id=member_id, seed=seed)


def _key(gate: Gate, commune_id: UUID, knock: Knock) -> bytes:
    pair = f"{plain(knock.username)}\n{knock.device}".encode()
    return hmac.digest(gate.control(commune_id).mac, b"cw/1/throttle" + pair, sha256)


def _count(gate: Gate, commune_id: UUID, key: bytes) -> None:
    """Count a try before it is made, so that parallel tries are counted too; what is past its window goes."""
    now = clock.micros()
    with gate.database.work(None, commune_id) as session:
        session.execute(delete(Throttle).where(Throttle.since < now - _WINDOW_SECONDS * MICROSECOND))
        row = session.get(Throttle, key)
        if row is None:
            session.add(Throttle(key=key, failures=1, since=now))
            return
        row.failures += 1
    if row.failures > _TRIES:
        raise Throttled("Đã thử quá nhiều lần. Hãy chờ 15 phút rồi thử lại, hoặc nhờ đồng nghiệp.")
