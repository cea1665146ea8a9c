"""Whether the machine's clock can be trusted: a clock that jumped must not let anything expire."""

from sqlalchemy import select

from casework import clock
from casework.audit.models import AuditLine
from casework.audit.trusted_clock import TrustedClock
from casework.config import Config
from casework.gate import ActContext, Gate, action
from casework.maintenance.system_actors import commune_ids, console_of
from casework.policy.vocabulary import Act


def doubtful(config: Config, gate: Gate, *, at: int) -> bool:
    """Tell whether the clock stands before the newest line of a log, or over 7 days after it was last trusted."""
    return TrustedClock(config.data).doubts(at, newest_line=_newest_line_at(gate))


def trust(config: Config, *, at: int) -> None:
    """Note that the clock was trusted at a moment (microseconds)."""
    TrustedClock(config.data).trust(at)


def confirm(config: Config, gate: Gate) -> None:
    """Let a person say that the clock is right, with a line in every log."""
    for commune_id in commune_ids(gate):
        gate.perform(console_of(commune_id), note_confirmed)
    trust(config, at=clock.micros())


@action(Act.CLOCK_CONFIRM)
def note_confirmed(context: ActContext) -> None:
    """Write in the log that a person has looked at the machine's clock and found it right."""
    context.about = None


def since_trusted(config: Config, *, at: int) -> int | None:
    """Return how many microseconds ago the clock was last trusted, None if it never was."""
    trusted = TrustedClock(config.data).moment()
    return None if trusted is None else at - trusted


def _newest_line_at(gate: Gate) -> int:
    """Return the moment of the newest line of any commune; the newest is the one with the largest number."""
    newest = 0
    with gate.database.read_only() as session:
        for commune_id in commune_ids(gate):
            line = select(AuditLine.at).where(AuditLine.commune_id == commune_id).order_by(AuditLine.n.desc())
            newest = max(newest, session.execute(line.limit(1)).scalar_one_or_none() or 0)
    return newest
