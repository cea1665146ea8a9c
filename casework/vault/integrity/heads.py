"""Heads: what is newest, a version that rises whenever something is revoked, and the rows that are bound to it."""

import struct
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from casework import secure_delete
from casework.errors import VaultError
from casework.vault.integrity.commitments import NOTHING_BOUND
from casework.vault.integrity.signed_rows import SignedRow, remember_version
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment.models import Admission, Interview, Passkey, Totp
from casework.vault.keys.recovery.models import Recovery, RecoveryOfficer, RecoveryPair
from casework.vault.models import (
    Agency,
    AgencyEpoch,
    DutyRoster,
    EpochLink,
    Head,
    KeptForm,
    MailAddress,
    Member,
    SessionRow,
    Slot,
    Wrap,
)

Kind = Literal["case", "member", "agency", "commune"]
SINGLE = UUID(int=0)
# What is bound to the head of an agency or of a member, and is signed again when its version rises.
OF_AGENCY: tuple[type[Any], ...] = (
    Agency,
    AgencyEpoch,
    EpochLink,
    Wrap,
    Recovery,
    RecoveryOfficer,
    RecoveryPair,
    DutyRoster,
)
OF_MEMBER: tuple[type[Any], ...] = (
    Member,
    Slot,
    Totp,
    Passkey,
    Admission,
    KeptForm,
    MailAddress,
    SessionRow,
    Interview,
)
SESSIONS: tuple[type[Any], ...] = (SessionRow, Interview)
SECOND_FACTORS: tuple[type[Any], ...] = (Totp, Passkey)
_ENTRY = struct.Struct(">H16sI32s")


class ListedRevision(NamedTuple):
    """The newest revision of one series of a section, with the SHA-256 of its encrypted body."""

    section: int
    series: UUID
    revision: int
    digest: bytes


def create(session: Session, commune_id: UUID, kind: Kind, head_id: UUID) -> Head:
    """Make the head of something new, at version 1; the gate writes its number when the act is logged."""
    head = Head(commune_id=commune_id, id=head_id, kind=kind, v=1, n=0, listing=b"", bound=NOTHING_BOUND)
    session.add(head)
    remember_version(session, head_id, 1)
    mark_changed(session, head)
    return head


def mark_changed(session: Session, head: Head) -> None:
    """Mark a head as changed by this act, so that the act's audit line holds its new MAC."""
    changed_heads(session)[head.id] = head


def changed_heads(session: Session) -> dict[UUID, Head]:
    """Return the heads that this act has changed, in the order they were first touched."""
    changed: dict[UUID, Head] = session.info.setdefault("changed", {})
    return changed


def revoke(session: Session, head: Head, remaining: Iterable[SignedRow]) -> None:
    """Raise the version and sign again what remains, so that a revoked row that is put back later is refused.

    What the act has deleted leaves the files of the database too.
    """
    rows = list(remaining)
    head.v += 1
    remember_version(session, head.id, head.v)
    for row in rows:
        flag_modified(row, "mac")
    mark_changed(session, head)
    revocations(session)[head.id] = Revocation(head, rows)
    secure_delete.request(session)


@dataclass(frozen=True)
class Revocation:
    """A head under which this act has revoked something, with the rows that remained bound to it."""

    head: Head
    remaining: list[SignedRow]


def revocations(session: Session) -> dict[UUID, Revocation]:
    """Return the heads under which this act has revoked something, for the revocation log."""
    revoked: dict[UUID, Revocation] = session.info.setdefault("revocations", {})
    return revoked


def bound_to_agency(crypto: CryptoContext, agency_id: UUID) -> list[Any]:
    """Load every row that is bound to an agency's head, which must have been loaded fresh."""
    return _bound(crypto.session, crypto.commune_id, agency_id, OF_AGENCY)


def rows_of_member(session: Session, member: Member, *kinds: type[Any]) -> list[Any]:
    """Return the verified rows of some kinds that belong to a member whose head has been read."""
    return _bound(session, member.commune_id, member.id, kinds)


