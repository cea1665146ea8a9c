"""Rate limit of sign-in attempts, counted in the database: nobody guesses for long, nobody locks a colleague out.

A browser that has signed in to an account before has a bucket of its own. All others share one for the account and one
for their address: whoever guesses from outside uses up those, and the member still signs in from a known browser.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from uuid import UUID

from sqlalchemy import delete

from casework import clock
from casework.clock import MICROSECOND
from casework.errors import Throttled
from casework.gate import Gate
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Throttle

_QUARTER, _DAY = 15 * 60, 24 * 3600
# Two windows of a day may follow each other, so a count for a day stays below half of 100 (NIST SP 800-63B, 5.2.2).
_ACCOUNT = ((_QUARTER, 10), (_DAY, 40))
_ADDRESS = ((_QUARTER, 60), (_DAY, 300))
_SECOND = ((_DAY, 5),)
_RETURN = ((_QUARTER, 5), (_DAY, 20))
_MAILED = ((_QUARTER, 2), (_DAY, 5))
_MAIL_CODE = ((_DAY, 10),)
_OWN_TRIES = 2


@dataclass(frozen=True)
class Bucket:
    """One count: its key (a keyed hash), how many attempts it takes, and for how many seconds."""

    key: bytes
    most: int
    seconds: int


def of_account(server_keys: ServerKeys, username: str, device: bytes) -> list[Bucket]:
    """Return the buckets of an account: those of one known browser, or with empty bytes those of all others."""
    return [_bucket(server_keys, "account", username, device, window) for window in _ACCOUNT]


def of_address(server_keys: ServerKeys, address: str, subject: str = "address") -> list[Bucket]:
    """Return the buckets of a network address, for passphrases or for paper codes; none where it is not known."""
    site = _site(address)
    return [] if not site else [_bucket(server_keys, subject, site, b"", window) for window in _ADDRESS]


def of_paper_code(server_keys: ServerKeys, slot_id: UUID) -> list[Bucket]:
    """Return the buckets of one paper code, for what is tried beside it by whoever has it."""
    return [_bucket(server_keys, "paper", slot_id.hex, b"", window) for window in _ACCOUNT]


def of_return(server_keys: ServerKeys, member_id: UUID) -> list[Bucket]:
    """Return the buckets of one member who was away, for the six digits that colleagues try for them."""
    return [_bucket(server_keys, "return", member_id.hex, b"", window) for window in _RETURN]


def of_mailed_code(server_keys: ServerKeys, member_id: UUID) -> list[Bucket]:
    """Return the buckets of one member for what they have sent to a mailbox: few, for it may be somebody else's."""
    return [_bucket(server_keys, "mailed", member_id.hex, b"", window) for window in _MAILED]


def of_mail_code(server_keys: ServerKeys, member_id: UUID) -> list[Bucket]:
    """Return the bucket of one member for the codes of a mailbox that they try."""
    return [_bucket(server_keys, "mail code", member_id.hex, b"", window) for window in _MAIL_CODE]


def _site(address: str) -> str:
    """Return what one customer of a network holds: an IPv4 address, or the first 64 bits of an IPv6 one (RFC 6177)."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))


def of_second_factor(server_keys: ServerKeys, sid: bytes) -> list[Bucket]:
    """Return the bucket of a session that waits for its second factor: five attempts."""
    return [_bucket(server_keys, "second", "", sid, window) for window in _SECOND]


def count(gate: Gate, commune_id: UUID, buckets: Iterable[Bucket]) -> None:
    """Count an attempt before it is made, so that parallel ones are counted too; raise Throttled over the limit."""
    now, exceeded = clock.micros(), False
    with gate.database.transaction(None, commune_id) as session:
        session.execute(delete(Throttle).where(Throttle.since < now - _DAY * MICROSECOND))
        for bucket in buckets:
            row = session.get(Throttle, bucket.key)
            if row is None:
                row = Throttle(key=bucket.key, failures=0, since=now)
                session.add(row)
            elif row.since < now - bucket.seconds * MICROSECOND:
                row.failures, row.since = 0, now
            row.failures += 1
            exceeded = exceeded or row.failures > bucket.most
    if exceeded:
        raise Throttled("Đã thử quá nhiều lần. Hãy chờ 15 phút, hoặc dùng máy vẫn hay đăng nhập.")


def reset(gate: Gate, commune_id: UUID, buckets: Iterable[Bucket], *, known: bool) -> None:
    """Forget the attempts of a known browser after sign-in; shared buckets are given back only its own two."""
    with gate.database.transaction(None, commune_id) as session:
        for bucket in buckets:
            row = session.get(Throttle, bucket.key)
            if row is not None:
                row.failures = 0 if known else max(0, row.failures - _OWN_TRIES)


def _bucket(server_keys: ServerKeys, subject: str, name: str, device: bytes, window: tuple[int, int]) -> Bucket:
    seconds, most = window
    return Bucket(
        server_keys.tag(encode_fields("cw/1/throttle", server_keys.commune_id, subject, name, device, seconds)),
        most,
        seconds,
    )
