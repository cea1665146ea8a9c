"""New ways in: a new key under a new passphrase, a new code for the night, a new phone.

What needs Argon2 is prepared before any transaction; what is replaced can never be put back.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete

from casework.vault.crypto import passwords
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.crypto.passwords import WrappedSeed
from casework.vault.integrity import heads
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.models import Totp
from casework.vault.keys.enrolment.paper_codes import new_code, read_code
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.provisioning import wrap_for_member
from casework.vault.models import Head, Member, Slot, Wrap


@dataclass(frozen=True)
class PaperCode:
    """A new code for the night, as it is printed once, with the slot that it opens."""

    code: str
    slot_id: UUID
    secret: WrappedSeed

    def __repr__(self) -> str:
        """Never print the code."""
        return "<sealed paper>"


@dataclass(frozen=True)
class NewCredentials:
    """A new key of a member under a new passphrase and a new code on paper."""

    seed: bytes
    slot_id: UUID
    secret: WrappedSeed
    paper: PaperCode

    def __repr__(self) -> str:
        """Never print the key."""
        return "<sealed renewal>"


def new_paper_code(server_keys: ServerKeys, seed: bytes, member_id: UUID) -> PaperCode:
    """Make a code for the night that opens a member's key."""
    code, slot_id = new_code(), uuid4()
    secret = passwords.wrap_with_code(server_keys, seed, read_code(code), member_id=member_id, slot_id=slot_id)
    return PaperCode(code, slot_id, secret)


def new_credentials(server_keys: ServerKeys, passphrase: str, member_id: UUID) -> NewCredentials:
    """Make a member's new key, opened by her passphrase and by a new code; this takes Argon2's time."""
    seed, slot_id = new_key(), uuid4()
    secret = passwords.wrap_with_passphrase(server_keys, seed, passphrase, member_id=member_id, slot_id=slot_id)
    return NewCredentials(seed, slot_id, secret, new_paper_code(server_keys, seed, member_id))


def replace_paper_code(
    crypto: CryptoContext, head: Head, member: Member, paper: PaperCode, phone: PairedPhone | None = None
) -> None:
    """Put a new code, and with it a new phone, in the place of those before; every session of hers ends."""
    old = [slot for slot in heads.rows_of_member(crypto.session, member, Slot) if slot.kind == "code"]
    ended = heads.rows_of_member(crypto.session, member, *_ended(phone))
    heads.take_from_member(crypto.session, head, member, [*old, *ended])
    crypto.session.add(passwords.slot_row(member, "code", paper.slot_id, paper.secret))
    if phone is not None:
        crypto.session.add(_totp(crypto, member, phone))


def replace_key(
    crypto: CryptoContext, head: Head, member: Member, new: NewCredentials, phone: PairedPhone | None = None
) -> None:
    """Give a member her new key: old slots and sessions go, and so does every wrap to the key before.

    The heads of all agencies in the keyring must have been read: those keys are wrapped anew at once.
    """
    taken = heads.rows_of_member(crypto.session, member, Slot, *_ended(phone))
    member.public_key = public_key(new.seed)
    heads.take_from_member(crypto.session, head, member, taken)
    crypto.session.add(passwords.slot_row(member, "password", new.slot_id, new.secret))
    crypto.session.add(passwords.slot_row(member, "code", new.paper.slot_id, new.paper.secret))
    if phone is not None:
        crypto.session.add(_totp(crypto, member, phone))
    crypto.session.execute(delete(Wrap).where(Wrap.commune_id == member.commune_id, Wrap.member_id == member.id))
    for keys in crypto.keyring.agencies.values() if crypto.keyring is not None else ():
        wrap_for_member(crypto, keys, member)


def _ended(phone: PairedPhone | None) -> tuple[type[Any], ...]:
    """Return which rows end with a new way in: sessions always, the second factor if there is a new one."""
    return heads.SESSIONS if phone is None else (*heads.SESSIONS, Totp)


def _totp(crypto: CryptoContext, member: Member, phone: PairedPhone) -> Totp:
    return totp.row(crypto.server_keys, member.id, phone.seed, at=crypto.at, counter=phone.counter)
