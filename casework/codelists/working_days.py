"""Working days of a commune office: neither Saturday nor Sunday, nor one of `holidays.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from casework.codelists.parsing import FILES

SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Days off by "MM-DD" in every year, periods off, and Saturdays worked."""

    yearly: frozenset[str]
    periods: tuple[tuple[date, date], ...]
    worked: frozenset[date]

    def works(self, day: date) -> bool:
        if day in self.worked:
            return True
        off = f"{day:%m-%d}" in self.yearly or any(first <= day <= last for first, last in self.periods)
        return day.weekday() < SATURDAY and not off


@cache
def calendar() -> Calendar:
    raw: Mapping[str, Any] = tomllib.loads(FILES.joinpath("holidays.toml").read_text(encoding="utf-8"))
    return Calendar(
        yearly=frozenset(raw["yearly"]),
        periods=tuple((period["first"], period["last"]) for period in raw["period"]),
        worked=frozenset(date.fromisoformat(day) for day in raw["worked"]),
    )


def working_day_after(day: date, count: int) -> date:
    """Return the working day that is the `count`-th after a day, which is not counted itself."""
    while count:
        day += timedelta(days=1)
        count -= calendar().works(day)
    return day
