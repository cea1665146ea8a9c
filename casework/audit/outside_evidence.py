"""Outside evidence: what lies in files beside the database is compared with it, so that nobody puts an old one back.

Watermark and revocation log are compared at the beginning of every transaction of the gate; these two, the checkpoints
and the releases that they name at every start, periodic run, restore, upgrade, key rotation and closing of a period.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.audit import checkpoint
from casework.audit.checkpoint import Checkpoint, CheckpointComparison, CheckpointStore, since
from casework.audit.fault_mark import FaultMark
from casework.audit.heads_seen import HeadsSeen, HeadsView
from casework.audit.models import AuditLine
from casework.audit.revocation_index import KeysOf, RevocationIndex, RevocationView
from casework.audit.revocation_log import RevocationEntry, RevocationLog, verified
from casework.audit.trusted_clock import TrustedClock
from casework.audit.watermark import End, Watermark
from casework.config import Config
from casework.errors import Busy, LogRolledBack, VaultError
from casework.vault.crypto import signatures
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys

log = logging.getLogger(__name__)
_line = AuditLine.__table__
_HASH = select(_line.c.h).where(_line.c.commune_id == bindparam("commune"), _line.c.n == bindparam("n"))
_AT_ONCE = 500
# What a restore or the operator has settled: no act before such a line need stand in the log.
SETTLED = frozenset({"restored", "accepted"})
# Where the watermark has no line of a commune whose log was signed before.
GONE = "watermark-gone"


@dataclass(frozen=True)
class Difference:
    """Something outside the database that the database contradicts: which file of which commune, and how."""

    place: str
    commune_id: UUID
    words: str


@dataclass(frozen=True)
class OutsideEvidence:
    """The files of one installation; `publics` are the pinned keys of its checkpoints, none in a demo."""

    revocation_log: RevocationLog
    watermark: Watermark
    index: RevocationIndex
    trusted_clock: TrustedClock
    fault_mark: FaultMark
    checkpoints: Path
    publics: tuple[bytes, ...]
    heads_seen: HeadsSeen = field(default_factory=HeadsSeen)

    def require(self, session: Session, keys_of: KeysOf, commune_id: UUID) -> None:
        """Raise LogRolledBack unless the log holds what it held before; the caller has the commune's lock.

        A revocation whose act was never committed is void from here on. Afterwards the session refuses heads that
        are older than the revocation log says. Raises Busy if a file cannot be read.
        """
        try:
            self._require(session, keys_of, commune_id)
        except OSError as cause:
            raise Busy("Không đọc được tệp bằng chứng cạnh sổ, nên chưa có gì thay đổi. Hãy xem lại đĩa.") from cause
        self.attach(session)

    def _require(self, session: Session, keys_of: KeysOf, commune_id: UUID) -> None:
        server_keys = keys_of(commune_id)
        self.index.follow(keys_of)
        highest = self.watermark.highest(server_keys)
        if highest is not None and not stands(session, commune_id, highest):
            raise LogRolledBack(row="watermark")
        pending = self.index.pending(commune_id)
        if pending is not None:
            self._settle(session, server_keys, pending)
            self.index.follow(keys_of)

    def _settle(self, session: Session, server_keys: ServerKeys, pending: RevocationEntry) -> None:
        """Tell a committed act from one that a crash stopped, and both from a log that was put back.

        A crash leaves the log where the act began. The watermark, which stands in the log, is written after the
        commit: had the act been committed, its own line would have to stand there.
        """
        commune_id = server_keys.commune_id
        if stands(session, commune_id, pending.end):
            self.index.confirm(pending)
        elif pending.before is None or stands(session, commune_id, pending.before):
            self.revocation_log.void(server_keys, pending)
        else:
            raise LogRolledBack(row="removals")

    def attach(self, session: Session) -> None:
        """Let a session that begins now refuse heads that are older than the revocation log or this process knows."""
        session.info[_VIEW], session.info[_SEEN] = self.index.view(), self.heads_seen.view()

    def committed(self, server_keys: ServerKeys, end: End, *, revoked: bool) -> None:
        """Note where the log ends after a commit; the act is done, so a disk that is full only costs this line.

        A line that is gone although there are checkpoints stays gone until the operator decides.
        """
        store = self.store(server_keys.commune_id)
        try:
            self.watermark.advance(server_keys, end, durable=revoked, may_begin=lambda: not store.numbers())
        except OSError:
            log.exception("the watermark could not be written")

    def store(self, commune_id: UUID) -> CheckpointStore:
        return CheckpointStore.of(self.checkpoints, commune_id)

    def differences(self, crypto: CryptoContext, releases: Sequence[bytes]) -> Iterator[Difference]:
        """Compare the files that `require` does not read whole with a commune's log and the hashes of its releases."""
        notes = self.notes(crypto.commune_id)
        compared = checkpoint.compare(crypto, self.store(crypto.commune_id), notes)
        if self.is_settled(crypto.commune_id, notes):
            compared = replace(compared, differing=())
        for place, words in (
            *self._watermark_is_gone(crypto, notes),
            *_checkpoints_differ(compared),
            *self._revocations_differ(crypto, notes),
            *_releases_differ(notes, releases),
        ):
            yield Difference(place, crypto.commune_id, words)

    def _watermark_is_gone(self, crypto: CryptoContext, notes: Sequence[Checkpoint]) -> Iterator[tuple[str, str]]:
        """Miss the line of a commune that has checkpoints: without it nothing says what was done since the last."""
        # One that is there and does not hold has been found by `require`.
        with suppress(LogRolledBack):
            if notes and self.watermark.highest(crypto.server_keys) is None:
                yield GONE, "mất dấu mức nhật ký (tệp watermark) / the watermark is gone"

    def notes(self, commune_id: UUID) -> list[Checkpoint]:
        """Return the checkpoints of a commune that hold by their signature, in order."""
        return list(self.store(commune_id).valid(self.publics))

    def is_settled(self, commune_id: UUID, notes: Sequence[Checkpoint]) -> bool:
        """Tell whether a restore or a decision is noted that no checkpoint knows of yet, as when it was broken off.

        The gate has verified these lines; the next checkpoint says up to where the log is the one before.
        """
        known = notes[-1].revocation_log[0] if notes else 0
        with suppress(VaultError):
            later = self.revocation_log.lines()[known:]
            return any(line.commune_id == commune_id and line.body.get("word") in SETTLED for line in later)
        return False

    def _revocations_differ(self, crypto: CryptoContext, notes: Sequence[Checkpoint]) -> Iterator[tuple[str, str]]:
        commune_id = crypto.commune_id
        try:
            lines = self.revocation_log.lines()
            verified(lines, {commune_id: crypto.server_keys})
        except VaultError:
            yield "removals", "sổ thu hồi bị sửa / the revocation log was changed"
            return
        for note in since(notes, lambda note: note.settles):
            count, h = note.revocation_log
            if count and (len(lines) < count or lines[count - 1].h != h):
                yield "removals", f"sổ thu hồi khác mốc {note.seq} / differs from checkpoint {note.seq}"
        for n in _not_in_log(crypto, list(committed_ends(lines, commune_id))):
            yield "removals", f"nhật ký không còn dòng {n} / the log has no line {n}"


