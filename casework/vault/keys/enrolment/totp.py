"""The second factor: six digits of a phone (RFC 6238), each good for one sign-in in whichever worker.

To pair a phone its seed travels through the browser encrypted, first as an offer, then as proved by its digits.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Table, update
from sqlalchemy.engine import CursorResult

from casework.clock import MICROSECOND
from casework.errors import BadInput, VaultError, gettext_noop
from casework.sealed import Sealed
from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment.models import Totp
from casework.vault.keys.kek import ServerKeys

STEP_SECONDS = 30
_SEED_BYTES, _DIGITS = 20, 6
_ISSUER = "So ca"
_COUNTER_BYTES = 8
_table: Table = Totp.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class PairedPhone(Sealed):
    """The seed that a phone has shown to hold, and the counter of the digits that proved it."""

    seed: bytes
    counter: int


def new_seed() -> bytes:
    """Return the 20 random bytes that a phone and the server will share."""
    return os.urandom(_SEED_BYTES)


def secret_text(seed: bytes) -> str:
    """Return a seed as it is typed into a phone by hand: base32 in groups of four."""
    letters = base64.b32encode(seed).decode()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def provisioning_uri(seed: bytes, username: str) -> str:
    """Return the otpauth address that a phone reads from a QR code; it names the product and the account alone."""
    return _totp(seed).get_provisioning_uri(username, _ISSUER)


def code_at(seed: bytes, at: int) -> str:
    """Return the digits that a phone shows at a moment in microseconds."""
    return _digits(seed, _counter(at))


def matching_counter(seed: bytes, typed: str, at: int) -> int | None:
    """Return the counter whose digits were typed, now or one step before or after; None if there is none."""
    digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
    now = _counter(at)
    fitting = [counter for counter in (now - 1, now, now + 1) if hmac.compare_digest(_digits(seed, counter), digits)]
    return fitting[0] if fitting else None


def row(server_keys: ServerKeys, member_id: UUID, seed: bytes, *, at: int, counter: int) -> Totp:
    """Return the row of a member's phone with its seed encrypted; `counter` is the last one that was used."""
    blob = aead.encrypt(server_keys.totp, seed, context=_context(server_keys, member_id), key_ref=server_keys.number)
    return Totp(commune_id=server_keys.commune_id, member_id=member_id, blob=blob, created=at, last_counter=counter)


def spend_code(crypto: CryptoContext, totp: Totp, typed: str) -> bool:
    """Use the digits that were typed; False if they are wrong, old or were used before, in whichever worker."""
    context = _context(crypto.server_keys, totp.member_id)
    seed = aead.decrypt(crypto.server_keys.totp, totp.blob, context=context, key_ref=crypto.server_keys.number)
    counter = matching_counter(seed, typed, crypto.at)
    if counter is None:
        return False
    of_member = (_table.c.commune_id == totp.commune_id, _table.c.member_id == totp.member_id)
    result = crypto.session.execute(
        update(_table).where(*of_member, _table.c.last_counter < counter).values(last_counter=counter)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def offer_seed(server_keys: ServerKeys, member_id: UUID) -> str:
    """Return a new seed for a member's phone, encrypted, to be sent back by the form that shows it."""
    return _encrypted(server_keys, new_seed(), "offer", member_id)


def offered_seed(server_keys: ServerKeys, member_id: UUID, offered: str) -> bytes:
    """Open an offer; raise BadInput for what was not offered to this member."""
    return _decrypted(server_keys, offered, "offer", member_id)


def paired_phone(server_keys: ServerKeys, member_id: UUID, offered: str, *, digits: str, at: int) -> PairedPhone | None:
    """Return the phone whose digits were typed for an offer; None if they do not fit."""
    seed = offered_seed(server_keys, member_id, offered)
    counter = matching_counter(seed, digits, at)
    return None if counter is None else PairedPhone(seed, counter)


def encrypt_phone(server_keys: ServerKeys, member_id: UUID, phone: PairedPhone) -> str:
    """Return a proved phone, encrypted, for the step that follows."""
    plain = phone.counter.to_bytes(_COUNTER_BYTES, "big") + phone.seed
    return _encrypted(server_keys, plain, "proved", member_id)


def decrypt_phone(server_keys: ServerKeys, member_id: UUID, text: str) -> PairedPhone:
    """Open a proved phone; raise BadInput for what was not encrypted for this member."""
    plain = _decrypted(server_keys, text, "proved", member_id)
    return PairedPhone(plain[_COUNTER_BYTES:], int.from_bytes(plain[:_COUNTER_BYTES], "big"))


def _encrypted(server_keys: ServerKeys, plain: bytes, word: str, member_id: UUID) -> str:
    context = encode_fields("cw/1/pairing", server_keys.commune_id, word, member_id)
    return base64.urlsafe_b64encode(
        aead.encrypt(server_keys.totp, plain, context=context, key_ref=server_keys.number)
    ).decode()


def _decrypted(server_keys: ServerKeys, text: str, word: str, member_id: UUID) -> bytes:
    context = encode_fields("cw/1/pairing", server_keys.commune_id, word, member_id)
    try:
        blob = base64.urlsafe_b64decode(text.encode("ascii"))
        return aead.decrypt(server_keys.totp, blob, context=context, key_ref=server_keys.number)
    except (binascii.Error, UnicodeEncodeError, ValueError, VaultError):
        raise BadInput(gettext_noop("Trang này đã cũ. Hãy làm lại từ đầu.")) from None


def _totp(seed: bytes) -> TOTP:
    # Every authenticator knows SHA-1, few know another; inside HMAC its collisions do no harm.
    return TOTP(seed, _DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  # nosec B303


def _digits(seed: bytes, counter: int) -> str:
    return _totp(seed).generate(counter * STEP_SECONDS).decode()


def _counter(at: int) -> int:
    return at // MICROSECOND // STEP_SECONDS


def _context(server_keys: ServerKeys, member_id: UUID) -> bytes:
    return encode_fields("cw/1/totp", server_keys.commune_id, member_id)


def rewrap(old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
    """Return the seed of a phone under the newer server's key instead of the old one."""
    seed = aead.decrypt(old.totp, row.blob, context=_context(old, row.member_id), key_ref=old.number)
    return aead.encrypt(newer.totp, seed, context=_context(newer, row.member_id), key_ref=newer.number)
