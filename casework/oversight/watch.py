"""What whoever looks after the book is told at home: where the log ends, and which agencies hang on one person."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.accounts import holding
from casework.accounts.holding import Lonely
from casework.audit import read
from casework.gate import Work
from casework.policy.permit import allowed
from casework.policy.words import Act


@dataclass(frozen=True)
class Watch:
    """The short number of the log, for who may compare it, else empty; and agencies whose cases hang on one person.

    The number stands on no page that a visitor sees: it would tell everybody how much is done here.
    """

    number: str = ""
    lonely: Sequence[Lonely] = ()


def told(work: Work) -> Watch:
    """Return what this person is told."""
    number = read.end(work.hands) if allowed(work.actor, Act.AUDIT_COMPARE) else ""
    return Watch(number=number, lonely=holding.told(work))
