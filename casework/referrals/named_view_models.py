"""What pages show of those who must not know of a case and read it all the same, as frozen dataclasses."""

from dataclasses import dataclass
from uuid import UUID

from casework.cases.tasks import WrittenTask


@dataclass(frozen=True)
class ReadReferral:
    """A referral by which somebody reads who must not know.

    `without` are the ids of all who are to be taken out so that the others go on; it is empty where that cannot be
    done, and the referral must be withdrawn.
    """

    id: UUID
    agency: str
    state: str
    without: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class NamedReader:
    """Somebody who must not know ("named"), or who bears the name of the one who did it ("violent"), and who reads.

    `notices` are the ids of the notices to the chair that they read; `kept` is the decision to leave them in.
    """

    id: UUID
    name: str
    agency: str
    reason: str
    referrals: tuple[ReadReferral, ...] = ()
    notices: tuple[UUID, ...] = ()
    kept: WrittenTask | None = None


@dataclass(frozen=True)
class NamedReaders:
    """Everybody of a case who must not know and reads it; `names` are those of all members, for who decided."""

    case_id: UUID
    code: str
    readers: tuple[NamedReader, ...]
    names: dict[UUID, str]

    @property
    def undecided(self) -> list[NamedReader]:
        """Return those who were neither taken out nor left in with a reason."""
        return [reader for reader in self.readers if reader.kept is None]

    @property
    def kept(self) -> list[NamedReader]:
        return [reader for reader in self.readers if reader.kept is not None]


@dataclass(frozen=True)
class NamedCase:
    """A case in the list of those that somebody reads who must not know, by name."""

    case_id: UUID
    code: str
    names: tuple[str, ...]
