"""When the next review of access is due: half a year after the last one, or after the commune was founded.

Nothing is stored for it: the audit log says when it was last done.
"""

from dataclasses import dataclass
from uuid import UUID

from casework.audit import freshness, read
from casework.clock import MICROSECOND
from casework.gate import ActContext
from casework.policy.permit import allowed, issue
from casework.policy.vocabulary import Act, Reach

_DAY = 86_400 * MICROSECOND
REVIEW_INTERVAL = 183 * _DAY
# A review is asked for this long before it is due.
_AHEAD = 14 * _DAY


@dataclass(frozen=True)
class ReviewStatus:
    """When access was last reviewed (0 for never) and by whom, and when it is due again; in microseconds."""

    at: int
    by: UUID | None
    due: int


def review_scope(context: ActContext) -> UUID:
    """Return what this person reviews: the own agency for a lead, the whole commune for an administrator."""
    reach = issue(context.actor, Act.REVIEW_CONFIRM).reach
    return context.actor.agency_id if reach >= Reach.AGENCY and context.actor.agency_id else context.commune_id


def review_status(context: ActContext) -> ReviewStatus:
    """Return the status of the review that this person must do."""
    lines = read.lines_about(context.crypto, review_scope(context), acts=[Act.REVIEW_CONFIRM], limit=1)
    founded = freshness.commune(context.session, context.commune_id).created
    # A line that was changed confirms nothing: the review is due as if it had never been done.
    at, by = (lines[0].at, lines[0].who) if lines else (0, None)
    return ReviewStatus(at, by, (at or founded) + REVIEW_INTERVAL)


def due_soon(context: ActContext) -> int:
    """Return when this person's review is due, in microseconds; 0 if more than 14 days away or not theirs to do."""
    if not allowed(context.actor, Act.REVIEW_CONFIRM):
        return 0
    due = review_status(context).due
    return due if due - context.crypto.at <= _AHEAD else 0
