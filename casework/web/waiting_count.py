"""How much waited on somebody's first page when they last looked: a number beside its entry in the menu of every page.

It is counted nowhere else, so it costs other pages nothing, reads nothing and tells nobody what their own first page
would not. It lies in the signed cookie of forms, bound to the session, for an hour at most (docs/adr/0072).
"""

from dataclasses import dataclass

from flask import session

from casework import clock
from casework.web.current_user import me

_KEY = "waits"
_LASTS = 3600 * clock.MICROSECOND
_MOST = 999


@dataclass(frozen=True)
class WaitingCount:
    """How many lines waited, and when that was seen, in microseconds."""

    lines: int
    at: int


def remember(lines: int) -> None:
    """Keep the number that a first page has just shown."""
    session[_KEY] = [_mark(), min(lines, _MOST), clock.micros()]


def recall() -> WaitingCount | None:
    """Return the number of this session if it is younger than an hour and something waited, else None."""
    match session.get(_KEY):
        case [str(mark), int(lines), int(at)] if mark == _mark() and lines > 0 and 0 <= clock.micros() - at < _LASTS:
            return WaitingCount(lines, at)
    return None


def forget() -> None:
    """Drop the number, as at sign-out."""
    session.pop(_KEY, None)


def _mark() -> str:
    return me().sid.hex()[:16]
