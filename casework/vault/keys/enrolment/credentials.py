"""Credentials: a new key under a new passphrase, a new code on paper, a new phone.

Argon2 runs before any transaction; what is replaced can never be put back.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.sealed import Sealed
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
class PaperCode(Sealed):
    """A new code, as it is printed once, with the slot that it opens."""

    code: str
    slot: WrappedSeed


@dataclass(frozen=True)
class NewCredentials(Sealed):
    """A new key of a member, in a slot for the new passphrase and in one for a new code on paper."""

    seed: bytes
    slot: WrappedSeed
    paper: PaperCode


def new_paper_code(server_keys: ServerKeys, seed: bytes, member_id: UUID) -> PaperCode:
    """Make a code on paper that opens a member's key when the phone is lost or the passphrase forgotten."""
    code = new_code()
    return PaperCode(code, passwords.wrap_with_code(server_keys, seed, read_code(code), member_id=member_id))


def new_credentials(server_keys: ServerKeys, passphrase: str, member_id: UUID) -> NewCredentials:
    """Make a member's new key, opened by passphrase and by a new code; this takes Argon2's time."""
    seed = new_key()
    slot = passwords.wrap_with_passphrase(server_keys, seed, passphrase, member_id=member_id)
    return NewCredentials(seed, slot, new_paper_code(server_keys, seed, member_id))


def replace_paper_code(
    crypto: CryptoContext, head: Head, member: Member, paper: PaperCode, phone: PairedPhone | None = None
) -> None:
    """Put a new code, and with it a new phone, in the place of those before; every session of the member ends."""
    spent = [slot for slot in heads.rows_of_member(crypto.session, member, Slot) if slot.kind == "code"]
    ended = heads.rows_of_member(crypto.session, member, *_ended_kinds(phone))
    heads.revoke_rows(crypto.session, head, member, [*spent, *ended])
    crypto.session.add(paper.slot.row())
    if phone is not None:
        crypto.session.add(_totp(crypto, member, phone))


def replace_key(
    crypto: CryptoContext, head: Head, member: Member, new: NewCredentials, phone: PairedPhone | None = None
) -> None:
    """Give a member the new key: old slots and sessions go, and so does every wrap to the key before.

    The heads of all agencies whose key the member holds must have been read: those in the keyring are wrapped anew.
    """
    replaced = heads.rows_of_member(crypto.session, member, Slot, *_ended_kinds(phone))
    member.public_key = public_key(new.seed)
    heads.revoke_rows(crypto.session, head, member, replaced)
    crypto.session.add_all([new.slot.row(), new.paper.slot.row()])
    if phone is not None:
        crypto.session.add(_totp(crypto, member, phone))
    wraps = select(Wrap).where(Wrap.commune_id == member.commune_id, Wrap.member_id == member.id)
    for wrap in crypto.session.execute(wraps).scalars():
        crypto.session.delete(wrap)
    crypto.session.flush()
    for keys in crypto.keyring.agencies.values() if crypto.keyring is not None else ():
        wrap_for_member(crypto, keys, member)


def _ended_kinds(phone: PairedPhone | None) -> tuple[type[Any], ...]:
    """Return which kinds of rows end with new credentials: sessions always, second factors if a phone is paired anew.

    Whoever has lost a phone has lost the passkeys on it as well, and no row tells which ones those are.
    """
    return heads.SESSIONS if phone is None else (*heads.SESSIONS, *heads.SECOND_FACTORS)


def _totp(crypto: CryptoContext, member: Member, phone: PairedPhone) -> Totp:
    return totp.row(crypto.server_keys, member.id, phone.seed, at=crypto.at, counter=phone.counter)
