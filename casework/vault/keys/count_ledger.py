"""The ledger of counts: a head of its own whose encrypted documents say what was counted and how ties fall.

Its documents are those of the vault: encrypted to the agency that counts, bound to the head, so that an entry that
was changed, deleted or put back is noticed. The head also lists the newest release, for which no key is needed.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any
from uuid import UUID, uuid5

from casework.policy.vocabulary import Section
from casework.vault.crypto.aead import new_key
from casework.vault.integrity import heads
from casework.vault.integrity.heads import ListedRevision
from casework.vault.keys.context import CryptoContext, RecipientKey
from casework.vault.keys.envelopes import Plaintext, seal_revision
from casework.vault.models import Head

SECTION = Section.FACTS


class Series(IntEnum):
    """What the ledger holds: the key of a year, what a release counted, and the newest release itself."""

    KEY = 1
    COUNTED = 2
    RELEASE = 3


def ledger_id(commune_id: UUID) -> UUID:
    """Return the id of a commune's ledger; it is known to everybody and tells nothing."""
    return uuid5(commune_id, "cw/1/ledger")


def begin(crypto: CryptoContext, recipient: RecipientKey, *, year: int) -> None:
    """Begin the ledger of a commune with the key of its first year, encrypted to the agency that will count."""
    head = heads.create(crypto.session, crypto.commune_id, "commune", ledger_id(crypto.commune_id))
    add_key(crypto, head, recipient, year=year)


def add_key(crypto: CryptoContext, head: Head, recipient: RecipientKey, *, year: int) -> None:
    """Add a new random key, by which the ties of a year's counts fall; it is never derived from anything."""
    add(crypto, head, recipient, (Series.KEY, year), {"key": new_key().hex()})


def add(
    crypto: CryptoContext, head: Head, recipient: RecipientKey, place: tuple[Series, int], data: Mapping[str, Any]
) -> None:
    """Encrypt one entry into its place; the agency stands as its author, whichever of its members was at work."""
    agency_id = recipient.agency_id
    text = Plaintext(
        SECTION, data, by=agency_id, owner_id=agency_id, author_agency_id=agency_id, series=_series(*place)
    )
    seal_revision(crypto, head, text, readers=[recipient])


def note_release(crypto: CryptoContext, head: Head, *, number: int, digest: bytes) -> None:
    """List the newest release with its hash, so that a release that was removed is noticed."""
    heads.list_revision(head, section=SECTION, series=_series(Series.RELEASE, 0), revision=number, digest=digest)
    heads.mark_changed(crypto.session, head)


def newest_release(listing: bytes) -> ListedRevision | None:
    """Return what the ledger's head says of the newest release, or None before the first."""
    return heads.newest_revision(listing, SECTION, _series(Series.RELEASE, 0))


def places(listing: bytes) -> Iterable[tuple[Series, int]]:
    """Return the places of all encrypted entries."""
    listed = (place_of(entry.series) for entry in heads.listed_revisions(listing))
    return [place for place in listed if place[0] != Series.RELEASE]


def place_of(series: UUID) -> tuple[Series, int]:
    """Read a place back from the series under which an entry stands."""
    kind, number = divmod(series.int, 2**64)
    return Series(kind), number


def _series(kind: Series, number: int) -> UUID:
    return UUID(int=kind * 2**64 + number)
