"""Who comes to her desk when, and what she does there; each act goes through the gate as a request would."""

from collections.abc import Callable
from dataclasses import dataclass

from casework.config import Config
from casework.errors import SignInNeeded
from casework.gate import Action, Gate, P, T
from casework.web.people import recognise


@dataclass(frozen=True)
class Seat:
    """Somebody at her desk with a session of her own; each act recognises her anew, as each request does."""

    gate: Gate
    config: Config
    cookie: str

    def perform(self, doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do an act as this person."""
        found = recognise(self.gate, self.config, self.cookie)
        if found is None:
            raise SignInNeeded
        return self.gate.perform(found.person, doing, *args, **kwargs)


@dataclass(frozen=True)
class Visit:
    """Somebody signs in at a moment, does something and signs out."""

    at: int
    username: str
    do: Callable[[Seat], None]
