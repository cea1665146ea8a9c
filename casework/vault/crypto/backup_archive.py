"""An encrypted archive: a stream in chunks under a key of its own, which is sealed to the backup key; all of it signed.

magic | u32be length, header | u32be length, E2 | u32be length, E1 .. | u32be 0 | Ed25519 signature, 64 bytes.
Each chunk's context holds its number and whether it is the last one, so that none can be left out or moved.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO

from casework.errors import VaultError
from casework.vault.crypto import aead, hpke, signatures
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.encoding import encode_fields
from casework.vault.crypto.signatures import Signer

MAGIC = b"casework-backup-1\n"
CHUNK_BYTES = 256 * 1024
_SIGNATURE_BYTES = 64
_MAX_PART_BYTES = 1024 * 1024
_READ_BYTES = 1024 * 1024


def seal_archive(
    stream: Iterable[bytes], header: Mapping[str, Any], *, public: bytes, signer: Signer
) -> Iterator[bytes]:
    """Yield the bytes of an archive for the 1,216-byte public key; the header can be read without any key."""
    key, head = new_key(), json.dumps(header, sort_keys=True).encode()
    digest, name = sha256(), sha256(head).digest()
    parts = [MAGIC, _part(head), _part(hpke.seal(public, key, context=encode_fields("cw/1/backup", name)))]
    for part in parts:
        digest.update(part)
        yield part
    for number, (chunk, last) in enumerate(_with_last_flag(_rechunked(stream))):
        part = _part(aead.encrypt(key, chunk, context=_context(name, number, last=last), key_ref=0))
        digest.update(part)
        yield part
    digest.update(bytes(4))
    yield bytes(4)
    yield signatures.sign(signer, _signed(digest.digest()))


def verify_archive(file: BinaryIO, publics: Iterable[bytes]) -> dict[str, Any]:
    """Read the whole file and return its header; raise VaultError unless a pinned key has signed every byte of it."""
    file.seek(0, 2)
    remaining = file.tell() - _SIGNATURE_BYTES
    file.seek(0)
    digest = sha256()
    while remaining > 0 and (piece := file.read(min(remaining, _READ_BYTES))):
        digest.update(piece)
        remaining -= len(piece)
    signatures.verify(publics, _signed(digest.digest()), file.read())
    file.seek(0)
    return _header(file)[0]


def read_header(file: BinaryIO) -> dict[str, Any]:
    """Return the header as it stands in the clear: nothing says yet that it is true."""
    file.seek(0)
    return _header(file)[0]


def open_archive(file: BinaryIO, seed: bytes) -> Iterator[bytes]:
    """Yield the stream with the 32-byte seed of the backup key; raise VaultError at the first wrong chunk."""
    file.seek(0)
    _, name = _header(file)
    key = hpke.open_sealed(seed, _read_part(file), context=encode_fields("cw/1/backup", name))
    number = 0
    blob = _read_part(file)
    if not blob:
        raise VaultError("unopened")
    while blob:
        following = _read_part(file)
        yield aead.decrypt(key, blob, context=_context(name, number, last=not following), key_ref=0)
        number, blob = number + 1, following


def _header(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise VaultError("unopened")
    raw = _read_part(file)
    try:
        return dict(json.loads(raw)), sha256(raw).digest()
    except (ValueError, TypeError, RecursionError) as cause:
        raise VaultError("unopened") from cause


def _rechunked(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Gather a stream into chunks of one size, the last one shorter; an empty stream is one empty chunk."""
    buffer = bytearray()
    for piece in stream:
        buffer += piece
        while len(buffer) > CHUNK_BYTES:
            yield bytes(buffer[:CHUNK_BYTES])
            del buffer[:CHUNK_BYTES]
    yield bytes(buffer)


def _with_last_flag(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    previous = next(chunks)
    for chunk in chunks:
        yield previous, False
        previous = chunk
    yield previous, True


def _part(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def _read_part(file: BinaryIO) -> bytes:
    """Read one part; an empty one ends the stream."""
    size = int.from_bytes(file.read(4), "big")
    if size > _MAX_PART_BYTES:
        raise VaultError("unopened")
    raw = file.read(size)
    if len(raw) != size:
        raise VaultError("unopened")
    return raw


def _context(name: bytes, number: int, *, last: bool) -> bytes:
    return encode_fields("cw/1/backup", name, number, int(last))


def _signed(digest: bytes) -> bytes:
    return b"casework/backup/1\n" + digest.hex().encode() + b"\n"
