"""The lead of the fictional commune closes each quarter on the day after it; the newest one is left open.

On the same days the lead and the administrator confirm the review of access.
"""

from collections.abc import Iterator
from datetime import date

from casework.demo.visits import DemoSession, Visit, moment
from casework.staffing import access_review
from casework.statistics import actions
from casework.statistics.periods import Cadence, Period

_CLOSES_AT, _REVIEWS_AT = 9 * 60, 10 * 60


def quarter_visits(founded: date, today: date, *, lead: str, administrator: str) -> Iterator[Visit]:
    """Return the visits that close every quarter but the newest, which the lead is still asked to close."""
    quarter = Period.of(founded, Cadence.QUARTER)
    after = Period.of(quarter.next_day, Cadence.QUARTER)
    while after.last < today:
        yield Visit(moment(quarter.next_day, _CLOSES_AT), lead, _close)
        for username in (lead, administrator):
            yield Visit(moment(quarter.next_day, _REVIEWS_AT), username, _review)
        quarter, after = after, Period.of(after.next_day, Cadence.QUARTER)


def _close(session: DemoSession) -> None:
    """Look at the counts beside what would be published, and close; a small commune's period may last longer."""
    preview = session.perform(actions.preview_period)
    if preview.over:
        session.perform(actions.close_period, preview.period.name, preview.mark)


def _review(session: DemoSession) -> None:
    """Confirm the list of members with access."""
    session.perform(access_review.confirm_review, session.perform(access_review.read_review).mark)
