"""A release is drawn safely or not at all: tables add up over parts and quarters, and what is unsafe is left out."""

from collections import Counter
from dataclasses import replace
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

import pytest

from casework.cases.sections import Facts
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import TOTAL, Cell, plan, read
from casework.statistics.published_tables import Published, year_to_date
from casework.statistics.release_draft import MAX_SOLVED, REDRAWS, DraftedRelease, ReleaseDraft, Year
from casework.statistics.rounding import FAR, Ties
from tests.statistics.simulated import commune, published, quarters_of

S1 = plan().classes["S1"]
# A smaller plan, so that one can see what is left out.
SEXES = read(
    """
    [tables.total]
    vi = "Tổng"
    en = "All"
    weight = 60
    [tables.sex]
    vi = "Giới tính"
    en = "Sex"
    weight = 6
    fact = "sex"
    codelist = "sex"
    unknown = "KHAC_KHONG_GHI"
    [classes.S1]
    quarter = ["total", "sex"]
    """
)


@pytest.mark.parametrize("seed", range(10))
def test_tables_and_quarters_add_up(seed):
    releases = published(commune(seed).releases())
    for release in releases:
        for name, cells in release.tables.items():
            for group in plan().tables[name].groups if name != "age" else ():
                assert sum(cells[cell] for cell in group.cells) == release.cells[TOTAL]
    year = year_to_date(releases)
    assert sum(year[cell] for cell in plan().tables["age"].cells) == year[TOTAL]


@pytest.mark.parametrize("seed", range(10))
def test_the_year_to_date_lies_within_the_bound_that_is_printed(seed):
    simulated, truth = commune(seed), Counter[Cell]()
    releases = published(simulated.releases())
    for step, release in enumerate(releases):
        truth.update(simulated.quarters[step])
        so_far = year_to_date(releases[: step + 1])
        assert all(abs(so_far[cell] - truth[cell]) <= release.bound <= FAR for cell in release.cells)
        assert all(count >= 0 and count % 3 == 0 for count in release.cells.values())


def test_every_quarter_lies_within_the_bounds_of_both_its_ends():
    """So what a page says of a zero is true."""
    for seed in range(40):
        simulated = commune(seed)
        releases = published(simulated.releases())
        for place, release in enumerate(releases):
            reach = release.bound + (releases[place - 1].bound if place else 0)
            quarterly = [table for table in release.tables if table != "age"]
            for cell in (cell for table in quarterly for cell in plan().tables[table].cells):
                assert abs(simulated.quarters[place][cell] - release.cells[cell]) <= reach


def test_drawing_again_gives_the_same_release():
    assert published(commune(3).releases("S2")) == published(commune(3).releases("S2"))


@pytest.mark.parametrize("size", ["S1", "S2"])
def test_nothing_has_to_be_left_out_of_simulated_communes(size):
    for seed in range(15):
        assert {release.withheld for release in published(commune(seed).releases(size))} == {()}


def test_a_small_commune_publishes_halves_and_a_year():
    simulated = commune(5, cases=8)
    halves = (simulated.quarters[0] + simulated.quarters[1], simulated.quarters[2] + simulated.quarters[3])
    releases: tuple[Published, ...] = ()
    for index in (1, 2):
        year = Year(releases, halves[:index])
        half = Period(2026, Cadence.HALF, index)
        made = ReleaseDraft(plan(), plan().classes["S0"], half, index, year, Ties(simulated.key)).draw()
        releases += (made.published,)
    assert [list(release.tables) for release in releases] == [["total"], ["total", "form", "sex", "age"]]
    year_sex = sum(releases[1].tables["sex"].values())
    assert year_sex == year_to_date(releases)[TOTAL]


def test_nothing_true_stands_in_a_release():
    release = commune(1).releases()[0].published
    assert Published.from_body(release.body()) == release
    assert all(count % 3 == 0 for count in release.cells.values())


def impossible_year() -> Year:
    """A year whose first release said more of each sex than the year to date can bear."""
    cells = plan().tables["sex"].cells
    first = Published(1, quarters_of(2026)[0], "S1", 5, {"total": {TOTAL: 3}, "sex": dict.fromkeys(cells, 6)}, ())
    small = Counter({TOTAL: 1, cells[0]: 1, Cell("form.THAN_THE", "yes"): 1})
    small.update({group.cells[1]: 1 for group in plan().tables["form"].groups if group.code != "THAN_THE"})
    return Year((first,), (small, Counter()))


def test_a_table_that_cannot_add_up_is_left_out_and_said_so():
    made = ReleaseDraft(plan(), S1, quarters_of(2026)[1], 2, impossible_year(), Ties(bytes(32))).draw()
    assert made.published.withheld == ("sex",)
    assert set(made.published.tables) == {"total", "form"}


def test_what_was_left_out_stays_out_until_the_year_is_over():
    year = impossible_year()
    second = ReleaseDraft(plan(), S1, quarters_of(2026)[1], 2, year, Ties(bytes(32))).draw().published
    later = Year((*year.releases, second), (*year.truth, Counter()))
    third = ReleaseDraft(plan(), S1, quarters_of(2026)[2], 3, later, Ties(bytes(32))).draw().published
    assert third.withheld == ("sex",)


