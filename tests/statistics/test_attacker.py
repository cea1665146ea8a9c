"""The attacker finds nothing in what we publish, and does find people in what others publish."""

import random

import pytest

from casework.statistics.attacker import SMALL, Attacker, Constraint, Effort, Target, small_counts
from casework.statistics.plan import TOTAL, Cell, plan
from tests.statistics.simulated import Commune, commune, published

TABLES = [plan().tables[name] for name in ("total", "form", "sex")]
GROUPS = tuple(group for table in TABLES for group in table.groups)
CELLS = [cell for table in TABLES for cell in table.cells]
YEAR = range(4)


def truth_of(simulated: Commune, cells=CELLS) -> dict[Cell, list[int]]:
    return {cell: [quarter[cell] for quarter in simulated.quarters] for cell in cells}


def told_by(simulated: Commune) -> tuple[Constraint, ...]:
    """What the four releases of a commune say, read as anybody can read them."""
    constraints, to_date = [], dict.fromkeys(CELLS, 0)
    for step, release in enumerate(published(simulated.releases())):
        for cell in CELLS:
            to_date[cell] += release.cells[cell]
            constraints.append(Constraint(cell, 0, step, to_date[cell] - release.bound, to_date[cell] + release.bound))
    return tuple(constraints)


def suppressed(simulated: Commune) -> tuple[Constraint, ...]:
    """What hiding every count of 1 to 4 says, quarter by quarter and for the year."""
    constraints = []
    for cell, counts in truth_of(simulated).items():
        for first, last in [*((step, step) for step in YEAR), (0, 3)]:
            count = sum(counts[first : last + 1])
            constraints.append(Constraint(cell, first, last, *((1, 4) if count in SMALL else (count, count))))
    return tuple(constraints)


def rounded_alone(simulated: Commune, seed: int) -> tuple[Constraint, ...]:
    """What rounding each number to base 3 for itself says, quarter by quarter and for the year."""
    rng, constraints = random.Random(seed), []
    for cell, counts in truth_of(simulated).items():
        for first, last in [*((step, step) for step in YEAR), (0, 3)]:
            count = (sum(counts[first : last + 1]) + rng.randrange(3)) // 3 * 3
            constraints.append(Constraint(cell, first, last, max(0, count - 2), count + 2))
    return tuple(constraints)


def found_by(attacker: Attacker, truth: dict[Cell, list[int]]) -> list[Target]:
    return list(attacker.disclosed(truth, Effort(10_000)))


def pinned_in(seeds, telling) -> int:
    return sum(len(found_by(Attacker(GROUPS, telling(commune(seed))), truth_of(commune(seed)))) for seed in seeds)


def test_nothing_is_pinned_in_simulated_communes():
    seeds = range(20)
    assert sum(len(list(small_counts(truth_of(commune(seed))))) for seed in seeds) > 700
    assert pinned_in(seeds, told_by) == 0


@pytest.mark.prove
def test_nothing_is_pinned_in_three_hundred_simulated_communes():
    assert pinned_in(range(1000, 1300), told_by) == 0


def test_hiding_small_counts_gives_many_of_them_away():
    seeds = range(20)
    all_small = sum(len(list(small_counts(truth_of(commune(seed))))) for seed in seeds)
    assert pinned_in(seeds, suppressed) > all_small / 5


def test_rounding_each_number_for_itself_gives_some_away():
    disclosed = sum(
        len(found_by(Attacker(GROUPS, rounded_alone(commune(seed), seed)), truth_of(commune(seed))))
        for seed in range(20)
    )
    assert disclosed > 0


def test_a_number_told_exactly_is_pinned_and_its_neighbours_are_not():
    constraints = (Constraint(TOTAL, 0, 0, 2, 2), Constraint(Cell("sex", "NU"), 0, 0, 0, 4))
    sexes = plan().tables["sex"].groups
    truth = {TOTAL: [2], Cell("sex", "NU"): [2], Cell("sex", "NAM"): [0], Cell("sex", "KHAC_KHONG_GHI"): [0]}
    pinned = found_by(Attacker(sexes, constraints), truth)
    assert {target.cell for target in pinned} == {TOTAL}


def test_a_large_deviation_that_is_owned_up_to_is_used_against_us():
    """Whoever knows that the total lies exactly 3 off, one way or the other, knows it to be 1 or 7."""
    around = (Constraint(TOTAL, 0, 0, 1, 7),)
    exactly = ((Constraint(TOTAL, 0, 0, 1, 1), Constraint(TOTAL, 0, 0, 0, 0)),)
    assert found_by(Attacker((), around), {TOTAL: [1]}) == []
    assert [target.cell for target in found_by(Attacker((), around, exactly), {TOTAL: [1]})] == [TOTAL]


def test_knowing_that_every_case_has_a_form_is_used_against_us():
    forms = plan().tables["form"].groups[:1]
    yes, no = forms[0].cells
    constraints = (Constraint(TOTAL, 0, 0, 0, 4), Constraint(no, 0, 0, 0, 4), Constraint(yes, 0, 0, 2, 4))
    truth = {TOTAL: [3], yes: [2], no: [1]}
    covered = {TOTAL: [3], yes: [3], no: [0]}
    assert found_by(Attacker(forms, constraints), truth) == []
    assert found_by(Attacker(forms, constraints, covers=((yes,),)), covered) == []
    assert found_by(Attacker(forms, (*constraints, Constraint(TOTAL, 0, 0, 3, 4)), covers=((yes,),)), covered) != []


def test_what_nobody_was_told_about_is_in_doubt():
    assert found_by(Attacker((), ()), {TOTAL: [3]}) == []


def test_corners_that_are_not_whole_are_not_believed():
    """Three cells of which each pair is told: the relaxed program ends between two whole numbers."""
    sexes = plan().tables["sex"].groups
    cells = sexes[0].cells
    program_told = (Constraint(TOTAL, 0, 0, 3, 4), *(Constraint(cell, 0, 0, 1, 2) for cell in cells))
    truth = {TOTAL: [4], cells[0]: [2], cells[1]: [1], cells[2]: [1]}
    assert {target.cell for target in found_by(Attacker(sexes, program_told), truth)} == {TOTAL, *cells}
