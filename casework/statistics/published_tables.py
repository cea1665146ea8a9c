"""The content of a release: rounded tables of one period as canonical JSON, without any true count."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from casework.statistics.periods import Period
from casework.statistics.plan import Cell

_LAYOUT = 1


@dataclass(frozen=True)
class Published:
    """One release: for each table of the plan its rounded cells, and the names of the tables that were withheld.

    `bound` is how far any year-to-date count of this release may lie from the truth.
    """

    number: int
    period: Period
    size: str
    bound: int
    tables: Mapping[str, Mapping[Cell, int]]
    withheld: tuple[str, ...]

    @property
    def is_first(self) -> bool:
        """Tell whether it is of the period in which the commune was founded, which need not be a whole one."""
        return self.number == 1

    @property
    def cells(self) -> dict[Cell, int]:
        return {cell: count for cells in self.tables.values() for cell, count in cells.items()}

    def body(self) -> str:
        """Return the one JSON text of this release."""
        fields = {
            "bound": self.bound,
            "layout": _LAYOUT,
            "number": self.number,
            "period": self.period.name,
            "size": self.size,
            "tables": {name: {cell.key: n for cell, n in cells.items()} for name, cells in self.tables.items()},
            "withheld": list(self.withheld),
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_body(cls, body: str) -> Self:
        """Read a release back."""
        fields: dict[str, Any] = json.loads(body)
        return cls(
            number=fields["number"],
            period=Period.parse(fields["period"]),
            size=fields["size"],
            bound=fields["bound"],
            tables={name: cells_of(cells) for name, cells in fields["tables"].items()},
            withheld=tuple(fields["withheld"]),
        )


def cells_of(named: Mapping[str, int]) -> dict[Cell, int]:
    """Parse counts by the keys of their cells, "table|code"."""
    return {Cell(*name.split("|")): count for name, count in named.items()}


def year_to_date(releases: Iterable[Published]) -> Counter[Cell]:
    """Add up what the releases of one year have published so far."""
    summed: Counter[Cell] = Counter()
    for release in releases:
        summed.update(release.cells)
    return summed
