"""Whether those who look after the log must be told that its checkpoints are missing; looked up once a minute."""

from dataclasses import dataclass, field
from uuid import UUID

from casework import clock
from casework.config import Config
from casework.keeping import checkpoints

_FRESH = 60 * clock.MICROSECOND


@dataclass
class Alarm:
    """Remembers for each commune when it was looked up and what was found."""

    config: Config
    _found: dict[UUID, tuple[int, bool]] = field(default_factory=dict)

    def rings(self, commune_id: UUID) -> bool:
        """Tell whether the log of a commune has had no checkpoint for 26 hours."""
        at = clock.micros()
        known = self._found.get(commune_id)
        if known is None or not 0 <= at - known[0] < _FRESH:
            known = self._found[commune_id] = (at, checkpoints.missing(self.config, commune_id, at=at))
        return known[1]
