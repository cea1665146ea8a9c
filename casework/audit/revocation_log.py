"""The revocation log: a file outside the database that says what was revoked, so that no backup brings it back.

A line is written and flushed to the disk before the act is committed. It holds ids and states, never a name or a
text: which head rose to which version, digests of the rows that remained bound to it, and the states of those that
end. It states what remains, so it is idempotent, and the newest line about a head is enough.
"""

import errno
import fcntl
import hmac
import json
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from casework.audit.watermark import End
from casework.errors import Busy, VaultError
from casework.files import flush_folder
from casework.vault.crypto.encoding import encode_fields
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import SignedRow
from casework.vault.keys.kek import ServerKeys

START = bytes(32)
_FIELDS = 4


@dataclass(frozen=True)
class RevocationEntry:
    """Line `seq`: canonical JSON, the hash that chains it to the line before, and a MAC with the id of its KEK."""

    seq: int
    text: str
    h: bytes
    mac: bytes

    @cached_property
    def body(self) -> Mapping[str, Any]:
        fields: Mapping[str, Any] = json.loads(self.text)
        return fields

    @property
    def commune_id(self) -> UUID:
        return UUID(hex=self.body["commune"])

    def written(self) -> bytes:
        """Return the line as it stands in the file."""
        return f"{self.seq}\t{self.text}\t{self.h.hex()}\t{self.mac.hex()}\n".encode()

    @property
    def end(self) -> End:
        """Return the line of the log that was the last of this act."""
        return self.body["n"], bytes.fromhex(self.body["h"])

    @property
    def before(self) -> End | None:
        """Return where the log ended before this act; lines of an older program do not say it."""
        before = self.body.get("before")
        return (before[0], bytes.fromhex(before[1])) if before else None

    @classmethod
    def read(cls, raw: bytes) -> "RevocationEntry":
        """Parse a line without its line break; raise VaultError if it is none."""
        try:
            seq, text, h, mac = raw.decode().split("\t", _FIELDS - 1)
            line = cls(int(seq), text, bytes.fromhex(h), bytes.fromhex(mac))
            UUID(hex=line.body["commune"])
        except (ValueError, KeyError, TypeError) as cause:
            raise VaultError("unopened") from cause
        return line


def packed(body: Mapping[str, Any]) -> str:
    """Return the one JSON text of a line."""
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def link(seq: int, prev: bytes, text: str) -> bytes:
    """Return the hash that chains a line."""
    return sha256(encode_fields("cw/1/removal", seq, prev, text)).digest()


def sign(server_keys: ServerKeys, seq: int, h: bytes) -> bytes:
    """Return the MAC of a line under K_ctl, with the id of its KEK before it."""
    return server_keys.number.to_bytes(4, "big") + server_keys.tag(
        encode_fields("cw/1/removal", server_keys.commune_id, seq, h)
    )


def parse(raw: bytes, *, after: tuple[int, bytes] = (0, START)) -> list[RevocationEntry]:
    """Parse lines and verify their chain from the line `after` on; an unfinished last line was never relied on."""
    lines: list[RevocationEntry] = []
    before, prev = after
    for seq, part in enumerate(raw.split(b"\n")[:-1], start=before + 1):
        line = RevocationEntry.read(part)
        if (line.seq, line.h) != (seq, link(seq, prev, line.text)):
            raise VaultError("unopened")
        lines.append(line)
        prev = line.h
    return lines


def verified(lines: Sequence[RevocationEntry], keys: Mapping[UUID, ServerKeys]) -> int:
    """Return up to which line this machine's keys vouch for the log; raise VaultError if a MAC does not hold.

    A later line under the present key vouches for those under an earlier one, for each holds the hash before it.
    """
    upto = 0
    for line in lines:
        server_keys = keys.get(line.commune_id)
        if server_keys is None or line.mac[:4] != server_keys.number.to_bytes(4, "big"):
            continue
        if not hmac.compare_digest(line.mac, sign(server_keys, line.seq, line.h)):
            raise VaultError("unopened")
        upto = line.seq
    return upto


@dataclass(frozen=True)
class Remaining:
    """What remained under a head when something was last revoked; without a version the head was erased."""

    head: UUID
    v: int | None
    rows: str
    states: Mapping[str, Mapping[str, Any]]
    act: str


def newest(lines: Iterable[RevocationEntry], commune_id: UUID) -> dict[UUID, Remaining]:
    """Return the newest statement about each head of a commune; void lines count for nothing."""
    of_commune = [line for line in lines if line.commune_id == commune_id]
    void = {line.body["void"] for line in of_commune if "void" in line.body}
    remaining: dict[UUID, Remaining] = {}
    for line in of_commune:
        for entry in line.body.get("heads", ()) if line.seq not in void else ():
            head = UUID(hex=entry["head"])
            remaining[head] = Remaining(head, entry["v"], entry["rows"], entry["told"], line.body["act"])
    return remaining


# Which columns of a remaining row are stated: its end is a state, not the absence of the row.
_STATED = {
    "address": ("state",),
    "agency": ("state",),
    "ground": ("state", "until"),
    "member": ("agency_id", "roles", "state"),
    "referral": ("state",),
}
_DIGEST_BYTES = 8
# A wrap of a new epoch stands for that of the old one: who still holds an agency's key keeps access.
_NOT_DIGESTED = frozenset({"commune_id", "epoch"})


