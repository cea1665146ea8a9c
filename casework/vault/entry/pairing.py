"""Pairing a phone: the seed travels through the browser sealed, first as an offer, then as proved by its digits."""

import base64
import binascii
from uuid import UUID

from casework.errors import BadInput, VaultError, say
from casework.vault.bytes import lp, seal, unseal
from casework.vault.entry import totp
from casework.vault.entry.renewal import Phone
from casework.vault.kek import Control

_COUNTER_BYTES = 8


def offer(control: Control, member_id: UUID) -> str:
    """Return a new seed for a member's phone, sealed, to be sent back by the form that shows it."""
    return _sealed(control, totp.new_seed(), "offer", member_id)


def seed_of(control: Control, member_id: UUID, offered: str) -> bytes:
    """Open an offer; raise BadInput for what we did not offer to this member."""
    return _unsealed(control, offered, "offer", member_id)


def proved(control: Control, member_id: UUID, offered: str, *, digits: str, at: int) -> Phone | None:
    """Return the phone whose digits were typed for an offer; None if they do not fit."""
    seed = seed_of(control, member_id, offered)
    counter = totp.matching(seed, digits, at)
    return None if counter is None else Phone(seed, counter)


def proof(control: Control, member_id: UUID, phone: Phone) -> str:
    """Return a proved phone, sealed, for the step that follows."""
    plain = phone.counter.to_bytes(_COUNTER_BYTES, "big") + phone.seed
    return _sealed(control, plain, "proved", member_id)


def phone_of(control: Control, member_id: UUID, text: str) -> Phone:
    """Open a proved phone; raise BadInput for what we did not seal for this member."""
    plain = _unsealed(control, text, "proved", member_id)
    return Phone(plain[_COUNTER_BYTES:], int.from_bytes(plain[:_COUNTER_BYTES], "big"))


def _sealed(control: Control, plain: bytes, word: str, member_id: UUID) -> str:
    context = lp("cw/1/pairing", control.commune_id, word, member_id)
    return base64.urlsafe_b64encode(seal(control.totp, plain, context=context, key_ref=control.number)).decode()


def _unsealed(control: Control, text: str, word: str, member_id: UUID) -> bytes:
    context = lp("cw/1/pairing", control.commune_id, word, member_id)
    try:
        blob = base64.urlsafe_b64decode(text.encode("ascii"))
        return unseal(control.totp, blob, context=context, key_ref=control.number)
    except (binascii.Error, UnicodeEncodeError, ValueError, VaultError):
        raise BadInput(say("Trang này đã cũ. Hãy làm lại từ đầu.")) from None