_VIEW, _SEEN = "revoked", "heads seen"


def require_current(session: Session, head: object) -> None:
    """Raise OutdatedHead for a verified head that is older than the revocation log or this process knows, or erased."""
    view: RevocationView | None = session.info.get(_VIEW)
    if view is not None:
        view.require_current(head)
    seen: HeadsView | None = session.info.get(_SEEN)
    if seen is not None:
        seen.require_no_older(head)


def listed_before(session: Session, commune_id: UUID, case_ids: frozenset[UUID]) -> frozenset[UUID]:
    """Return the cases that this process has listed before and that are gone; the caller has the commune's lock."""
    seen: HeadsView | None = session.info.get(_SEEN)
    return seen.listed_before(commune_id, case_ids) if seen is not None else frozenset()


def of_installation(config: Config) -> OutsideEvidence:
    """Return the outside evidence of an installation; nothing is read yet."""
    revocation_log = RevocationLog(config.revocation_log_file)
    return OutsideEvidence(
        revocation_log=revocation_log,
        watermark=Watermark(config.watermark_file),
        index=RevocationIndex(revocation_log),
        trusted_clock=TrustedClock(config.data),
        fault_mark=FaultMark(config.fault_file),
        checkpoints=config.checkpoints_folder,
        publics=tuple(signatures.decode_public(text) for text in config.checkpoint_public),
    )


def committed_ends(lines: Sequence[RevocationEntry], commune_id: UUID) -> Iterator[End]:
    """Yield the last line in the log of each act that revoked something since a restore or a decision, but the last.

    Whether the last act was committed is for the gate to find out, under the lock of the commune.
    """
    ends: list[RevocationEntry] = []
    for line in lines:
        if line.commune_id != commune_id:
            continue
        if line.body.get("word") in SETTLED:
            ends.clear()
        elif "void" in line.body:
            ends = [end for end in ends if end.seq != line.body["void"]]
        elif "n" in line.body:
            ends.append(line)
    yield from (line.end for line in ends[:-1])


def _checkpoints_differ(found: CheckpointComparison) -> Iterator[tuple[str, str]]:
    yield from (("note", f"mốc {seq} không do chương trình ký / not signed by us") for seq in found.forged)
    yield from (("note", f"thiếu mốc {seq} / missing") for seq in found.missing)
    yield from (("checkpoint", f"nhật ký không khớp với mốc {seq} / log differs from it") for seq in found.differing)


def _releases_differ(notes: Sequence[Checkpoint], releases: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    for note in since(notes, lambda note: note.accepted is not None):
        number, h = note.release
        if number and (len(releases) < number or releases[number - 1] != h):
            yield "release", f"mốc {note.seq} ghi lần công bố {number}, sổ không có / names one that is not there"


def _not_in_log(crypto: CryptoContext, ends: Sequence[End]) -> Iterator[int]:
    """Yield the numbers of lines that the log does not have, or has with another hash."""
    for start in range(0, len(ends), _AT_ONCE):
        some = ends[start : start + _AT_ONCE]
        rows = select(_line.c.n, _line.c.h).where(_line.c.commune_id == crypto.commune_id)
        found = {row.n: row.h for row in crypto.session.execute(rows.where(_line.c.n.in_([n for n, _ in some])))}
        yield from (n for n, h in some if found.get(n) != h)


def stands(session: Session, commune_id: UUID, end: End) -> bool:
    """Tell whether a line with this hash stands in the log; before the first line there is nothing to find."""
    n, h = end
    found: bytes | None = session.execute(_HASH, {"commune": commune_id, "n": n}).scalar_one_or_none()
    return n == 0 or found == h
