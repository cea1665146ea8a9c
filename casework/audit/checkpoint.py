"""Checkpoints: signed notes of where a commune's log ends, kept in a second place, which show a rollback.

The form is that of a signed note (C2SP): origin, number of lines, base64 of the newest hash, one line for each
further fact, an empty line, and the signature. They are numbered, so that one that is missing is noticed.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from casework import files
from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.vault.crypto import signatures
from casework.vault.crypto.signatures import Signer
from casework.vault.keys.context import CryptoContext

_ORIGIN = "casework/checkpoint/1/"
_KEY_NAME = "casework"
_KEY_HINT_BYTES = 4
_SIGNED = re.compile(r"(?s)(.*\n)\n— casework ([A-Za-z0-9+/=]+)\n")
_SUFFIX = ".note"
_NUMBERED = re.compile(rf"\d{{8}}{re.escape(_SUFFIX)}")
# How long a checkpoint may be missing before everybody who looks after the machine is told.
MISSING_AFTER = 26 * 3600 * 1_000_000


@dataclass(frozen=True)
class Checkpoint:
    """Checkpoint `seq` of a commune: its log had `n` lines ending in hash `h`.

    `release` and `revocation_log` are number and hash of the newest release and of the revocation log's last line.
    `restored` says after a restore up to which line the log is the one before it; the lines after that are lost.
    `accepted` says the same when the operator has decided to go on with a log that differed, with the reason.
    """

    commune_id: UUID
    seq: int
    at: int
    n: int
    h: bytes
    release: tuple[int, bytes]
    revocation_log: tuple[int, bytes]
    restored: int | None = None
    accepted: tuple[int, str] | None = None

    @property
    def settles(self) -> bool:
        """Tell whether a restore or the operator made the notes before it void as far as they differ."""
        return self.restored is not None or self.accepted is not None

    def text(self) -> str:
        """Return the text that is signed, up to its last line break."""
        lines = [
            f"{_ORIGIN}{self.commune_id.hex}",
            str(self.n),
            base64.b64encode(self.h).decode(),
            f"seq {self.seq}",
            f"at {self.at}",
            f"release {self.release[0]} {self.release[1].hex()}",
            f"removals {self.revocation_log[0]} {self.revocation_log[1].hex()}",
        ]
        if self.restored is not None:
            lines.append(f"restored {self.restored}")
        if self.accepted is not None:
            lines.append(f"accepted {self.accepted[0]} {base64.b64encode(self.accepted[1].encode()).decode()}")
        return "\n".join(lines) + "\n"


def signed_note(checkpoint: Checkpoint, signer: Signer) -> str:
    """Return the signed note of a checkpoint."""
    return signed_text(checkpoint.text(), signer)


def signed_text(text: str, signer: Signer) -> str:
    """Return a signed note (C2SP signed-note): a text, an empty line, the signature line."""
    raw = sha256(signer.public).digest()[:_KEY_HINT_BYTES] + signatures.sign(signer, text.encode())
    return f"{text}\n— {_KEY_NAME} {base64.b64encode(raw).decode()}\n"


def read_note(note: str, publics: Iterable[bytes]) -> Checkpoint:
    """Read a note; raise VaultError unless one of the pinned keys has signed it."""
    return _parsed(read_signed(note, publics))


def read_signed(note: str, publics: Iterable[bytes]) -> str:
    """Return the text of a note; raise VaultError unless one of the pinned keys has signed it."""
    match = _SIGNED.fullmatch(note)
    if match is None:
        raise VaultError("unopened")
    text = match[1]
    try:
        raw = base64.b64decode(match[2], validate=True)
    except binascii.Error as cause:
        raise VaultError("unopened") from cause
    signatures.verify(publics, text.encode(), raw[_KEY_HINT_BYTES:])
    return text


def _parsed(text: str) -> Checkpoint:
    """Parse a text that one of our keys has signed."""
    origin, n, h, *more = text.splitlines()
    facts = {word: values for word, *values in (line.split(" ") for line in more)}
    release, revocation_log = ((int(facts[word][0]), bytes.fromhex(facts[word][1])) for word in ("release", "removals"))
    if not origin.startswith(_ORIGIN):
        raise VaultError("unopened")
    return Checkpoint(
        commune_id=UUID(hex=origin.removeprefix(_ORIGIN)),
        seq=int(facts["seq"][0]),
        at=int(facts["at"][0]),
        n=int(n),
        h=base64.b64decode(h),
        release=release,
        revocation_log=revocation_log,
        restored=int(facts["restored"][0]) if "restored" in facts else None,
        accepted=_accepted(*facts["accepted"]) if "accepted" in facts else None,
    )


def _accepted(upto: str, reason: str) -> tuple[int, str]:
    return int(upto), base64.b64decode(reason).decode()


@dataclass(frozen=True)
class CheckpointStore:
    """The folder of one commune's checkpoints in the second place."""

    folder: Path

    @classmethod
    def of(cls, place: Path, commune_id: UUID) -> "CheckpointStore":
        return cls(place / commune_id.hex)

    def add(self, note: str, *, seq: int) -> None:
        """Write a note as a file of its own; it is there whole or not at all."""
        # The mode that is given holds for the last folder alone.
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        files.replace(self.folder / f"{seq:08d}{_SUFFIX}", note)

    def numbers(self) -> list[int]:
        """Return the numbers of all notes in order; empty if the place cannot be reached."""
        return sorted(int(path.stem) for path in self.folder.glob(f"*{_SUFFIX}") if _NUMBERED.fullmatch(path.name))

    def foreign(self) -> list[str]:
        """Return the names of files in the folder that are no notes of this program, as copies made by hand."""
        return sorted(path.name for path in self.folder.glob(f"*{_SUFFIX}") if not _NUMBERED.fullmatch(path.name))

    def valid(self, publics: Sequence[bytes]) -> Iterator[Checkpoint]:
        """Yield the checkpoints that one of our keys has signed and that stand in their places, in order."""
        for seq in self.numbers():
            with suppress(VaultError, OSError):
                yield self.checked(seq, publics)

    def note(self, seq: int) -> str:
        return (self.folder / f"{seq:08d}{_SUFFIX}").read_text(encoding="utf-8")

    def newest(self, publics: Iterable[bytes]) -> Checkpoint | None:
        """Return the newest checkpoint, or None before the first; raise VaultError if it does not hold."""
        numbers = self.numbers()
        return self.checked(numbers[-1], publics) if numbers else None

    def checked(self, seq: int, publics: Iterable[bytes]) -> Checkpoint:
        """Return one checkpoint that holds and stands in its place; raise VaultError otherwise."""
        checkpoint = read_note(self.note(seq), publics)
        if (checkpoint.seq, checkpoint.commune_id.hex) != (seq, self.folder.name):
            raise VaultError("unopened")
        return checkpoint