def _bound(session: Session, commune_id: UUID, head_id: UUID, kinds: Iterable[type[Any]]) -> list[Any]:
    rows: list[Any] = []
    for kind in kinds:
        bound = (kind.commune_id == commune_id, getattr(kind, kind.__head__) == head_id)
        rows += session.execute(select(kind).where(*bound)).scalars()
    return rows


def revoke_rows(session: Session, head: Head, member: Member, revoked: list[Any]) -> None:
    """Delete rows of a member and raise the version, so that none of them is accepted again; the others stay."""
    others = rows_of_member(session, member, *OF_MEMBER[1:])
    remaining = [member, *(row for row in others if row not in revoked)]
    for row in revoked:
        session.delete(row)
    session.flush()
    revoke(session, head, remaining)
    session.flush()


def erase(session: Session, head: Head) -> None:
    """Delete the head of what is erased; the act's audit line says so, so that a copy put back later is refused.

    Every row that is bound to it must have been deleted before. What the files still hold is overwritten after the
    commit (see secure_delete.py).
    """
    changed_heads(session).pop(head.id, None)
    revocations(session)[head.id] = Revocation(head, [])
    erased_heads(session).append(head.id)
    session.delete(head)
    secure_delete.request(session, patiently=True)


def erased_heads(session: Session) -> list[UUID]:
    """Return the ids of the heads that this act has erased."""
    erased: list[UUID] = session.info.setdefault("erased", [])
    return erased


def listed_revisions(listing: bytes) -> Iterator[ListedRevision]:
    """Read the listing of a case's head."""
    if len(listing) % _ENTRY.size:
        raise VaultError("unopened")
    for section, series, revision, digest in _ENTRY.iter_unpack(listing):
        yield ListedRevision(section, UUID(bytes=series), revision, digest)


def count_listed(listing: bytes, sections: Collection[int]) -> int:
    """Count the series of some sections, whose numbers are all below 256: a list asks this of hundreds of heads."""
    numbers = listing[1 :: _ENTRY.size]
    return sum([numbers.count(section) for section in sections])


def listed_sections(listing: bytes) -> frozenset[int]:
    """Return the sections of which a case has anything; their numbers are all below 256."""
    return frozenset(listing[1 :: _ENTRY.size])


def newest_revision(listing: bytes, section: int, series: UUID = SINGLE) -> ListedRevision | None:
    """Find the newest revision of one series, or None if it was never written."""
    at = _offset(listing, section.to_bytes(2, "big") + series.bytes)
    if at < 0:
        return None
    _, _, revision, digest = _ENTRY.unpack_from(listing, at)
    return ListedRevision(section, series, revision, digest)


def is_listed(listing: bytes, section: int, series: UUID, revision: int, digest: bytes) -> bool:
    """Tell whether this very revision with this very body is the newest of its series."""
    return _offset(listing, _ENTRY.pack(section, series.bytes, revision, digest)) >= 0


def _offset(listing: bytes, prefix: bytes) -> int:
    """Return the offset of the entry that begins with these bytes, or -1; a match across two entries does not count."""
    at = listing.find(prefix)
    while at % _ENTRY.size and at >= 0:
        at = listing.find(prefix, at + 1)
    return at


def list_revision(head: Head, *, section: int, series: UUID, revision: int, digest: bytes) -> None:
    """Replace the entry of a series by its new revision."""
    others = [entry for entry in listed_revisions(head.listing) if (entry.section, entry.series) != (section, series)]
    _set_listing(head, [*others, ListedRevision(section, series, revision, digest)])


def unlist(head: Head, *, section: int, series: UUID) -> None:
    """Remove a series from the listing, as of a draft that has become a case."""
    _set_listing(
        head, [entry for entry in listed_revisions(head.listing) if (entry.section, entry.series) != (section, series)]
    )


def _set_listing(head: Head, rows: list[ListedRevision]) -> None:
    rows.sort(key=lambda entry: (entry.section, entry.series.bytes))
    head.listing = b"".join(_ENTRY.pack(row.section, row.series.bytes, row.revision, row.digest) for row in rows)
