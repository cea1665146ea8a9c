"""How fast one person may open cases and search: whoever leafs through the book is stopped, and that is told."""

from casework import clock
from casework.audit import read
from casework.errors import Throttled, gettext_noop
from casework.gate import ActContext
from casework.policy.words import Act

OPENINGS = frozenset({Act.CASE_READ, Act.SECTION_READ, Act.SECTION_HISTORY, Act.NAME_SHOW, Act.CASE_SEARCH})
MAX_OPENINGS = 200
WINDOW_MICROSECONDS = 10 * 60 * clock.MICROSECOND


def enforce(context: ActContext) -> None:
    """Raise Throttled, about this very person, if she has opened or searched 200 times within ten minutes."""
    since = context.crypto.at - WINDOW_MICROSECONDS
    if context.permit.act in OPENINGS and read.exceeded(
        context.crypto, OPENINGS, who=context.me, since=since, most=MAX_OPENINGS
    ):
        raise Throttled(gettext_noop("Bạn đã mở quá nhiều trong vài phút. Hãy chờ mười phút."), about=context.me)
