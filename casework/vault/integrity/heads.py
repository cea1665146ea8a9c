"""Heads: what is newest, a version that rises whenever something is taken away, and the rows that are bound to it."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from casework import secure_delete
from casework.errors import VaultError
from casework.vault.integrity.signed_rows import SignedRow, remember_version
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment.models import Admission, Interview, Totp
from casework.vault.keys.recovery.models import Recovery, RecoveryOfficer, RecoveryPair
from casework.vault.models import Agency, AgencyEpoch, EpochLink, Head, Member, SessionRow, Slot, Wrap

Kind = Literal["case", "member", "agency", "commune"]
SINGLE = UUID(int=0)
# What is bound to the head of an agency or of a member, and is signed again when its version rises.
OF_AGENCY: tuple[type[Any], ...] = (Agency, AgencyEpoch, EpochLink, Wrap, Recovery, RecoveryOfficer, RecoveryPair)
OF_MEMBER: tuple[type[Any], ...] = (Member, Slot, Totp, Admission, SessionRow, Interview)
SESSIONS: tuple[type[Any], ...] = (SessionRow, Interview)
_ENTRY = struct.Struct(">H16sI32s")


class ListedRevision(NamedTuple):
    """The newest revision of one series of a section, with the SHA-256 of its sealed body."""

    section: int
    series: UUID
    revision: int
    digest: bytes


def create(session: Session, commune_id: UUID, kind: Kind, head_id: UUID) -> Head:
    """Make the head of something new, at version 1; the gate writes its number when the act is logged."""
    head = Head(commune_id=commune_id, id=head_id, kind=kind, v=1, n=0, listing=b"")
    session.add(head)
    remember_version(session, head_id, 1)
    mark_changed(session, head)
    return head


def mark_changed(session: Session, head: Head) -> None:
    """Mark a head as changed by this act, so that the act's audit line holds its new MAC."""
    changed_heads(session)[head.id] = head


def changed_heads(session: Session) -> dict[UUID, Head]:
    """Return the heads that this act has changed, in the order they were first touched."""
    made: dict[UUID, Head] = session.info.setdefault("changed", {})
    return made


def revoke(session: Session, head: Head, remaining: Iterable[SignedRow]) -> None:
    """Raise the version and sign again what remains, so that a row put back later is refused."""
    rows = list(remaining)
    head.v += 1
    remember_version(session, head.id, head.v)
    for row in rows:
        flag_modified(row, "mac")
    mark_changed(session, head)
    revocations(session)[head.id] = Revocation(head, rows)


@dataclass(frozen=True)
class Revocation:
    """A head from which this act has taken something away, with the rows that remained bound to it."""

    head: Head
    remaining: list[SignedRow]


def revocations(session: Session) -> dict[UUID, Revocation]:
    """Return the heads from which this act has taken something away, for the ledger of removals."""
    made: dict[UUID, Revocation] = session.info.setdefault("taken", {})
    return made


def bound_to_agency(crypto: CryptoContext, agency_id: UUID) -> list[Any]:
    """Load every row that hangs on an agency; its head must have been loaded fresh."""
    return _bound(crypto.session, crypto.commune_id, agency_id, OF_AGENCY)


def bound_to_member(crypto: CryptoContext, member_id: UUID) -> list[Any]:
    """Load every row that hangs on a member, whose head must have been loaded fresh."""
    return _bound(crypto.session, crypto.commune_id, member_id, OF_MEMBER)


def rows_of_member(session: Session, member: Member, *kinds: type[Any]) -> list[Any]:
    """Return the verified rows of some kinds that belong to a member whose head has been read."""
    return _bound(session, member.commune_id, member.id, kinds)


def _bound(session: Session, commune_id: UUID, head_id: UUID, kinds: Iterable[type[Any]]) -> list[Any]:
    found: list[Any] = []
    for kind in kinds:
        ours = (kind.commune_id == commune_id, getattr(kind, kind.__head__) == head_id)
        found += session.execute(select(kind).where(*ours)).scalars()
    return found


def take_from_member(session: Session, head: Head, member: Member, gone: list[Any]) -> None:
    """Delete rows of a member and raise the version, so that none of them is believed again; the others stay."""
    others = rows_of_member(session, member, *OF_MEMBER[1:])
    remaining = [member, *(row for row in others if row not in gone)]
    for row in gone:
        session.delete(row)
    session.flush()
    revoke(session, head, remaining)
    session.flush()


def erase(session: Session, head: Head) -> None:
    """Delete the head of what is erased; the act's audit line says so, so that a copy put back later is refused.

    Everything that hangs on it must have been deleted before. What the files still hold of it is shredded after the
    commit (see shred.py).
    """
    changed_heads(session).pop(head.id, None)
    revocations(session)[head.id] = Revocation(head, [])
    erased_heads(session).append(head.id)
    session.delete(head)
    secure_delete.request(session)


def erased_heads(session: Session) -> list[UUID]:
    """Return the ids of the heads that this act has erased."""
    gone: list[UUID] = session.info.setdefault("erased", [])
    return gone


def entries(listing: bytes) -> Iterator[ListedRevision]:
    """Read the listing of a case's head."""
    if len(listing) % _ENTRY.size:
        raise VaultError("unopened")
    for section, series, revision, digest in _ENTRY.iter_unpack(listing):
        yield ListedRevision(section, UUID(bytes=series), revision, digest)


def newest(listing: bytes, section: int, series: UUID = SINGLE) -> ListedRevision | None:
    """Find the newest revision of one series, or None if it was never written."""
    at = _place(listing, section.to_bytes(2, "big") + series.bytes)
    if at < 0:
        return None
    _, _, revision, digest = _ENTRY.unpack_from(listing, at)
    return ListedRevision(section, series, revision, digest)


def is_listed(listing: bytes, section: int, series: UUID, revision: int, digest: bytes) -> bool:
    """Tell whether this very revision with this very body is the newest of its series."""
    return _place(listing, _ENTRY.pack(section, series.bytes, revision, digest)) >= 0


def _place(listing: bytes, wanted: bytes) -> int:
    """Return where an entry that begins so stands in a listing, or -1."""
    at = listing.find(wanted)
    while at % _ENTRY.size and at >= 0:
        at = listing.find(wanted, at + 1)
    return at


def list_revision(head: Head, *, section: int, series: UUID, revision: int, digest: bytes) -> None:
    """Put a new revision into the listing in the place of the one before it."""
    kept = [e for e in entries(head.listing) if (e.section, e.series) != (section, series)]
    _list(head, [*kept, ListedRevision(section, series, revision, digest)])


def unlist(head: Head, *, section: int, series: UUID) -> None:
    """Strike a series from the listing, as a draft is when it has become a case."""
    _list(head, [e for e in entries(head.listing) if (e.section, e.series) != (section, series)])


def _list(head: Head, rows: list[ListedRevision]) -> None:
    rows.sort(key=lambda e: (e.section, e.series.bytes))
    head.listing = b"".join(_ENTRY.pack(e.section, e.series.bytes, e.revision, e.digest) for e in rows)
