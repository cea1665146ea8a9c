"""When it must be looked over again who has access: half a year after the last time, or after the book was founded.

Nothing is stored for it, and no clock can forget it: the log says when it was last done.
"""

from dataclasses import dataclass
from uuid import UUID

from casework.audit import freshness, read
from casework.clock import MICROSECOND
from casework.gate import ActContext
from casework.policy.permit import allowed, issue
from casework.policy.words import Act, Reach

_DAY = 86_400 * MICROSECOND
REVIEW_INTERVAL = 183 * _DAY
# So long before it is due it is asked for.
_AHEAD = 14 * _DAY


@dataclass(frozen=True)
class ReviewStatus:
    """When access was last looked over (0 for never) and by whom, and when it is due again; in microseconds."""

    at: int
    by: UUID | None
    due: int


def review_scope(context: ActContext) -> UUID:
    """Return what a review of this person is about: her agency for a lead, all accounts for the administrator."""
    reach = issue(context.actor, Act.REVIEW_CONFIRM).reach
    return context.actor.agency_id if reach >= Reach.AGENCY and context.actor.agency_id else context.commune_id


def review_status(context: ActContext) -> ReviewStatus:
    """Return how things stand with the review that is this person's to do."""
    lines = read.about(context.crypto, review_scope(context), acts=[Act.REVIEW_CONFIRM], limit=1)
    founded = freshness.commune(context.session, context.commune_id).created
    at, by = (lines[0].at, lines[0].who) if lines else (0, None)
    return ReviewStatus(at, by, (at or founded) + REVIEW_INTERVAL)


def due_soon(context: ActContext) -> int:
    """Return when a review is due that this person is asked for now; 0 if it has time, or is not hers to do."""
    if not allowed(context.actor, Act.REVIEW_CONFIRM):
        return 0
    due = review_status(context).due
    return due if due - context.crypto.at <= _AHEAD else 0
