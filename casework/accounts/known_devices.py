"""The mark of a browser that we issued: random bytes, and a seal for each account that has signed in with it."""

import base64
import binascii
import hmac
import os
from uuid import UUID

from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys

_MARK_BYTES, _SEAL_BYTES = 16, 16
# A shared office machine serves so many people; whoever came first makes room.
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
    """Tell whether this browser has signed in to this account before; what we did not issue knows nobody."""
    device, seals = _read(cookie)
    if member_id is None:
        return False
    seal = _seal(server_keys, device, member_id)
    return any(hmac.compare_digest(seal, other) for other in seals)


def device_id(cookie: str) -> bytes:
    """Return the random bytes of a mark, by which tries are counted; empty for a browser without one."""
    return _read(cookie)[0]


def remembered(server_keys: ServerKeys, cookie: str, member_id: UUID) -> str:
    """Return the mark of this browser with this account added, to be kept in its cookie."""
    device, seals = _read(cookie)
    device = device or os.urandom(_MARK_BYTES)
    seal = _seal(server_keys, device, member_id)
    kept = [other for other in seals if other != seal][-(_MOST - 1) :]
    return base64.urlsafe_b64encode(b"".join([device, *kept, seal])).decode()


def browser_family(agent: str) -> str:
    """Return the family of a browser by what it calls itself, for her own list of sessions; nothing finer is kept."""
    names = [next((name for word, name in kinds if word in agent), "") for kinds in (_FAMILIES, _SYSTEMS)]
    return " · ".join(filter(None, names))


def _read(cookie: str) -> tuple[bytes, list[bytes]]:
    try:
        raw = base64.urlsafe_b64decode(cookie.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return b"", []
    if not _MARK_BYTES <= len(raw) <= _MARK_BYTES + _MOST * _SEAL_BYTES:
        return b"", []
    seals = [raw[start : start + _SEAL_BYTES] for start in range(_MARK_BYTES, len(raw), _SEAL_BYTES)]
    return raw[:_MARK_BYTES], seals


def _seal(server_keys: ServerKeys, device: bytes, member_id: UUID) -> bytes:
    return server_keys.tag(encode_fields("cw/1/device", server_keys.commune_id, device, member_id))[:_SEAL_BYTES]
