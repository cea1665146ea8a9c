"""Visits of members to the demo, and their sessions; each act goes through the gate as a request does."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from casework import clock
from casework.accounts import own_account_actions
from casework.accounts.sign_in_actions import Unwrapped
from casework.clock import MICROSECOND
from casework.config import Config
from casework.errors import SignInNeeded
from casework.gate import Action, Gate, P, Person, T
from casework.policy.step_up import ProofNeeded
from casework.vault.keys.sessions import SessionToken
from casework.web.session_loading import load_session

# Visits of one member within these minutes belong to one session.
_SAME_SESSION = 10 * 60 * MICROSECOND


def moment(day: date, minutes: int) -> int:
    """Return a moment in microseconds: minutes after midnight, local time."""
    midnight = datetime.combine(day, time(), tzinfo=clock.LOCAL)
    return int((midnight + timedelta(minutes=minutes)).timestamp()) * MICROSECOND


@dataclass
class DemoSession:
    """A member's session; it is loaded again for each act, as for each request."""

    gate: Gate
    config: Config
    opened: Unwrapped
    token: SessionToken

    def perform(self, act: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Perform an act as this member, who steps up the session where a proof is needed."""
        try:
            return self.gate.perform(self._person(), act, *args, **kwargs)
        except ProofNeeded as proof:
            factors, step_up = (self.opened, ""), own_account_actions.step_up
            proven = self.gate.perform(self._person(), step_up, *factors, token=self.token, about=proof.about)
            self.token = proven.token
            return self.gate.perform(self._person(), act, *args, **kwargs)

    def _person(self) -> Person:
        member = load_session(self.gate, self.config, self.token.cookie())
        if member is None:
            raise SignInNeeded
        return member.person


@dataclass(frozen=True)
class Visit:
    """Something that a member does at a moment (microseconds), in a session of theirs."""

    at: int
    username: str
    do: Callable[[DemoSession], None]


def group_visits(visits: Iterable[Visit]) -> Iterator[list[Visit]]:
    """Group visits in the order of time: those of one member that follow one another within minutes."""
    ordered = sorted(visits, key=lambda visit: visit.at)
    group = ordered[:1]
    for before, visit in pairwise(ordered):
        if visit.username != before.username or visit.at - before.at > _SAME_SESSION:
            yield group
            group = []
        group.append(visit)
    if group:
        yield group
