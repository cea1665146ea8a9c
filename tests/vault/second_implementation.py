"""What docs/protocol.md says, written a second time from that page alone: no line of the program is used here."""

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256, shake_256
from typing import Any, TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

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


def opened(key: bytes, blob: bytes, *, key_ref: int, context: bytes) -> bytes:
    """Section 2, E1."""
    head = b"\x01\x01" + key_ref.to_bytes(4, "big")
    if blob[:6] != head:
        raise ValueError(blob[:6].hex())
    return AESGCM(key).decrypt(blob[6:18], blob[18:], head + context)


def received(seed: bytes, blob: bytes, *, context: bytes) -> bytes:
    """Section 2, E2."""
    if blob[:2] != b"\x01\x02":
        raise ValueError(blob[:2].hex())
    expanded = shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    private = MLKEM768X25519PrivateKey(mlkem, X25519PrivateKey.from_private_bytes(expanded[64:]))
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return suite.decrypt(blob[2:], private, blob[:2] + context)


def paper_code(text: str) -> bytes:
    """Section 2, codes on paper."""
    symbols = text.replace("-", "")
    number = 0
    for symbol in symbols:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(symbol)
    secret = (number >> 12).to_bytes(16, "big")
    if number & 0xFFF != int.from_bytes(sha256(b"cw/1/code" + secret).digest()[:2], "big") >> 4:
        raise ValueError(text)
    return secret


def padded(plain: bytes) -> bytes:
    """Section 2, padding."""
    size = 1024
    while size <= len(plain):
        size *= 2
    return plain + b"\x80" + bytes(size - len(plain) - 1)


def unpadded(plain: bytes) -> bytes:
    """Section 2, padding."""
    text = plain[: plain.rindex(b"\x80")]
    if padded(text) != plain:
        raise ValueError(len(plain))
    return text


def row_mac(kek_number: int, key: bytes, table: str, columns: Mapping[str, Value], version: int) -> bytes:
    """Section 6."""
    named = [part for name in sorted(columns) for part in (name, columns[name])]
    return signed(kek_number, key, fields("cw/1/ctl", table, 1, *named, version))


def signed(kek_number: int, key: bytes, message: bytes) -> bytes:
    """A MAC behind the number of the server's key."""
    return kek_number.to_bytes(4, "big") + hmac.digest(key, message, sha256)


def committed(*parts: Iterable[bytes]) -> bytes:
    """Section 6, what a head commits to: the hash of each part."""
    return b"".join(sha256(b"".join(sorted(part))).digest() for part in parts)


def note(text: str, public: bytes) -> list[str]:
    """Section 10: the lines of a checkpoint that this key has signed."""
    said, _, signature = text.rpartition("\n— casework ")
    raw = base64.b64decode(signature)
    if raw[:4] != sha256(public).digest()[:4]:
        raise ValueError(raw[:4].hex())
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], said.encode())
    return said.splitlines()


def archive(raw: bytes, seed: bytes, public: bytes) -> tuple[dict[str, Any], bytes]:
    """Section 12: header and plaintext of a backup that this key has signed."""
    body, signature = raw[:-64], raw[-64:]
    digest = sha256(body).hexdigest()
    Ed25519PublicKey.from_public_bytes(public).verify(signature, f"casework/backup/1\n{digest}\n".encode())
    if body[:18] != b"casework-backup-1\n":
        raise ValueError(body[:18])
    header, sealed_key, *chunks, last = _parts(body[18:])
    name = sha256(header).digest()
    key = received(seed, sealed_key, context=fields("cw/1/backup", name))
    plain = [
        opened(key, chunk, key_ref=0, context=fields("cw/1/backup", name, number, int(number == len(chunks) - 1)))
        for number, chunk in enumerate(chunks)
    ]
    if last:
        raise ValueError("no end")
    return json.loads(header), b"".join(plain)


def _parts(raw: bytes) -> list[bytes]:
    parts = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        parts.append(raw[4 : 4 + size])
        raw = raw[4 + size :]
    return parts


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
    envelope_mac = row_mac(kek_number, k_ctl, "envelope", envelope, version)
    commit_tag = hmac.digest(dek, fields("cw/1/commit", commune, document), sha256)
    document_row = {
        "commune_id": commune,
        "id": document,
        "case_id": case,
        "owner_id": agency,
        "commit_tag": commit_tag,
    }
    document_row |= {"section": place[0], "series": place[1], "revision": place[2], "author_agency_id": agency}
    document_mac = row_mac(kek_number, k_ctl, "document", document_row, version)
    case_row = {"commune_id": commune, "id": case, "owner_id": agency, "holder_id": given["holder"], "standin_id": None}
    case_row |= {"state": "open", "opened": given["opened"], "closed": None, "code_tag": None}
    case_mac = row_mac(kek_number, k_ctl, "case_file", case_row, version)
    bound_rows = committed([case_mac], [], [document_mac], [document.bytes + agency.bytes])
    head = {"commune_id": commune, "id": case, "kind": "case", "v": version, "n": 1, "listing": listing}
    head["bound"] = bound_rows
    head_mac = row_mac(kek_number, k_ctl, "head", head, 0)
    text = given["log_text"].replace("HEAD_MAC", head_mac.hex())
    log_hash = sha256(fields("cw/1/audit", 1, bytes(32), text)).digest()
    return {
        "safe": safe,
        "kept_context": kept,
        "envelope_blob": blob,
        "commit_tag": commit_tag,
        "body_context": bound,
        "body_begins": body[:34],
        "body_hash": digest,
        "listing": listing,
        "k_ctl": k_ctl,
        "envelope_mac": envelope_mac,
        "document_mac": document_mac,
        "case_mac": case_mac,
        "bound": bound_rows,
        "head_mac": head_mac,
        "log_hash": log_hash,
        "log_mac": signed(kek_number, k_ctl, fields("cw/1/ctl", "audit_line", 1, commune, 1, log_hash)),
    }
