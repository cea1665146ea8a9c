"""Target times of the commune (list `target`): by when something should happen, never a deadline of the law."""

from casework import clock
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.codelists.working_days import calendar, working_day_after

_MINUTE = 60 * MICROSECOND
_DAY = 24 * 60 * _MINUTE


def length(code: str) -> int:
    """Return a target time in microseconds."""
    return (codelist("target").get(code).number("minutes") or 0) * _MINUTE


def due(code: str, begun: int) -> int:
    """Return by when a target should be met that began at a moment, both in microseconds.

    One that is marked `moves` and would end on a day off ends at the same hour of the next working day.
    """
    end = begun + length(code)
    day = clock.local(end).date()
    if not codelist("target").get(code).flag("moves") or calendar().works(day):
        return end
    return end + (working_day_after(day, 1) - day).days * _DAY