def row_digest(kind: type[SignedRow], row: Any) -> str:
    """Return the short digest of a row's table and key; 8 bytes tell the rows of one head apart."""
    table = kind.__table__  # type: ignore[attr-defined]
    key = [getattr(row, str(column.key)) for column in table.primary_key if column.key not in _NOT_DIGESTED]
    return sha256(encode_fields("cw/1/row", str(table.name), *key)).hexdigest()[: 2 * _DIGEST_BYTES]


@dataclass(frozen=True)
class RevocationLog:
    """The file of one installation; several processes may write to it, one line at a time."""

    path: Path

    def note(self, session: Session, server_keys: ServerKeys, *, act: str, at: int, before: End, end: End) -> bool:
        """Write down what the open transaction revokes and tell whether it does; raise Busy if the disk is full.

        `before` is where the log ended before the act, `end` the act's own last line: by the two one can tell an act
        that was never committed from a log that was put back.
        """
        revocations = heads.revocations(session).values()
        if not revocations:
            return False
        statements = [_statement(revocation) for revocation in revocations]
        body = {"act": act, "at": at, "before": [before[0], before[1].hex()], "heads": statements}
        self.append_body(server_keys, body | {"n": end[0], "h": end[1].hex()})
        return True

    def void(self, server_keys: ServerKeys, line: RevocationEntry) -> None:
        """Write that the act of a line was never committed."""
        self.append_body(server_keys, {"void": line.seq})

    def append_note(self, server_keys: ServerKeys, *, word: str, at: int) -> None:
        """Write a line that revokes nothing, as after a restore or when the KEK has changed."""
        self.append_body(server_keys, {"at": at, "word": word})

    def append_body(self, server_keys: ServerKeys, body: Mapping[str, Any]) -> None:
        """Write a line; raise Busy if that cannot be done, as on a disk that is full."""
        try:
            with self._locked() as handle:
                _append(handle, server_keys, {**body, "commune": server_keys.commune_id.hex})
        except OSError as cause:
            raise Busy("Không ghi được sổ thu hồi, nên chưa có gì thay đổi. Hãy xem đĩa còn chỗ không.") from cause

    def lines(self) -> list[RevocationEntry]:
        """Read the whole log; raise VaultError if a line was changed, moved or taken out of its middle."""
        return parse(self.path.read_bytes()) if self.path.exists() else []

    def end(self) -> tuple[int, bytes]:
        """Return how many lines there are and the hash of the last one."""
        lines = self.lines()
        return (lines[-1].seq, lines[-1].h) if lines else (0, START)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Lock the file against other writers; what a crash left of an unfinished line is cut off."""
        fresh = not self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if fresh:
                flush_folder(self.path.parent)
            _cut_torn(handle)
            yield handle
        finally:
            os.close(handle)


def _statement(revocation: heads.Revocation) -> dict[str, Any]:
    """State what remains under a head; one that was erased has no version."""
    head = revocation.head
    remaining = [row for row in revocation.remaining if inspect(row).persistent]
    return {
        "head": head.id.hex,
        "v": None if inspect(head).deleted else head.v,
        "rows": "".join(sorted(row_digest(type(row), row) for row in remaining)),
        "told": {row_digest(type(row), row): states for row in remaining if (states := _states(row))},
    }


def _states(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _STATED.get(row.__tablename__, ())}
    return {name: value.hex if isinstance(value, UUID) else value for name, value in values.items()}


def _entry_at(whole: mmap.mmap | bytes, at: int) -> RevocationEntry:
    begin, end = whole.rfind(b"\n", 0, at) + 1, whole.find(b"\n", at)
    return RevocationEntry.read(whole[begin:end])


def _append(handle: int, server_keys: ServerKeys, body: dict[str, Any]) -> None:
    with _mapped(handle) as whole:
        last = _entry_at(whole, len(whole) - 1) if len(whole) else None
    seq, prev = (last.seq + 1, last.h) if last else (1, START)
    text = packed(body)
    h = link(seq, prev, text)
    written = RevocationEntry(seq=seq, text=text, h=h, mac=sign(server_keys, seq, h)).written()
    if os.write(handle, written) != len(written):
        raise OSError(errno.ENOSPC, "the line does not fit")
    os.fsync(handle)


@contextmanager
def _mapped(handle: int) -> Iterator[mmap.mmap | bytes]:
    """Map the whole file without reading it: only its last lines matter."""
    if not os.fstat(handle).st_size:
        yield b""
        return
    with mmap.mmap(handle, 0, access=mmap.ACCESS_READ) as whole:
        yield whole


def _cut_torn(handle: int) -> None:
    with _mapped(handle) as whole:
        kept = whole.rfind(b"\n") + 1
        torn = kept != len(whole)
    if torn:
        os.ftruncate(handle, kept)


def split_digests(rows: str) -> Iterable[str]:
    """Split the digests of an entry's rows."""
    width = 2 * _DIGEST_BYTES
    return (rows[at : at + width] for at in range(0, len(rows), width))
