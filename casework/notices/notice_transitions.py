"""The state machine of a notice to the chair as a table: which act leads from which state to which."""

from collections.abc import Mapping

from casework.cases.models import ChairNotice
from casework.cases.states import NoticeState as State
from casework.errors import Conflict
from casework.policy.vocabulary import Act

_STEPS: Mapping[Act, Mapping[str, str]] = {
    Act.NOTICE_OPEN: {State.SENT: State.OPENED},
    Act.NOTICE_ASSIGN: dict.fromkeys((State.OPENED, State.ASSIGNED), State.ASSIGNED),
    Act.NOTICE_ANSWER: dict.fromkeys((State.OPENED, State.ASSIGNED, State.ANSWERED), State.ANSWERED),
    # Where nobody of the commune may be told, the call is the notice itself; elsewhere it hastens one.
    Act.NOTICE_CALL: {State.SENT: State.SENT, State.KIN: State.CITY},
    Act.NOTICE_WITHDRAW: dict.fromkeys(
        (
            State.SENT,
            State.OPENED,
            State.ASSIGNED,
            State.ANSWERED,
            State.SPOKEN,
            State.KIN,
            State.CITY,
            State.SET_ASIDE,
        ),
        State.WITHDRAWN,
    ),
}
# What the people whom it names may do, and what the sending side may do.
RECEIVING = frozenset({Act.NOTICE_OPEN, Act.NOTICE_ASSIGN, Act.NOTICE_ANSWER})
SENDING = frozenset(_STEPS) - RECEIVING


def step(notice: ChairNotice, act: Act) -> None:
    """Put a notice into its next state; raise Conflict if this act does not lead on from its state now."""
    require(notice, act)
    notice.state = _STEPS[act][notice.state]


def require(notice: ChairNotice, act: Act) -> None:
    """Raise Conflict if this act does not lead on from the state of a notice."""
    if not offers(notice.state, act):
        raise Conflict("Tin báo này vừa đổi trạng thái. Hãy mở lại trang để xem.", about=notice.case_id)


def offers(state: str, act: Act) -> bool:
    """Tell whether an act leads on from a state."""
    return state in _STEPS.get(act, {})
