"""The review of a ground of danger to life by a second person, as pages show it."""

from dataclasses import dataclass
from uuid import UUID

from casework.clock import MICROSECOND

_REVIEW_PERIOD = 24 * 60 * 60 * MICROSECOND


@dataclass(frozen=True)
class DangerReview:
    """The review of a ground of danger to life by a second person, or until when it is waited for.

    `recorded`, `now` and `at` are microseconds; `answer` is a code of `ground_review`, empty while it is waited for;
    `by` and `at` say who reviewed it and when. `mine` tells that I recorded the ground, `reviewers` who may review it.
    """

    recorded: int
    now: int
    answer: str = ""
    words: str = ""
    by: str = ""
    at: int = 0
    mine: bool = False
    reviewers: tuple[str, ...] = ()

    @property
    def due(self) -> int:
        """Return the moment 24 hours after it was recorded."""
        return self.recorded + _REVIEW_PERIOD

    @property
    def late(self) -> bool:
        """Tell whether 24 hours have passed without an answer; this is shown and cuts nothing off."""
        return not self.answer and self.now >= self.due


@dataclass(frozen=True)
class AwaitingReview:
    """A ground of danger to life in a list, with the code of its case."""

    case_id: UUID
    ground_id: UUID
    code: str
    review: DangerReview
