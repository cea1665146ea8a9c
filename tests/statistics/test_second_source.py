"""The attacker with the observer's pages beside the releases finds nothing more; with the numbers of acts, they did."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from casework import clock
from casework.audit import read, write
from casework.audit.chain import LogEntry
from casework.oversight import actions as oversight
from casework.oversight import log_export
from casework.oversight.actions import Week
from casework.policy.vocabulary import Act
from casework.statistics.attacker import Attacker, Constraint
from casework.statistics.plan import TOTAL
from casework.vault.integrity.signed_rows import attach_keys
from tests.house import House, only_sqlite
from tests.people import THANH_SON
from tests.statistics.simulated import Commune, commune, quarters_of
from tests.statistics.test_attacker import GROUPS, found_by, told_by, truth_of
from tests.statistics.timeline import Timeline, first_of

# What every case does exactly once, and what it does at least once; in all it has so many lines at least.
ONCE = (Act.DRAFT_START, Act.CASE_OPEN)
AT_LEAST_ONCE = (Act.INTAKE_BEGIN, Act.DRAFT_SAVE, Act.CASE_READ)
LINES = len(ONCE) + len(AT_LEAST_ONCE)
YEAR = 2031


def lines_of(cases: int, quarter: Sequence[date], rng: random.Random) -> list[LogEntry]:
    """Return the lines of a quarter: what its cases leave, and what is done every week without one."""
    done: list[tuple[date, Act]] = []
    for _ in range(cases):
        day = quarter[0] + timedelta(days=rng.randrange(20, 60))
        repeated = [act for act in AT_LEAST_ONCE for _ in range(rng.randint(1, 6))]
        done += [(day, act) for act in (*ONCE, *repeated)]
    for week in range(13):
        done += [(quarter[0] + timedelta(days=7 * week), act) for act in (Act.SECOND_FACTOR, Act.HOME_READ)]
    in_order = sorted(done, key=lambda one: one[0])
    return [LogEntry(midday(day), act, "counsellor", None, uuid4(), "ok", "") for day, act in in_order]


def midday(day: date) -> int:
    return int(datetime.combine(day, time(12), clock.LOCAL).timestamp()) * clock.MICROSECOND


def write_lines(house: House, entries: Sequence[LogEntry]) -> None:
    keys = house.gate.server_keys(THANH_SON)
    with house.gate.database.transaction(None, THANH_SON) as session:
        attach_keys(session, keys)
        write.append(session, keys, entries)


def number_of_lines(house: House) -> int:
    """Return how long the log is, as the observer's first page says."""
    with house.crypto() as crypto:
        return int(read.log_end(crypto).partition("-")[0])


def watched(house: House, year: int, cases: Sequence[int]) -> tuple[list[Week], list[int]]:
    """Live a year of so many cases in each quarter; return every week that the observer was shown, and the lengths."""
    timeline, rng = Timeline(house, first_of(house)), random.Random(year)
    weeks: list[Week] = []
    lengths = [number_of_lines(house)]
    for quarter, count in zip(quarters_of(year), cases, strict=True):
        write_lines(house, lines_of(count, (quarter.first, quarter.last), rng))
        lengths.append(number_of_lines(house))
        with timeline.on(quarter.last):
            shown = house["quang"].does(oversight.read_log).week
            assert shown is not None
            exported = house["quang"].does(log_export.export_log, 13).weeks
            weeks += [week for week in (*exported, shown) if week not in weeks]
        lengths[-1] = number_of_lines(house)
    return weeks, lengths


def seen_in(weeks: Iterable[Week], year: int) -> list[Counter[str]]:
    """Add up what the observer was shown, quarter by quarter."""
    return [
        sum((Counter(dict(week.totals)) for week in weeks if quarter.first <= week.first <= quarter.last), Counter())
        for quarter in quarters_of(year)
    ]


def concluded(numbers: Sequence[Mapping[str, int]], lines: Sequence[int]) -> list[Constraint]:
    """Say what these numbers of acts tell of the cases of each quarter; an act that is never shown tells nothing."""
    shown = {act for quarter in numbers for act in quarter}
    told = []
    for step, (quarter, added) in enumerate(zip(numbers, lines, strict=True)):
        most = [quarter.get(act, 0) for act in AT_LEAST_ONCE if act in shown]
        told.append(Constraint(TOTAL, step, step, 0, min([*most, (added - sum(quarter.values())) // LINES])))
        exact = [quarter.get(act, 0) for act in ONCE if act in shown]
        told += [Constraint(TOTAL, step, step, count, count) for count in exact]
    return told


def pinned(house: House, seeds: Iterable[int]) -> int:
    """Count what the releases of these communes and the observer's pages about the same years give away together."""
    found = 0
    for year, seed in enumerate(seeds, start=YEAR):
        simulated = commune(seed, cases=1 + seed % 4)
        weeks, lengths = watched(house, year, totals(simulated))
        added = [after - before for before, after in pairwise(lengths)]
        told = concluded(seen_in(weeks, year), added)
        found += len(found_by(Attacker(GROUPS, (*told_by(simulated), *told)), truth_of(simulated)))
    return found


def totals(simulated: Commune) -> list[int]:
    return [quarter[TOTAL] for quarter in simulated.quarters]


@only_sqlite
def test_the_observer_s_pages_pin_nothing_beside_the_releases(house: House):
    assert pinned(house, range(8)) == 0


@pytest.mark.prove
@only_sqlite
def test_the_observer_s_pages_pin_nothing_of_three_hundred_communes(house: House):
    assert pinned(house, range(2000, 2300)) == 0


def test_the_numbers_of_acts_that_the_page_once_showed_pin_many():
    found = 0
    for seed in range(8):
        simulated = commune(seed, cases=1 + seed % 4)
        once_shown: list[dict[str, int]] = [dict.fromkeys(ONCE, count) for count in totals(simulated)]
        told = concluded(once_shown, [10_000] * 4)
        found += len(found_by(Attacker(GROUPS, (*told_by(simulated), *told)), truth_of(simulated)))
    assert found > 8
