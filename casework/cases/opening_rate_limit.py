"""Rate limit on opening cases and on searching; exceeding it is refused and logged."""

from casework import clock
from casework.audit import read
from casework.errors import Throttled, gettext_noop
from casework.gate import ActContext
from casework.policy.vocabulary import Act

OPENINGS = frozenset(
    {
        Act.CASE_READ,
        Act.SECTION_READ,
        Act.SECTION_READ_SHARED,
        Act.SECTION_HISTORY,
        Act.NAME_SHOW,
        Act.CASE_SEARCH,
        Act.CASE_ALIKE,
        Act.SLIP_FIND,
    }
)
MAX_OPENINGS = 200
WINDOW_MICROSECONDS = 10 * 60 * clock.MICROSECOND
MAX_SEARCHES = 30
_SEARCHES = (Act.CASE_SEARCH, Act.CASE_ALIKE, Act.SLIP_FIND)
SEARCH_WINDOW_MICROSECONDS = 60 * clock.MICROSECOND


def enforce(context: ActContext) -> None:
    """Raise Throttled, about this very person, after 200 openings and searches within ten minutes."""
    since = context.crypto.at - WINDOW_MICROSECONDS
    if context.permit.act in OPENINGS and read.exceeded(
        context.crypto, OPENINGS, who=context.me, since=since, most=MAX_OPENINGS
    ):
        raise Throttled(gettext_noop("Bạn đã mở quá nhiều trong vài phút. Hãy chờ mười phút."), about=context.me)


def enforce_searches(context: ActContext) -> None:
    """Raise Throttled after 30 searches within one minute, and as `enforce` does."""
    since = context.crypto.at - SEARCH_WINDOW_MICROSECONDS
    if read.exceeded(context.crypto, _SEARCHES, who=context.me, since=since, most=MAX_SEARCHES):
        raise Throttled(gettext_noop("Tìm quá nhiều lần trong một phút. Hãy chờ một chút."), about=context.me)
    enforce(context)