@dataclass(frozen=True)
class CheckpointComparison:
    """What comparing the log with its checkpoints found: how many there are, and the numbers of those that differ.

    `forged` are notes that no key of ours signed, `missing` numbers that are not there, `differing` those that the
    log of today contradicts: it was rolled back or rewritten without a restore that was noted.
    """

    count: int
    forged: tuple[int, ...]
    missing: tuple[int, ...]
    differing: tuple[int, ...]

    @property
    def holds(self) -> bool:
        return not (self.forged or self.missing or self.differing)


def since(notes: Iterable[Checkpoint], settles: Callable[[Checkpoint], bool]) -> list[Checkpoint]:
    """Return the notes from the last one on that settles what was before it."""
    kept: list[Checkpoint] = []
    for checkpoint in notes:
        if settles(checkpoint):
            kept.clear()
        kept.append(checkpoint)
    return kept


def compare(crypto: CryptoContext, store: CheckpointStore, good: Sequence[Checkpoint]) -> CheckpointComparison:
    """Compare the log of a commune with every checkpoint in the second place; `good` are the valid ones.

    What the operator has accepted settles which notes before it are missing or forged, as it does which differ.
    """
    numbers = store.numbers()
    settled = max((checkpoint.seq for checkpoint in good if checkpoint.accepted is not None), default=1)
    forged = set(numbers) - {checkpoint.seq for checkpoint in good}
    missing = set(range(1, max(numbers, default=0) + 1)) - set(numbers)
    wrong = tuple(checkpoint.seq for checkpoint in verifiable(good) if not is_in_log(crypto, checkpoint))
    return CheckpointComparison(len(numbers), _from(forged, settled), _from(missing, settled), wrong)


def _from(numbers: Iterable[int], first: int) -> tuple[int, ...]:
    return tuple(sorted(number for number in numbers if number >= first))


def verifiable(checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Leave out what a noted restore or the operator has made void: the checkpoints of lines that are lost."""
    kept: list[Checkpoint] = []
    for checkpoint in checkpoints:
        lost_after = checkpoint.accepted[0] if checkpoint.accepted else checkpoint.restored
        if lost_after is not None:
            kept = [earlier for earlier in kept if earlier.n <= lost_after]
        kept.append(checkpoint)
    return kept


def is_in_log(crypto: CryptoContext, checkpoint: Checkpoint) -> bool:
    """Tell whether the log holds the line of a checkpoint with its hash."""
    line = select(AuditLine.h).where(AuditLine.commune_id == crypto.commune_id, AuditLine.n == checkpoint.n)
    return crypto.session.execute(line).scalar_one_or_none() == checkpoint.h
