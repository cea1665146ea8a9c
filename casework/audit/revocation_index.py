"""What the revocation log says of each head, in memory: it is read as it grows and asked whenever a head is believed.

The last line of a commune is pending until its act is known to be committed; it says nothing before that.
"""

import hmac
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeAlias
from uuid import UUID

from casework.audit.revocation_log import START, RevocationEntry, RevocationLog, parse, sign, verified
from casework.errors import LogRolledBack, OutdatedHead, VaultError
from casework.vault.keys.kek import ServerKeys

KeysOf: TypeAlias = Callable[[UUID], ServerKeys]


class RevocationIndex:
    """Follows one revocation log: the newest version of each head that something was revoked under, None if erased."""

    def __init__(self, log: RevocationLog) -> None:
        self.log = log
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._inode = self._written = self._size = self._seq = 0
        self._h = START
        self._pending: dict[UUID, RevocationEntry] = {}
        # With each version stands how many lines had been taken in: a reader's snapshot may be older than the newest.
        self._heads: dict[tuple[UUID, UUID], tuple[int | None, int]] = {}
        self._taken = 0

    def follow(self, keys_of: KeysOf) -> None:
        """Read what was written since; raise LogRolledBack if lines were taken away or are not ours."""
        with self._lock:
            try:
                self._follow(keys_of)
            except VaultError as cause:
                raise LogRolledBack(row="removals") from cause

    def _follow(self, keys_of: KeysOf) -> None:
        try:
            status = self.log.path.stat()
        except FileNotFoundError:
            if self._seq:
                raise VaultError("unopened") from None
            return
        if (status.st_ino, status.st_size, status.st_mtime_ns) == (self._inode, self._size, self._written):
            return
        if status.st_ino == self._inode and status.st_size > self._size:
            self._read_on(keys_of)
        else:
            self._read_anew(keys_of)
        self._inode, self._written = status.st_ino, status.st_mtime_ns

    def _read_on(self, keys_of: KeysOf) -> None:
        raw = _whole_lines(self.log, self._size)
        lines = parse(raw, after=(self._seq, self._h))
        for line in lines:
            _require_ours(line, keys_of(line.commune_id))
        self._take(lines, len(raw))

    def _read_anew(self, keys_of: KeysOf) -> None:
        """Read the whole file, as at a start or when another one took its place; it must go on from what was known."""
        raw, known = _whole_lines(self.log, 0), (self._seq, self._h)
        lines = parse(raw)
        if verified(lines, {line.commune_id: keys_of(line.commune_id) for line in lines}) != len(lines):
            raise VaultError("unopened")
        if known[0] and (len(lines) < known[0] or lines[known[0] - 1].h != known[1]):
            raise VaultError("unopened")
        self._forget()
        self._take(lines, len(raw))

    def _take(self, lines: list[RevocationEntry], size: int) -> None:
        for line in lines:
            before = self._pending.pop(line.commune_id, None)
            if before is not None and line.body.get("void") != before.seq:
                self._believe(before)
            if "n" in line.body:
                self._pending[line.commune_id] = line
            self._seq, self._h = line.seq, line.h
        self._size += size

    def _believe(self, line: RevocationEntry) -> None:
        for entry in line.body["heads"]:
            self._heads[line.commune_id, UUID(hex=entry["head"])] = (entry["v"], self._taken)
        self._taken += 1

    def pending(self, commune_id: UUID) -> RevocationEntry | None:
        """Return the last line of a commune as long as nobody knows whether its act was committed."""
        return self._pending.get(commune_id)

    def confirm(self, line: RevocationEntry) -> None:
        """Believe a line whose act is committed."""
        with self._lock:
            self._pending.pop(line.commune_id, None)
            self._believe(line)

    def view(self) -> "RevocationView":
        """Return what is known now, for a transaction that begins now or has the lock of its commune."""
        return RevocationView(self._heads, self._taken)


class RevocationView:
    """What is known at the beginning of a transaction; what comes later says nothing about its snapshot."""

    def __init__(self, heads: dict[tuple[UUID, UUID], tuple[int | None, int]], taken: int) -> None:
        self._heads, self._taken = heads, taken

    def require_current(self, head: Any) -> None:
        """Raise OutdatedHead for a head that was erased, or under which something was revoked since."""
        version, known = self._heads.get((head.commune_id, head.id), (0, 0))
        if known < self._taken and (version is None or head.v < version):
            raise OutdatedHead(row=head.kind)


def _whole_lines(log: RevocationLog, start: int) -> bytes:
    """Read the file from a place on; an unfinished last line is left for the next time."""
    with log.path.open("rb") as file:
        file.seek(start)
        raw = file.read()
    return raw[: raw.rfind(b"\n") + 1]


def _require_ours(line: RevocationEntry, server_keys: ServerKeys) -> None:
    if not hmac.compare_digest(line.mac, sign(server_keys, line.seq, line.h)):
        raise VaultError("unopened")
