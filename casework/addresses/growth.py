"""How the register grew: addresses by hamlet, and by year what the plan asks the Women's Union to spread (171 IV.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.cases.states import AddressState
from casework.cases.trusted_addresses import AddressRegister, TrustedAddress

_MOST_YEARS = 5


@dataclass(frozen=True)
class GrowthYear:
    """What a year brought: how many stood at its end (this year: today), were new, were given up, had a training."""

    year: int
    standing: int
    added: int
    given_up: int
    trained: int


@dataclass(frozen=True)
class Growth:
    """Addresses by hamlet, hamlets without one, the years; `undated` are those of which no beginning is known."""

    hamlets: tuple[tuple[str, int], ...]
    without: tuple[str, ...]
    years: tuple[GrowthYear, ...]
    undated: int


def growth_of(register: AddressRegister, today: date) -> Growth:
    """Count the addresses of a register; those whose beginning nobody knows stand in every year and are new in none."""
    counts = dict.fromkeys(register.hamlets, 0)
    for place in register.standing:
        counts[place.entry.hamlet] = counts.get(place.entry.hamlet, 0) + 1
    return Growth(
        hamlets=tuple(counts.items()),
        without=tuple(hamlet for hamlet, count in counts.items() if not count),
        years=_years(register.places, today),
        undated=sum(not began(place) for place in register.places),
    )


def began(place: TrustedAddress) -> str:
    """Return the day since which an address is one, in ISO 8601: recognised, else entered here; empty if unknown."""
    entered = place.history.states[0][0] if place.history.states else ""
    return min(filter(None, (place.entry.recognised, entered)), default="")


def _ended(place: TrustedAddress) -> str:
    return next((day for day, state in place.history.states if state == AddressState.RETIRED), "")


def _years(places: Sequence[TrustedAddress], today: date) -> tuple[GrowthYear, ...]:
    known = [int(began(place)[:4]) for place in places if began(place)]
    first = max(min(known, default=today.year), today.year - _MOST_YEARS + 1)
    return tuple(_year(places, year) for year in range(first, today.year + 1))


def _year(places: Sequence[TrustedAddress], year: int) -> GrowthYear:
    name, last = str(year), f"{year}-12-31"
    standing = [place for place in places if began(place) <= last and not ("" < _ended(place) <= last)]
    return GrowthYear(
        year,
        standing=len([place for place in standing if _ended(place) or not place.retired]),
        added=sum(began(place)[:4] == name for place in places),
        given_up=sum(_ended(place)[:4] == name for place in places),
        trained=sum(any(day[:4] == name for day, _what in place.history.trainings) for place in places),
    )
