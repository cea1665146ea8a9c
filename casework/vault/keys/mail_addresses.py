"""Where a member wants the one sentence sent, encrypted under a key of the server: the tick must read it at night.

Who has the database alone learns who asked for mail, and neither the address nor whether it was confirmed.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from casework.clock import MICROSECOND
from casework.errors import VaultError
from casework.sealed import Sealed
from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad, unpad
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import MailAddress

CODE_HOURS = 24
_DIGITS = 8


@dataclass(frozen=True)
class SealedAddress(Sealed):
    """An address and, until it is confirmed, the code that was mailed there and when it ends (microseconds)."""

    address: str
    code: str = ""
    until: int = 0

    @property
    def confirmed(self) -> bool:
        return not self.code

    def takes(self, typed: str, *, at: int) -> bool:
        """Tell whether what was typed is the code, and in time; a confirmed address takes none."""
        digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
        return bool(self.code) and at < self.until and hmac.compare_digest(self.code, digits)


def new_code() -> str:
    """Return eight random digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


def row(crypto: CryptoContext, member_id: UUID, address: str, code: str) -> MailAddress:
    """Return the row of an address that waits for its code."""
    made = MailAddress(commune_id=crypto.commune_id, id=uuid4(), member_id=member_id)
    until = crypto.at + CODE_HOURS * 3600 * MICROSECOND
    made.blob = _sealed(crypto.server_keys, made, SealedAddress(address, code, until))
    return made


def address_of(server_keys: ServerKeys, row: MailAddress) -> SealedAddress:
    """Decrypt what a row says; raise VaultError if it was encrypted for somebody else or under another key."""
    plain = aead.decrypt(server_keys.mail, row.blob, context=_context(server_keys, row), key_ref=server_keys.number)
    try:
        return SealedAddress(**json.loads(unpad(plain)))
    except (ValueError, TypeError) as cause:
        raise VaultError("unopened") from cause


def confirm(server_keys: ServerKeys, row: MailAddress) -> None:
    """Note that whoever has the account reads this mailbox: the code is gone."""
    row.blob = _sealed(server_keys, row, SealedAddress(address_of(server_keys, row).address))


def rewrap(old: ServerKeys, new: ServerKeys, row: Any) -> bytes:
    """Return the blob under the key of a new KEK; raise VaultError if the old one does not open it."""
    return _sealed(new, row, address_of(old, row))


def _sealed(server_keys: ServerKeys, row: Any, written: SealedAddress) -> bytes:
    fields = {"address": written.address, "code": written.code, "until": written.until}
    plain = pad(json.dumps(fields).encode())
    return aead.encrypt(server_keys.mail, plain, context=_context(server_keys, row), key_ref=server_keys.number)


def _context(server_keys: ServerKeys, row: Any) -> bytes:
    return encode_fields("cw/1/mail", server_keys.commune_id, row.member_id, row.id)
