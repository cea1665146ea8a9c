"""A day of which only the month or the year is known, as ISO 8601 writes it with reduced precision ("2026-06")."""

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PartialDate:
    """Some day of a month, or of a year where the month is not known either."""

    year: int
    month: int | None = None

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def last(self) -> date:
        month = self.month or 12
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def isoformat(self) -> str:
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"


def parse(text: str) -> date | PartialDate:
    """Read "2026-06-03", "2026-06" or "2026"; raises ValueError for anything else."""
    if len(text) > 7:
        return date.fromisoformat(text)
    year, _, month = text.partition("-")
    read = PartialDate(int(year), int(month) if month else None)
    date(read.year, read.month or 1, 1)
    return read


def bounds(text: str) -> tuple[date, date]:
    """Return the first and the last day that a date may mean."""
    read = parse(text)
    return (read.first, read.last) if isinstance(read, PartialDate) else (read, read)
