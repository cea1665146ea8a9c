"""A mark beside the database that something in it did not hold, until every row was verified at the console.

The log says so too, but whoever has the database can change the columns by which such a line is found.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from casework import files

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FaultMark:
    """A file with one line, its id in hexadecimal digits, for each commune in which something did not hold."""

    path: Path

    def set(self, commune_id: UUID) -> None:
        """Set the mark; a disk that cannot be written leaves the line of the log alone."""
        try:
            if not self.is_set(commune_id):
                with self.path.open("a", encoding="ascii") as file:
                    file.write(f"{commune_id.hex}\n")
        except OSError:
            log.exception("the mark of a fault could not be written")

    def is_set(self, commune_id: UUID) -> bool:
        """Tell whether the mark is set; one that is no file of ours, or cannot be read, is a mark for everybody."""
        try:
            return commune_id.hex in self._lines()
        except (OSError, ValueError):
            return True

    def clear(self, commune_id: UUID) -> None:
        """Take the mark away, after a verification of every row that found nothing."""
        others = set(self._lines()) - {commune_id.hex}
        if others:
            files.replace(self.path, "".join(f"{line}\n" for line in sorted(others)))
        else:
            self.path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="ascii").split() if self.path.exists() else []
