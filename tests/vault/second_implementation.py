"""What docs/protocol.md says, written a second time from that page alone: no line of the program is used here."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Value: TypeAlias = int | str | UUID | bytes | None


def fields(*values: Value) -> bytes:
    """Section 2, lists of fields."""
    encoded = list(map(_field, values))
    return bytes([len(encoded)]) + b"".join(bytes([kind]) + len(raw).to_bytes(4, "big") + raw for kind, raw in encoded)


def _field(value: Value) -> tuple[int, bytes]:
    if value is None:
        return 0, b""
    if isinstance(value, int):
        return 1, value.to_bytes(abs(value).bit_length() // 8 + 1, "big", signed=True)
    if isinstance(value, str):
        return 2, value.encode()
    return (3, value.bytes) if isinstance(value, UUID) else (4, value)


def derived(secret: bytes, purpose: str, *more: Value) -> bytes:
    """Section 4, without a salt: HKDF of RFC 5869, one block."""
    extracted = hmac.digest(bytes(32), secret, sha256)
    return hmac.digest(extracted, fields("cw/1/derive", purpose, *more) + b"\x01", sha256)


def sealed(key: bytes, plain: bytes, *, nonce: bytes, key_ref: int, context: bytes) -> bytes:
    """Section 2, E1."""
    head = b"\x01\x01" + key_ref.to_bytes(4, "big")
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head + context)


def padded(plain: bytes) -> bytes:
    """Section 2, padding."""
    size = 1024
    while size <= len(plain):
        size *= 2
    return plain + b"\x80" + bytes(size - len(plain) - 1)


def row_mac(kek_number: int, key: bytes, table: str, columns: Mapping[str, Value], version: int) -> bytes:
    """Section 6."""
    named = [part for name in sorted(columns) for part in (name, columns[name])]
    return signed(kek_number, key, fields("cw/1/ctl", table, 1, *named, version))


def signed(kek_number: int, key: bytes, message: bytes) -> bytes:
    """A MAC behind the number of the server's key."""
    return kek_number.to_bytes(4, "big") + hmac.digest(key, message, sha256)


def example(given: Mapping[str, Any]) -> dict[str, Value]:
    """Section 16: the lines of the worked example that follow from those that are given."""
    commune, document, case, agency = (given[name] for name in ("commune", "document", "case", "agency"))
    kek_number, dek, version = given["kek_number"], given["dek"], given["version"]
    place = (given["section"], UUID(int=0), given["revision"])
    safe, k_ctl = derived(given["a"], "safe"), derived(given["kek"], "ctl", commune)
    kept = fields("cw/1/kept", commune, document, agency)
    blob = sealed(safe, dek, nonce=given["envelope_nonce"], key_ref=given["epoch"], context=kept)
    bound = fields("cw/1/body", commune, document, case, *place, agency)
    body = sealed(dek, padded(given["plain"].encode()), nonce=given["body_nonce"], key_ref=0, context=bound)
    digest = sha256(body).digest()
    listing = place[0].to_bytes(2, "big") + place[1].bytes + place[2].to_bytes(4, "big") + digest
    envelope = {"commune_id": commune, "document_id": document, "agency_id": agency, "case_id": case}
    envelope |= {"epoch": given["epoch"], "kind": "kept", "blob": blob}
    head = {"commune_id": commune, "id": case, "kind": "case", "v": version, "n": 1, "listing": listing}
    head_mac = row_mac(kek_number, k_ctl, "head", head, 0)
    text = given["log_text"].replace("HEAD_MAC", head_mac.hex())
    log_hash = sha256(fields("cw/1/audit", 1, bytes(32), text)).digest()
    return {
        "safe": safe,
        "kept_context": kept,
        "envelope_blob": blob,
        "commit_tag": hmac.digest(dek, fields("cw/1/commit", commune, document), sha256),
        "body_context": bound,
        "body_begins": body[:34],
        "body_hash": digest,
        "listing": listing,
        "k_ctl": k_ctl,
        "envelope_mac": row_mac(kek_number, k_ctl, "envelope", envelope, version),
        "head_mac": head_mac,
        "log_hash": log_hash,
        "log_mac": signed(kek_number, k_ctl, fields("cw/1/ctl", "audit_line", 1, commune, 1, log_hash)),
    }
