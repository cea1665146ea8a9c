"""Opens and wraps a member's 32-byte seed by passphrase (Argon2id, RFC 9106) or by a code on paper.

Two seals, each E1: the inner one under the key of passphrase or code, the outer one under the server's (the pepper).
Argon2id runs behind two slots for the whole machine.
"""

import logging
import os
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from filelock import BaseFileLock, FileLock, Timeout

from casework.errors import Busy, VaultError, WrongSecret
from casework.sealed import Sealed
from casework.vault.crypto import aead
from casework.vault.crypto.aead import derive
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Slot

log = logging.getLogger(__name__)
MEMORY_KIB = 64 * 1024
PASSES = 3
SALT_BYTES = 16
_SLOTS = 2
# Whoever waits for a slot holds a thread of the server: a storm of sign-ins must leave some for everybody else.
_WAITING_PLACES = threading.BoundedSemaphore(10)
_PATIENCE_SECONDS = 5.0
_LONGEST_LETTERS = 1024
_TOO_MANY_AT_ONCE = "Nhiều người đang đăng nhập cùng lúc. Chờ một chút rồi thử lại."


@dataclass(frozen=True)
class WrappedSeed(Sealed):
    """One new way of opening a member's key, with the columns of its row: salt, cost and the twice-encrypted seed.

    `kind` is password or code; a code has no cost, for its 16 random bytes need no stretching.
    """

    commune_id: UUID
    id: UUID
    member_id: UUID
    kind: str
    salt: bytes
    memory_kib: int
    passes: int
    blob: bytes

    def row(self) -> Slot:
        """Return the row to be added to a session."""
        return Slot(**asdict(self))


@contextmanager
def _waiting_place() -> Iterator[None]:
    """Hold one of ten places in this process; raise Busy at once if all are taken."""
    if not _WAITING_PLACES.acquire(blocking=False):
        raise Busy(_TOO_MANY_AT_ONCE)
    try:
        yield
    finally:
        _WAITING_PLACES.release()


@contextmanager
def _argon_slot() -> Iterator[None]:
    """Hold one of two slots shared by all workers, so that 40 sign-ins need 128 MiB and not 2.5 GiB."""
    names = (f"casework-{os.getuid()}-argon-{number}" for number in range(_SLOTS))
    slots = [FileLock(Path(gettempdir()) / name, mode=0o600) for name in names]
    until = time.monotonic() + _PATIENCE_SECONDS
    while not any(map(_try_slot, slots)):
        if time.monotonic() > until:
            raise Busy(_TOO_MANY_AT_ONCE)
        time.sleep(0.02)
    try:
        yield
    finally:
        for slot in slots:
            slot.release()


def _try_slot(slot: BaseFileLock) -> bool:
    """Take a slot if it is free; raise Busy where the folder is full or somebody else on this machine was there first.

    The system lets go of the lock when the process dies.
    """
    try:
        slot.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as cause:
        log.exception("no slot for a passphrase")
        raise Busy("Máy không mở được chỗ chờ đăng nhập. Hãy báo người quản trị.") from cause
    return True


def _stretch(passphrase: str, salt: bytes, *, memory_kib: int, passes: int) -> bytes:
    """Return the 32-byte key of a passphrase; NFC and NFD forms of one passphrase are the same passphrase (NFKC)."""
    if memory_kib < MEMORY_KIB or passes < PASSES or len(salt) != SALT_BYTES:
        raise VaultError("unopened")
    secret = unicodedata.normalize("NFKC", passphrase)[:_LONGEST_LETTERS].encode()
    with _waiting_place(), _argon_slot():
        raw = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory_kib).derive(secret)
    return derive(raw, "slot")


def _contexts(commune_id: UUID, slot: Slot | WrappedSeed, kind: str) -> tuple[bytes, bytes]:
    """Return what the inner and the outer seal are bound to."""
    fields = (commune_id, slot.member_id, slot.id, kind)
    return encode_fields("cw/1/slot", *fields), encode_fields("cw/1/outer", *fields)


def wrap_with_passphrase(server_keys: ServerKeys, seed: bytes, passphrase: str, *, member_id: UUID) -> WrappedSeed:
    """Encrypt a member's seed under a passphrase and a new salt, and that again under the server's key."""
    salt = os.urandom(SALT_BYTES)
    key = _stretch(passphrase, salt, memory_kib=MEMORY_KIB, passes=PASSES)
    empty = WrappedSeed(server_keys.commune_id, uuid4(), member_id, "password", salt, MEMORY_KIB, PASSES, b"")
    return _wrapped(server_keys, key, seed, empty)


def wrap_with_code(server_keys: ServerKeys, seed: bytes, code: bytes, *, member_id: UUID) -> WrappedSeed:
    """Encrypt a member's seed under the 16 random bytes of a code on paper; guessing them is hopeless anyway."""
    salt = os.urandom(SALT_BYTES)
    empty = WrappedSeed(server_keys.commune_id, uuid4(), member_id, "code", salt, 0, 0, b"")
    return _wrapped(server_keys, derive(code, "code", salt=salt), seed, empty)


def _wrapped(server_keys: ServerKeys, key: bytes, seed: bytes, empty: WrappedSeed) -> WrappedSeed:
    inner, outer = _contexts(server_keys.commune_id, empty, empty.kind)
    blob = aead.encrypt(key, seed, context=inner, key_ref=0)
    return replace(empty, blob=aead.encrypt(server_keys.wrap, blob, context=outer, key_ref=server_keys.number))


def unwrap_with_passphrase(server_keys: ServerKeys, slot: Slot | WrappedSeed, passphrase: str) -> bytes:
    """Decrypt the member's seed; the inner seal is the password check, there is no hash beside it.

    Raises WrongSecret where that seal alone does not hold, VaultError where the slot is not one of this server.
    """
    inner, outer = _contexts(server_keys.commune_id, slot, "password")
    blob = aead.decrypt(server_keys.wrap, slot.blob, context=outer, key_ref=server_keys.number)
    key = _stretch(passphrase, slot.salt, memory_kib=slot.memory_kib, passes=slot.passes)
    return _seed(key, blob, inner)


def unwrap_with_code(server_keys: ServerKeys, slot: Slot | WrappedSeed, code: bytes) -> bytes:
    """Decrypt the member's seed with the code on paper; raises as `unwrap_with_passphrase` does."""
    inner, outer = _contexts(server_keys.commune_id, slot, "code")
    blob = aead.decrypt(server_keys.wrap, slot.blob, context=outer, key_ref=server_keys.number)
    return _seed(derive(code, "code", salt=slot.salt), blob, inner)


def _seed(key: bytes, blob: bytes, context: bytes) -> bytes:
    try:
        return aead.decrypt(key, blob, context=context, key_ref=0)
    except VaultError:
        raise WrongSecret from None


def dummy_unwrap(passphrase: str) -> None:
    """Spend the time of an unwrap for a name that does not exist, so that timing tells no names."""
    _stretch(passphrase, os.urandom(SALT_BYTES), memory_kib=MEMORY_KIB, passes=PASSES)


def rewrap(old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
    """Return the blob of a slot under the newer pepper instead of the old one; no passphrase is needed."""
    _, context = _contexts(row.commune_id, row, row.kind)
    inner = aead.decrypt(old.wrap, row.blob, context=context, key_ref=old.number)
    return aead.encrypt(newer.wrap, inner, context=context, key_ref=newer.number)
