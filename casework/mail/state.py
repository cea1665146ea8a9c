"""What became of the mail: a small file beside the database, with moments and ids and no address.

It is no part of the book: no backup brings it back, and without it the worst is one message more.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock

from casework import clock, files
from casework.mail.smtp import FAULTS, REFUSED

_HOUR = 3600 * clock.MICROSECOND
# A run of the timer is some minutes off; the next one after an hour shall not be missed.
_FIRST_WAIT, _LONGEST_WAIT = _HOUR - _HOUR // 6, 24 * _HOUR
_MOST_REFUSALS = 3
_LOCK_SECONDS = 10


@dataclass(frozen=True)
class Attempts:
    """How it went with the server, or with one address: moments in microseconds, 0 for never; `fault` is the last."""

    sent: int = 0
    failed: int = 0
    failures: int = 0
    fault: str = ""

    def succeed(self, at: int) -> "Attempts":
        return replace(self, sent=at, failures=0, fault="")

    def fail(self, at: int, fault: str) -> "Attempts":
        return replace(self, failed=at, failures=self.failures + 1, fault=fault)

    def waits(self, at: int) -> bool:
        """Tell whether it is too early to try again: after an hour, then two, four, at last a day."""
        if not self.failures:
            return False
        wait = min(_FIRST_WAIT * 2 ** min(self.failures - 1, 10), _LONGEST_WAIT)
        return bool(0 <= at - self.failed < wait)

    @property
    def given_up(self) -> bool:
        """Tell whether an address was refused so often that nothing is sent there until it is confirmed anew."""
        return self.fault == REFUSED and self.failures >= _MOST_REFUSALS


@dataclass(frozen=True)
class MailState:
    """How it went with the server, with each address by the id of its row, and since when the alert is on (0: off)."""

    server: Attempts = Attempts()
    rows: Mapping[str, Attempts] = field(default_factory=dict)
    alarmed: int = 0

    def of(self, row_id: object) -> Attempts:
        return self.rows.get(str(row_id), Attempts())

    def with_row(self, row_id: object, attempts: Attempts) -> "MailState":
        return replace(self, rows={**self.rows, str(row_id): attempts})


def read(path: Path) -> MailState:
    """Read the file; one that is missing or damaged says that nothing was ever sent."""
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        rows = {row_id: _attempts(one) for row_id, one in raw["rows"].items()}
        return MailState(_attempts(raw["server"]), rows, int(raw["alarmed"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return MailState()


def change(path: Path, how: Callable[[MailState], MailState]) -> MailState:
    """Replace what the file says; one process at a time. Raises OSError if that cannot be written."""
    with FileLock(path.with_name(path.name + ".lock"), timeout=_LOCK_SECONDS, mode=0o600):
        changed = how(read(path))
        files.replace(path, json.dumps(asdict(changed)))
    return changed


def _attempts(raw: Mapping[str, object]) -> Attempts:
    attempts = Attempts(**raw)  # type: ignore[arg-type]
    numbers = (attempts.sent, attempts.failed, attempts.failures)
    if not all(isinstance(number, int) for number in numbers) or attempts.fault not in ("", *FAULTS):
        raise ValueError("mail state")
    return attempts
