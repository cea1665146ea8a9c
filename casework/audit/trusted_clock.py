"""The last moment at which the machine's clock was trusted, in a file outside the database.

People write lines to the log by a wrong clock too, so the log cannot say it.
"""

from pathlib import Path

from casework import clock, files

_SLACK = 7 * 24 * 3600 * clock.MICROSECOND
_NAME = "ticked"


class TrustedClock:
    """The file of one installation."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def moment(self) -> int | None:
        """Return when the clock was last trusted, in microseconds; None if it never was."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def trust(self, at: int) -> None:
        """Note that the clock was trusted at a moment (microseconds)."""
        files.replace(self._path, f"{at}\n")

    def doubts(self, at: int, *, newest_line: int) -> bool:
        """Tell whether a moment is before the newest line of a log, or over 7 days after the clock was trusted."""
        trusted = self.moment()
        return at < max(newest_line, trusted or 0) or at > (newest_line if trusted is None else trusted) + _SLACK
