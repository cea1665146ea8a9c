"""Whether the machine's clock can be believed: a clock that jumped must not let anything run out.

The last moment at which the clock was believed stands in a file beside the database, for people go on writing lines
by a wrong clock too.
"""

from pathlib import Path

from sqlalchemy import select

from casework import clock, files
from casework.audit.models import AuditLine
from casework.config import Config
from casework.gate import ActContext, Gate, Person, action
from casework.maintenance import checkpoints
from casework.policy.permit import Actor
from casework.policy.words import Act, Role

_SLACK = 7 * 24 * 3600 * clock.MICROSECOND
_NAME = "ticked"


def doubtful(config: Config, gate: Gate, *, at: int) -> bool:
    """Tell whether the clock stands before the newest line of a log, or over 7 days after it was last believed."""
    newest, believed = _newest(gate), _believed(config)
    if at < max(newest, believed or 0):
        return True
    return at > (believed if believed is not None else newest) + _SLACK


def believe(config: Config, *, at: int) -> None:
    """Note that the clock was believed at a moment."""
    files.replace(_path(config), f"{at}\n")


def confirm(config: Config, gate: Gate) -> None:
    """Let a person say that the clock is right, with a line in every log."""
    for commune_id in checkpoints.communes(gate):
        gate.perform(Person(Actor(commune_id, None, (Role.CONSOLE,)), commune_id), note_confirmed)
    believe(config, at=clock.micros())


@action(Act.CLOCK_CONFIRM)
def note_confirmed(context: ActContext) -> None:
    """Write in the log that a person has looked at the machine's clock and found it right."""
    context.about = None


def since_believed(config: Config, *, at: int) -> int | None:
    """Return how long ago the clock was last believed, None if it never was."""
    believed = _believed(config)
    return None if believed is None else at - believed


def _newest(gate: Gate) -> int:
    """Return the moment of the newest line of any commune; the newest is the one with the largest number."""
    found = 0
    with gate.database.read_only() as session:
        for commune_id in checkpoints.communes(gate):
            line = select(AuditLine.at).where(AuditLine.commune_id == commune_id).order_by(AuditLine.n.desc())
            found = max(found, session.execute(line.limit(1)).scalar_one_or_none() or 0)
    return found


def _believed(config: Config) -> int | None:
    try:
        return int(_path(config).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _path(config: Config) -> Path:
    return config.data / _NAME
