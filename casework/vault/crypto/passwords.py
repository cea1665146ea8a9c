"""Passphrases: Argon2id behind two slots for the whole machine, and the member's key that the passphrase opens."""

import logging
import os
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from filelock import BaseFileLock, FileLock, Timeout

from casework.errors import Busy, VaultError, WrongSecret
from casework.vault.crypto import aead
from casework.vault.crypto.aead import derive
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Member, Slot

log = logging.getLogger(__name__)
MEMORY_KIB = 64 * 1024
PASSES = 3
SALT_BYTES = 16
_SLOTS = 2
# Whoever waits for a slot holds a thread of the server: a storm of sign-ins must leave some for everybody else.
_PLACES = threading.BoundedSemaphore(10)
_PATIENCE_SECONDS = 5.0
_LONGEST = 1024
_CROWDED = "Nhiều người đang đăng nhập cùng lúc. Chờ một chút rồi thử lại."


@dataclass(frozen=True)
class WrappedSeed:
    """What a slot row stores for one way of opening a member's key: salt, cost and the twice-sealed seed."""

    salt: bytes
    memory_kib: int
    passes: int
    blob: bytes


@contextmanager
def _place() -> Iterator[None]:
    """Hold one of ten places in this process; raise Busy at once if all are taken."""
    if not _PLACES.acquire(blocking=False):
        raise Busy(_CROWDED)
    try:
        yield
    finally:
        _PLACES.release()


@contextmanager
def _argon_slot() -> Iterator[None]:
    """Hold one of two slots shared by all workers, so that 40 sign-ins need 128 MiB and not 2.5 GiB."""
    names = (f"casework-{os.getuid()}-argon-{number}" for number in range(_SLOTS))
    slots = [FileLock(Path(gettempdir()) / name, mode=0o600) for name in names]
    until = time.monotonic() + _PATIENCE_SECONDS
    while not any(map(_taken, slots)):
        if time.monotonic() > until:
            raise Busy(_CROWDED)
        time.sleep(0.02)
    try:
        yield
    finally:
        for slot in slots:
            slot.release()


def _taken(slot: BaseFileLock) -> bool:
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


def _stretched(passphrase: str, salt: bytes, *, memory_kib: int, passes: int) -> bytes:
    """Turn a passphrase into a key; NFC and NFD forms of one passphrase are the same passphrase (NFKC)."""
    if memory_kib < MEMORY_KIB or passes < PASSES or len(salt) != SALT_BYTES:
        raise VaultError("unopened")
    secret = unicodedata.normalize("NFKC", passphrase)[:_LONGEST].encode()
    with _place(), _argon_slot():
        raw = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory_kib).derive(secret)
    return derive(raw, "slot")


def _contexts(member_id: UUID, slot_id: UUID, kind: str, commune_id: UUID) -> tuple[bytes, bytes]:
    rest = (commune_id, member_id, slot_id, kind)
    return encode_fields("cw/1/slot", *rest), encode_fields("cw/1/outer", *rest)


def wrap_with_passphrase(
    server_keys: ServerKeys, seed: bytes, passphrase: str, *, member_id: UUID, slot_id: UUID
) -> WrappedSeed:
    """Seal a member's 32-byte seed under her passphrase, and that again under the server's key (the pepper)."""
    salt = os.urandom(SALT_BYTES)
    key = _stretched(passphrase, salt, memory_kib=MEMORY_KIB, passes=PASSES)
    inner, outer = _contexts(member_id, slot_id, "password", server_keys.commune_id)
    blob = aead.encrypt(key, seed, context=inner, key_ref=0)
    return WrappedSeed(
        salt, MEMORY_KIB, PASSES, aead.encrypt(server_keys.wrap, blob, context=outer, key_ref=server_keys.number)
    )


def unwrap_with_passphrase(
    server_keys: ServerKeys, slot: WrappedSeed, passphrase: str, *, member_id: UUID, slot_id: UUID
) -> bytes:
    """Open the member's seed; the inner seal is the password check, there is no hash beside it.

    Raises WrongSecret where that seal alone does not hold, VaultError where the slot is not one of this server.
    """
    inner, outer = _contexts(member_id, slot_id, "password", server_keys.commune_id)
    blob = aead.decrypt(server_keys.wrap, slot.blob, context=outer, key_ref=server_keys.number)
    key = _stretched(passphrase, slot.salt, memory_kib=slot.memory_kib, passes=slot.passes)
    return _seed(key, blob, inner)


def wrap_with_code(server_keys: ServerKeys, seed: bytes, code: bytes, *, member_id: UUID, slot_id: UUID) -> WrappedSeed:
    """Seal a member's seed under the 16 random bytes that she keeps on paper; guessing them is hopeless anyway."""
    salt = os.urandom(SALT_BYTES)
    inner, outer = _contexts(member_id, slot_id, "code", server_keys.commune_id)
    blob = aead.encrypt(derive(code, "code", salt=salt), seed, context=inner, key_ref=0)
    return WrappedSeed(salt, 0, 0, aead.encrypt(server_keys.wrap, blob, context=outer, key_ref=server_keys.number))


def unwrap_with_code(
    server_keys: ServerKeys, slot: WrappedSeed, code: bytes, *, member_id: UUID, slot_id: UUID
) -> bytes:
    """Open the member's seed with the code on paper; raises as `unlock` does."""
    inner, outer = _contexts(member_id, slot_id, "code", server_keys.commune_id)
    blob = aead.decrypt(server_keys.wrap, slot.blob, context=outer, key_ref=server_keys.number)
    return _seed(derive(code, "code", salt=slot.salt), blob, inner)


def _seed(key: bytes, blob: bytes, context: bytes) -> bytes:
    try:
        return aead.decrypt(key, blob, context=context, key_ref=0)
    except VaultError:
        raise WrongSecret from None


def slot_row(member: Member, kind: str, slot_id: UUID, secret: WrappedSeed) -> Slot:
    """Return the row of one way of opening a member's key: `kind` is password or code."""
    return Slot(
        commune_id=member.commune_id,
        id=slot_id,
        member_id=member.id,
        kind=kind,
        salt=secret.salt,
        memory_kib=secret.memory_kib,
        passes=secret.passes,
        blob=secret.blob,
    )


def dummy_unwrap(passphrase: str) -> None:
    """Spend the time of an unlock for a name that does not exist, so that the clock does not tell names."""
    _stretched(passphrase, os.urandom(SALT_BYTES), memory_kib=MEMORY_KIB, passes=PASSES)


def rewrap(old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
    """Return what a slot holds, taken from under the old pepper and put under the newer one, without a passphrase."""
    context = _contexts(row.member_id, row.id, row.kind, row.commune_id)[1]
    inner = aead.decrypt(old.wrap, row.blob, context=context, key_ref=old.number)
    return aead.encrypt(newer.wrap, inner, context=context, key_ref=newer.number)
