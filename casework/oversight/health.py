"""What an administrator looks at first: when the log was verified, when a backup was made, who waits to be let in."""

from dataclasses import dataclass

from casework.accounts import staff
from casework.audit import read
from casework.clock import MICROSECOND
from casework.gate import ActContext
from casework.policy.vocabulary import Act
from casework.vault.states import MemberState

# A night may be missed; a second one without a backup is looked into.
_LATE_MICROSECONDS = 48 * 60 * 60 * MICROSECOND


@dataclass(frozen=True)
class Health:
    """Moments in microseconds, 0 for never; names of who was invited, and of who waits for a colleague's word."""

    verified: int
    backup: int
    now: int
    invited: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def backup_is_late(self) -> bool:
        return self.now - self.backup > _LATE_MICROSECONDS

    @property
    def verification_is_late(self) -> bool:
        return self.now - self.verified > _LATE_MICROSECONDS


def of_book(context: ActContext) -> Health:
    """Return the health of the book of the actor's commune, from its log and the states of its members."""
    verified, backup = (
        read.last_outcome(context.crypto, act, context.commune_id) for act in (Act.AUDIT_VERIFY, Act.BACKUP_MAKE)
    )
    members = staff.colleagues(context)
    names = {
        state: tuple(member.name for member in members if member.state == state)
        for state in (MemberState.INVITED, MemberState.WAITING)
    }
    return Health(
        verified=verified[0] if verified else 0,
        backup=backup[0] if backup else 0,
        now=context.crypto.at,
        invited=names[MemberState.INVITED],
        waiting=names[MemberState.WAITING],
    )
