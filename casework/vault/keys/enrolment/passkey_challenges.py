"""Challenges that a passkey signs: bound to a session and a purpose, good once within five minutes, stored nowhere.

A challenge carries its own moment and MAC, so showing a page writes nothing; only one that was answered is remembered,
by its MAC, among the counts of tries, where it stays for a day.
"""

import hmac
import os
from dataclasses import dataclass
from uuid import UUID

from casework.clock import MICROSECOND
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Throttle

ENROL, SIGN_IN, STEP_UP = "enrol", "sign-in", "step-up"
LASTS_SECONDS = 5 * 60
_MOMENT_BYTES, _NONCE_BYTES, _TAG_BYTES = 8, 16, 32


@dataclass(frozen=True)
class RelyingParty:
    """Whom passkeys are made for: the host name that people type, and the origin that a browser signs."""

    host: str
    origin: str


@dataclass(frozen=True)
class Ceremony:
    """What a challenge is for: the session that waits (its id), the purpose, the relying party, and a case, if any."""

    sid: bytes
    purpose: str
    party: RelyingParty
    about: UUID | None = None


def new(server_keys: ServerKeys, ceremony: Ceremony, *, at: int) -> bytes:
    """Return a new challenge: u64be moment, 16 random bytes, MAC."""
    head = at.to_bytes(_MOMENT_BYTES, "big") + os.urandom(_NONCE_BYTES)
    return head + _tag(server_keys, ceremony, head)


def spend(crypto: CryptoContext, ceremony: Ceremony, challenge: bytes) -> bool:
    """Use a challenge up; False if it is not ours, not for this, older than five minutes or answered before."""
    head, tag = challenge[:-_TAG_BYTES], challenge[-_TAG_BYTES:]
    if len(head) != _MOMENT_BYTES + _NONCE_BYTES:
        return False
    made = int.from_bytes(head[:_MOMENT_BYTES], "big")
    ours = hmac.compare_digest(tag, _tag(crypto.server_keys, ceremony, head))
    if not ours or not made <= crypto.at < made + LASTS_SECONDS * MICROSECOND:
        return False
    if crypto.session.get(Throttle, tag) is not None:
        return False
    crypto.session.add(Throttle(key=tag, failures=1, since=crypto.at))
    return True


def _tag(server_keys: ServerKeys, ceremony: Ceremony, head: bytes) -> bytes:
    purpose, about = ceremony.purpose, ceremony.about
    return server_keys.tag(encode_fields("cw/1/challenge", server_keys.commune_id, ceremony.sid, purpose, about, head))
