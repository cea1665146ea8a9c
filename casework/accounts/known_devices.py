"""Known browsers: the device cookie holds 16 random bytes, and a 16-byte MAC for each account that has signed in."""

import base64
import binascii
import hmac
import os
from uuid import UUID

from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys

_ID_BYTES, _MAC_BYTES = 16, 16
# A shared machine serves so many people; the earliest makes room.
_MOST = 8
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))


def is_known(server_keys: ServerKeys, cookie: str, member_id: UUID | None) -> bool:
    """Tell whether this browser has signed in to this account before; a cookie that we did not issue is unknown."""
    device, seals = _read(cookie)
    if member_id is None:
        return False
    seal = _mac(server_keys, device, member_id)
    return any(hmac.compare_digest(seal, other) for other in seals)


def device_id(cookie: str) -> bytes:
    """Return the random bytes of a device cookie, by which attempts are counted; empty without one."""
    return _read(cookie)[0]


def remembered(server_keys: ServerKeys, cookie: str, member_id: UUID) -> str:
    """Return the device cookie with this account added."""
    device, seals = _read(cookie)
    device = device or os.urandom(_ID_BYTES)
    seal = _mac(server_keys, device, member_id)
    kept = [other for other in seals if other != seal][-(_MOST - 1) :]
    return base64.urlsafe_b64encode(b"".join([device, *kept, seal])).decode()


def browser_family(agent: str) -> str:
    """Return browser and system from a User-Agent, for one's own list of sessions; nothing finer is kept."""
    names = [next((name for word, name in kinds if word in agent), "") for kinds in (_FAMILIES, _SYSTEMS)]
    return " · ".join(filter(None, names))


def _read(cookie: str) -> tuple[bytes, list[bytes]]:
    try:
        raw = base64.urlsafe_b64decode(cookie.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return b"", []
    if not _ID_BYTES <= len(raw) <= _ID_BYTES + _MOST * _MAC_BYTES:
        return b"", []
    seals = [raw[start : start + _MAC_BYTES] for start in range(_ID_BYTES, len(raw), _MAC_BYTES)]
    return raw[:_ID_BYTES], seals


def _mac(server_keys: ServerKeys, device: bytes, member_id: UUID) -> bytes:
    return server_keys.tag(encode_fields("cw/1/device", server_keys.commune_id, device, member_id))[:_MAC_BYTES]
