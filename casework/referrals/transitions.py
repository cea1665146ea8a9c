"""The state machine of a referral as a table: which act leads from which state to which."""

from collections.abc import Mapping
from uuid import UUID

from casework.cases.models import Referral
from casework.cases.states import LIVE_REFERRAL, READABLE
from casework.cases.states import ReferralState as State
from casework.errors import Conflict
from casework.policy.vocabulary import Act

_STEPS: Mapping[Act, Mapping[str, str]] = {
    Act.REFERRAL_OPEN: {
        State.SENT: State.OPENED,
        State.OPENED: State.OPENED,
        State.ACCEPTED: State.ACCEPTED,
        State.ASKED: State.ASKED,
        State.DONE: State.DONE,
    },
    Act.REFERRAL_ACCEPT: {State.OPENED: State.ACCEPTED, State.ASKED: State.ACCEPTED},
    Act.REFERRAL_DECLINE: dict.fromkeys((State.OPENED, State.ASKED, State.ACCEPTED), State.DECLINED),
    Act.REFERRAL_ASK: dict.fromkeys((State.OPENED, State.ACCEPTED, State.ASKED), State.ASKED),
    Act.REFERRAL_ANSWER: dict.fromkeys((State.ACCEPTED, State.ASKED, State.DONE), State.DONE),
    Act.REFERRAL_REPLY: {
        State.SENT: State.SENT,
        State.OPENED: State.OPENED,
        State.ACCEPTED: State.ACCEPTED,
        State.ASKED: State.OPENED,
    },
    Act.REFERRAL_CALL: {state: state for state in LIVE_REFERRAL},
    Act.SLIP_MAKE: {state: state for state in LIVE_REFERRAL},
    Act.REFERRAL_CHANGE: {state: state for state in LIVE_REFERRAL},
    Act.REFERRAL_RECORD_ANSWER: dict.fromkeys(READABLE, State.DONE),
    Act.REFERRAL_WITHDRAW: dict.fromkeys(READABLE, State.WITHDRAWN),
}
# What the receiving side may do, and what the sending side may do.
RECEIVING = frozenset(
    {Act.REFERRAL_OPEN, Act.REFERRAL_ACCEPT, Act.REFERRAL_DECLINE, Act.REFERRAL_ASK, Act.REFERRAL_ANSWER}
)
SENDING = frozenset(_STEPS) - RECEIVING


def step(referral: Referral, act: Act, *, state: str) -> None:
    """Put a referral into its next state; raise Conflict if this act does not lead on from its state now."""
    require(referral.case_id, act, state=state)
    referral.state = _STEPS[act][state]


def go_on(referral: Referral, act: Act, *, state: str) -> None:
    """Answer that the work goes on: what was accepted or asked about stays in hand, what is done stays done."""
    require(referral.case_id, act, state=state)
    referral.state = state if state == State.DONE else State.ACCEPTED


def require(case_id: UUID, act: Act, *, state: str) -> None:
    """Raise Conflict if an act does not lead on from a state."""
    if not offers(state, act):
        raise Conflict("Việc chuyển gửi này vừa đổi trạng thái. Hãy mở lại trang để xem.", about=case_id)


def offers(state: str, act: Act) -> bool:
    """Tell whether an act leads on from a state."""
    return state in _STEPS.get(act, {})
