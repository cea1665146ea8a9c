"""The watermark: how far the log of each commune has come, in a file outside the database; it only goes forward.

It is written after the commit, so that a crash never leaves it ahead of the log. A line has 256 bytes and stands in
one sector of the disk: a power cut leaves the old line or the new one. One that is older than the log still holds.
"""

import fcntl
import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeAlias
from uuid import UUID

from casework.errors import LogRolledBack
from casework.files import flush_folder
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.kek import ServerKeys

LINE_BYTES = 256
# Where a log ends: the number of its last line and its hash.
End: TypeAlias = tuple[int, bytes]


class Watermark:
    """The file, and what this process has read or written: taking a line back in the file does not lower that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remembered: dict[UUID, End] = {}
        self._lock = Lock()

    def highest(self, server_keys: ServerKeys) -> End | None:
        """Return how far a log had come, None if nobody knows; raise LogRolledBack for a line that is not ours."""
        remembered = self._remembered.get(server_keys.commune_id)
        try:
            with self._opened(os.O_RDONLY, fcntl.LOCK_SH) as handle:
                _, line = _find(handle, server_keys.commune_id)
        except FileNotFoundError:
            return remembered
        highest = max((end for end in (remembered, _read(line, server_keys) if line else None) if end), default=None)
        if highest is not None:
            with self._lock:
                self._remember(server_keys.commune_id, highest)
        return highest

    def _remember(self, commune_id: UUID, end: End) -> None:
        self._remembered[commune_id] = max(end, self._remembered.get(commune_id, end))

    def advance(
        self, server_keys: ServerKeys, end: End, *, durable: bool, may_begin: Callable[[], bool] = lambda: True
    ) -> None:
        """Note where a log ends after a commit, unless another process has noted more.

        Only `durable` flushes it to the disk: after a power cut an older line is nearly as good. A line that is gone,
        and that this process never knew, is begun anew only if it `may_begin`.
        """
        with self._lock:
            if server_keys.commune_id not in self._remembered and not self._stands(server_keys) and not may_begin():
                return
            self._remember(server_keys.commune_id, end)
            with self._opened(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as handle:
                place, line = _find(handle, server_keys.commune_id)
                if line is None or _read(line, server_keys) < end:
                    os.pwrite(handle, _line(server_keys, end), place)
                    if durable or line is None:
                        os.fsync(handle)

    def _stands(self, server_keys: ServerKeys) -> bool:
        with suppress(FileNotFoundError), self._opened(os.O_RDONLY, fcntl.LOCK_SH) as handle:
            return _find(handle, server_keys.commune_id)[1] is not None
        return False

    def move(self, server_keys: ServerKeys, end: End) -> None:
        """Write the line of a commune whatever stood there: after a noted restore, or as the operator decides."""
        with self._lock:
            self._remembered.pop(server_keys.commune_id, None)
            with self._opened(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as handle:
                os.pwrite(handle, _line(server_keys, end), _find(handle, server_keys.commune_id)[0])
                os.fsync(handle)
        flush_folder(self.path.parent)

    def sign_again(self, old_keys: ServerKeys, new_keys: ServerKeys) -> None:
        """Sign the line of a commune with a new key, unless that is done; raise LogRolledBack if it is not ours."""
        if not self.path.exists():
            return
        with self._opened(os.O_RDONLY, fcntl.LOCK_SH) as handle:
            _, line = _find(handle, new_keys.commune_id)
        if line is not None:
            signed_by = new_keys if _number(line) == new_keys.number else old_keys
            self.move(new_keys, _read(line, signed_by))

    @contextmanager
    def _opened(self, flags: int, lock: int) -> Iterator[int]:
        """Open the file under a lock: a reader never sees half of what another process writes."""
        handle = os.open(self.path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, lock)
            yield handle
        finally:
            os.close(handle)


def _find(handle: int, commune_id: UUID) -> tuple[int, bytes | None]:
    """Return where the line of a commune stands, and the line; a commune without one gets the place at the end."""
    whole, place, wanted = os.pread(handle, os.fstat(handle).st_size, 0), 0, f"{commune_id.hex} ".encode()
    while line := whole[place : place + LINE_BYTES]:
        if line.startswith(wanted):
            return place, line
        place += LINE_BYTES
    return place, None


def _line(server_keys: ServerKeys, end: End) -> bytes:
    n, h = end
    return (
        f"{server_keys.commune_id.hex} {n} {h.hex()} {_sign(server_keys, n, h).hex()}".encode().ljust(LINE_BYTES - 1)
        + b"\n"
    )


def _sign(server_keys: ServerKeys, n: int, h: bytes) -> bytes:
    return server_keys.sign(encode_fields("cw/1/watermark", server_keys.commune_id, n, h))


def _number(line: bytes) -> int:
    """Return the number of the KEK that a line names, -1 for what is no line."""
    try:
        return int(line.split()[3][:8], 16)
    except (ValueError, IndexError):
        return -1


def _read(line: bytes, server_keys: ServerKeys) -> End:
    try:
        _, number, digits, mac = line.decode("ascii").split()
        n, h, signature = int(number), bytes.fromhex(digits), bytes.fromhex(mac)
    except ValueError as cause:
        raise LogRolledBack(row="watermark") from cause
    if not hmac.compare_digest(signature, _sign(server_keys, n, h)):
        raise LogRolledBack(row="watermark")
    return n, h
