"""Who comes to her desk when, and what she does there; each act goes through the gate as a request would."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from casework import clock
from casework.accounts import own_account
from casework.accounts.actions import Unwrapped
from casework.clock import MICROSECOND
from casework.config import Config
from casework.errors import SignInNeeded
from casework.gate import Action, Gate, P, Person, T
from casework.policy.proof import ProofNeeded
from casework.vault.keys.sessions import SessionToken
from casework.web.session_loading import load_session

# Who comes back to her desk within these minutes has not left it.
_STAYS = 10 * 60 * MICROSECOND


def moment(day: date, minutes: int) -> int:
    """Return the microseconds of some minutes after midnight of a day of the commune."""
    midnight = datetime.combine(day, time(), tzinfo=clock.LOCAL)
    return int((midnight + timedelta(minutes=minutes)).timestamp()) * MICROSECOND


@dataclass
class DemoSession:
    """Somebody at her desk with a session of her own; each act recognises her anew, as each request does."""

    gate: Gate
    config: Config
    opened: Unwrapped
    token: SessionToken

    def perform(self, act: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do an act as this person, who proves once more who she is where she is asked to."""
        try:
            return self.gate.perform(self._person(), act, *args, **kwargs)
        except ProofNeeded as proof:
            person, factors = self._person(), (self.opened, "")
            self.token = self.gate.perform(
                person, own_account.step_up, *factors, token=self.token, about=proof.about
            ).token
            return self.gate.perform(self._person(), act, *args, **kwargs)

    def _person(self) -> Person:
        member = load_session(self.gate, self.config, self.token.cookie())
        if member is None:
            raise SignInNeeded
        return member.person


@dataclass(frozen=True)
class Visit:
    """Somebody signs in at a moment, does something and signs out."""

    at: int
    username: str
    do: Callable[[DemoSession], None]


def group_visits(visits: Iterable[Visit]) -> Iterator[list[Visit]]:
    """Put visits that follow one another by the same person within minutes into one sitting, in the order of time."""
    ordered = sorted(visits, key=lambda visit: visit.at)
    group = ordered[:1]
    for before, visit in pairwise(ordered):
        if visit.username != before.username or visit.at - before.at > _STAYS:
            yield group
            group = []
        group.append(visit)
    if group:
        yield group
