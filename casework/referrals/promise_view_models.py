"""What pages show of promises about sharing, and of what was shared without consent, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casework import clock
from casework.cases.ground_rules import DANGER
from casework.cases.sections import GroundEntry
from casework.policy.vocabulary import Section


@dataclass(frozen=True)
class ConsentToAsk:
    """A receiver (code of an agency) about whom a person is to be asked: never asked yet, or too long ago."""

    case_id: UUID
    code: str
    receiver: str
    expired: bool
    since: int


@dataclass(frozen=True)
class PromisedCall:
    """A safety call that was promised when a consent was withdrawn; how it is made safely stands in the ledger."""

    case_id: UUID
    ground_id: UUID
    code: str
    on: date

    @property
    def late(self) -> bool:
        return self.on < clock.today()


@dataclass(frozen=True)
class Promises:
    """Who is to be asked again, and who is to be called, the earliest first."""

    asks: tuple[ConsentToAsk, ...] = ()
    calls: tuple[PromisedCall, ...] = ()

    @property
    def calls_due(self) -> list[PromisedCall]:
        """Return the calls of today and those that are late."""
        return [call for call in self.calls if call.on <= clock.today()]


@dataclass(frozen=True)
class RegisterLine:
    """Something that was shared without consent: by which law or danger, with whom, when, who recorded and reviewed.

    `recorded` and `shared` are microseconds; `shared` is 0 where nothing was sent on the ground.
    """

    case_id: UUID
    code: str
    entry: GroundEntry
    receiver: str
    sections: tuple[Section, ...]
    by: str
    recorded: int
    shared: int
    reviewer: str

    @property
    def unreviewed(self) -> bool:
        """Tell whether danger to life was said and no second person has looked yet."""
        return self.entry.kind == DANGER and not self.entry.review


@dataclass(frozen=True)
class Register:
    """What was shared without consent, and the grounds by law or danger on which nothing was sent."""

    lines: tuple[RegisterLine, ...]

    @property
    def shared(self) -> list[RegisterLine]:
        return [line for line in self.lines if line.shared]

    @property
    def not_sent(self) -> list[RegisterLine]:
        return [line for line in self.lines if not line.shared]

    @property
    def cases(self) -> int:
        """Return of how many cases something was shared."""
        return len({line.case_id for line in self.shared})

    @property
    def unreviewed(self) -> int:
        return sum(line.unreviewed for line in self.lines)