def six_cases() -> Counter[Cell]:
    """Six cases, one of them a man's: the total is not small, some of its parts are."""
    women = [Facts(sex="NU", types=("THAN_THE",), detailed="yes")] * 5
    return plan().tally([*women, Facts(sex="NAM", types=("THAN_THE",), detailed="yes")])


def drawn_with(key: bytes, *, min_spread: int, draw: int = 0) -> DraftedRelease:
    year = Year((), (six_cases(),))
    return ReleaseDraft(SEXES, SEXES.classes["S1"], quarters_of(2026)[0], 1, year, Ties(key, draw), min_spread).draw()


def test_a_table_that_leaves_too_little_doubt_is_left_out():
    made = drawn_with(bytes(32), min_spread=6)
    assert made.published.withheld == ("sex",)
    assert made.published.tables == {"total": {TOTAL: 6}}


def test_ties_are_drawn_again_before_a_table_is_left_out():
    """A count of 1 rounded down to 0 may be 0 to 2; rounded up to 3 it may be 1 to 5, which is doubt enough."""
    keys = [bytes([number]) * 32 for number in range(12)]
    made = [drawn_with(key, min_spread=4) for key in keys]
    assert {release.published.withheld for release in made} == {()}
    assert {release.published.cells[Cell("sex", "NAM")] for release in made} == {3}
    draws = [release.ties.draw for release in made]
    assert 0 in draws
    assert max(draws) > 0
    assert max(draws) <= REDRAWS
    # Ties that were drawn again stay so for the rest of the year.
    again = draws.index(max(draws))
    assert drawn_with(keys[again], min_spread=4, draw=draws[again]) == made[again]


def wide_year() -> tuple[Year, bytes]:
    """Three quarters of a commune, each declared to lie as much as 3 off, and the truth of the fourth."""
    simulated, releases, ties = commune(1), tuple[Published, ...](), Ties(commune(1).key)
    for number, quarter in enumerate(quarters_of(2026)[:3], start=1):
        made = ReleaseDraft(
            plan(), plan().classes["S2"], quarter, number, Year(releases, simulated.quarters[:number]), ties
        ).draw()
        releases, ties = (*releases, replace(made.published, bound=3)), made.ties
    return Year(releases, simulated.quarters), simulated.key


def drawn_after_three_wide(**demands: int) -> DraftedRelease:
    year, key = wide_year()
    return ReleaseDraft(plan(), plan().classes["S2"], quarters_of(2026)[3], 4, year, Ties(key), **demands).draw()


def test_a_release_after_three_with_a_large_deviation_is_drawn_all_the_same():
    """Their 36 ways each multiply to 46,656; two databases that differ are found long before all were looked at."""
    made = drawn_after_three_wide()
    assert (made.published.withheld, made.given_up) == ((), False)
    assert 0 < made.solved < MAX_SOLVED / 4


def test_what_cannot_be_decided_within_bounds_is_withheld_and_said_so():
    """Nobody is ever left in doubt by 10,000: every way would be looked at, and each table be drawn 21 times."""
    before, begun = getrusage(RUSAGE_SELF).ru_maxrss, perf_counter()
    made = drawn_after_three_wide(min_spread=10_000)
    assert made.published.tables == {}
    assert made.given_up
    assert made.solved <= MAX_SOLVED
    # Generous, for the machine may be busy: all of them would take many minutes, and 6 GB.
    assert perf_counter() - begun < 60
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 300_000


def test_if_not_even_the_total_is_safe_the_release_is_empty():
    year = Year((), (Counter({TOTAL: 4, Cell("sex", "NU"): 4}),))
    made = ReleaseDraft(SEXES, SEXES.classes["S1"], quarters_of(2026)[0], 1, year, Ties(bytes(32)), 9).draw()
    assert made.published.tables == {}
    assert made.published.withheld == ("total", "sex")


def test_an_owned_up_deviation_is_part_of_what_the_attacker_knows():
    """A year in which the second release had to own up to more than 2 is still safe to go on with."""
    sexes = plan().tables["sex"].cells
    first = Published(
        1, quarters_of(2026)[0], "S1", 2, {"total": {TOTAL: 12}, "sex": dict(zip(sexes, (6, 3, 3), strict=True))}, ()
    )
    truth = (Counter({TOTAL: 12} | dict(zip(sexes, (5, 5, 2), strict=True))), Counter({TOTAL: 1, sexes[1]: 1}))
    before = Published(2, quarters_of(2026)[1], "S1", 3, {"total": {TOTAL: 0}, "sex": dict.fromkeys(sexes, 0)}, ())
    year = Year((first, before), (*truth, Counter({TOTAL: 2, sexes[0]: 2})))
    made = ReleaseDraft(SEXES, SEXES.classes["S1"], quarters_of(2026)[2], 3, year, Ties(bytes(32))).draw()
    assert made.published.withheld == ()
