"""What the sealed parts of a document are bound to: bytes that say where each belongs, given again to open it."""

from typing import Protocol
from uuid import UUID

from casework.vault.bytes import ENCODERS, ID, encoded, lp

_int = ENCODERS[int]


class Placed(Protocol):
    """A document as a mapped object or as a plain row, as far as its place goes."""

    @property
    def id(self) -> UUID: ...
    @property
    def case_id(self) -> UUID: ...
    @property
    def section(self) -> int: ...
    @property
    def series(self) -> UUID: ...
    @property
    def revision(self) -> int: ...
    @property
    def author_agency_id(self) -> UUID: ...


class Contexts:
    """The contexts of one commune's documents, each as `lp` encodes it.

    How they begin is encoded once, and the rest by hand: a list of cases needs some hundred of each.
    """

    def __init__(self, commune_id: UUID) -> None:
        """Take the commune."""
        self._commune_id = commune_id
        self._kept = _begun(4, "cw/1/kept", commune_id) + ID
        self._commitment = _begun(3, "cw/1/commit", commune_id) + ID
        self._body = _begun(8, "cw/1/body", commune_id) + ID

    def kept(self, document_id: UUID, agency_id: UUID) -> bytes:
        """Return lp("cw/1/kept", commune, document, agency), for a key that an agency keeps under its own."""
        return self._kept + document_id.bytes + ID + agency_id.bytes

    def sent(self, document_id: UUID, agency_id: UUID, epoch: int) -> bytes:
        """Return lp("cw/1/sent", commune, document, agency, epoch), for a key sealed to an agency's public key."""
        return lp("cw/1/sent", self._commune_id, document_id, agency_id, epoch)

    def commitment(self, document_id: UUID) -> bytes:
        """Return lp("cw/1/commit", commune, document), by which a document commits to its key."""
        return self._commitment + document_id.bytes

    def body(self, row: Placed) -> bytes:
        """Return lp("cw/1/body", commune, document, case, section, series, revision, agency of the author)."""
        case = self._body + row.id.bytes + ID + row.case_id.bytes
        return b"".join(
            (case, _int(row.section), ID, row.series.bytes, _int(row.revision), ID, row.author_agency_id.bytes)
        )


def _begun(count: int, word: str, commune_id: UUID) -> bytes:
    """Return how `lp` begins a list of so many fields that starts with a word and a commune."""
    return bytes((count,)) + encoded(word) + encoded(commune_id)
