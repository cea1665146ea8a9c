"""The second look at a ground of danger to life, as pages show it: what was said, or until when it is waited for."""

from dataclasses import dataclass
from uuid import UUID

from casework.clock import MICROSECOND

_SECOND_LOOK = 24 * 60 * 60 * MICROSECOND


@dataclass(frozen=True)
class DangerReview:
    """What a second person has said about a ground of danger to life, or until when her word is waited for.

    `recorded`, `now` and `at` are microseconds; `answer` is a code of `ground_review`, empty while it is waited for;
    `by` and `at` say who looked and when. `mine` tells that I recorded the ground, `seconds` who may review it.
    """

    recorded: int
    now: int
    answer: str = ""
    words: str = ""
    by: str = ""
    at: int = 0
    mine: bool = False
    seconds: tuple[str, ...] = ()

    @property
    def due(self) -> int:
        """Return the moment 24 hours after it was recorded."""
        return self.recorded + _SECOND_LOOK

    @property
    def late(self) -> bool:
        """Tell whether 24 hours have passed without an answer; nothing is cut by that, it is told."""
        return not self.answer and self.now >= self.due


@dataclass(frozen=True)
class AwaitingReview:
    """A ground of danger to life in a list: the code of its case, and what is waited for."""

    case_id: UUID
    ground_id: UUID
    code: str
    review: DangerReview
