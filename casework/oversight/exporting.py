"""Exports the log as far as somebody may read it: lines of one's own agency, or the totals of weeks, never both."""

from dataclasses import dataclass

from casework import clock
from casework.errors import BadInput, say
from casework.gate import Work, action
from casework.oversight.actions import LogLine, Week, lines_of, monday, week_of
from casework.policy.permit import Actor, issue
from casework.policy.words import Act, Reach

WEEKS = (1, 4, 13, 52)
_MOST = 50_000


@dataclass(frozen=True)
class Export:
    """What goes into a file: lines, the newest first, or weeks; never who did what from who may see totals alone."""

    lines: tuple[LogLine, ...] = ()
    weeks: tuple[Week, ...] = ()


def lines_for(actor: Actor) -> bool:
    """Tell whether somebody's file would hold lines; else it holds totals."""
    return issue(actor, Act.AUDIT_EXPORT).reach >= Reach.AGENCY


@action(Act.AUDIT_EXPORT)
def export_log(work: Work, weeks: int) -> Export:
    """Gather so many weeks of the log, this one too; the log keeps how many lines or weeks were taken away.

    Raises BadInput for a number of weeks that is not offered, or if there are too many lines for one file.
    """
    if weeks not in WEEKS:
        raise BadInput(say("Hãy chọn xuất bao nhiêu tuần."))
    if work.permit.reach < Reach.AGENCY:
        work.reason = f"{weeks} weeks"
        return Export(weeks=tuple(week_of(work, ago) for ago in range(weeks)))
    since = clock.midnight(monday(work, weeks - 1))
    lines = lines_of(work, skip=0, limit=_MOST + 1, since=since)
    if len(lines) > _MOST:
        raise BadInput(say("Nhiều dòng quá cho một tệp. Hãy chọn ít tuần hơn."))
    work.reason = f"{len(lines)} lines"
    return Export(lines=tuple(lines))
