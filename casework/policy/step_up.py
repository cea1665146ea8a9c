"""Step-up authentication: when a member last proved who they are, and whether that is fresh enough for an act."""

from dataclasses import dataclass
from uuid import UUID

from casework import clock
from casework.clock import MICROSECOND
from casework.errors import SignInNeeded
from casework.policy.permit import Permit
from casework.policy.vocabulary import Act, StepUp

_NOW_SECONDS, _CASE_SECONDS = 5 * 60, 30 * 60


class ProofNeeded(SignInNeeded):
    """Who is signed in must prove once more who they are before this act; nothing was done.

    Raised by `demand`; the web asks for passphrase or digits and then leads back (accounts/).
    """

    def __init__(self, act: Act, about: UUID | None) -> None:
        super().__init__("Hãy xác nhận lại mình là ai.", about=about)
        self.act = act


@dataclass(frozen=True)
class Proof:
    """When a member last proved who they are (microseconds), and for which case, if it was for one."""

    at: int = 0
    about: UUID | None = None

    def covers(self, about: UUID | None = None) -> bool:
        """Tell whether it is younger than 5 minutes, or than 30 for the case that it was about."""
        since = clock.micros() - self.at
        if 0 <= since < _NOW_SECONDS * MICROSECOND:
            return True
        return about is not None and about == self.about and 0 <= since < _CASE_SECONDS * MICROSECOND


NEVER = Proof()


def demand(permit: Permit, proof: Proof, about: UUID | None) -> None:
    """Raise ProofNeeded where the table wants a fresh proof of a person; console and system can give none."""
    if permit.stepup is StepUp.NONE or permit.actor.member_id is None:
        return
    if not proof.covers(about if permit.stepup is StepUp.CASE else None):
        raise ProofNeeded(permit.act, about)
