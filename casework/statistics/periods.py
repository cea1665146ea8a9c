"""Calendar periods of the commune's time: quarters, halves and years, by names such as "2026-Q3"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Self

_NAME = re.compile(r"(\d{4})(?:-([QH])([1-4]))?")


class Cadence(IntEnum):
    """How often a table is published, in months; all of them divide the calendar year."""

    QUARTER = 3
    HALF = 6
    YEAR = 12


_LETTERS = {Cadence.QUARTER: "Q", Cadence.HALF: "H"}


@dataclass(frozen=True)
class Period:
    """The part `index` (from 1) of a calendar year that is cut into parts of `cadence` months."""

    year: int
    cadence: Cadence
    index: int

    @classmethod
    def of(cls, day: date, cadence: Cadence) -> Self:
        """Return the period in which a day lies."""
        return cls(day.year, cadence, (day.month - 1) // cadence + 1)

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read a name back; raise ValueError for one that no period bears."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(name)
        year, letter, index = match.groups()
        cadence = next((length for length, sign in _LETTERS.items() if sign == letter), Cadence.YEAR)
        period = cls(int(year), cadence, int(index or 1))
        if not 1 <= period.last_month <= 12:
            raise ValueError(name)
        return period

    @property
    def name(self) -> str:
        """Return the name under which the period is released."""
        letter = _LETTERS.get(self.cadence)
        return f"{self.year:04}-{letter}{self.index}" if letter else f"{self.year:04}"

    @property
    def last_month(self) -> int:
        """Return the number of its last month, 1 to 12."""
        return self.index * self.cadence

    @property
    def first(self) -> date:
        return date(self.year, self.last_month - self.cadence + 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.last_month, monthrange(self.year, self.last_month)[1])

    @property
    def next_day(self) -> date:
        return self.last + timedelta(days=1)

    @property
    def ends_year(self) -> bool:
        return self.last_month == Cadence.YEAR

    def completes(self, cadence: Cadence) -> bool:
        """Tell whether a period of this cadence ends with it."""
        return self.last_month % cadence == 0
