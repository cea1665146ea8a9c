"""A mark beside the database that something in it did not hold, until every row was verified at the console.

The log says so too, but whoever has the database can change the columns by which such a line is found.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FaultMark:
    """One empty file for each commune in which something did not hold; its name holds the id of the commune."""

    folder: Path

    def set(self, commune_id: UUID) -> None:
        """Set the mark; a disk that cannot be written leaves the line of the log alone."""
        try:
            self._file(commune_id).touch(mode=0o600)
        except OSError:
            log.exception("the mark of a fault could not be written")

    def is_set(self, commune_id: UUID) -> bool:
        return self._file(commune_id).exists()

    def clear(self, commune_id: UUID) -> None:
        """Take the mark away, after a verification of every row that found nothing."""
        self._file(commune_id).unlink(missing_ok=True)

    def _file(self, commune_id: UUID) -> Path:
        return self.folder / f"fault-{commune_id.hex}"
