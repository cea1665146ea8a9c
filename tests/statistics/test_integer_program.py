"""The solver's answers are whole, cheapest and the same each time."""

import random
import subprocess
import sys
from time import perf_counter

from casework.statistics.integer_program import Program


def half() -> tuple[Program, list[int]]:
    """Three variables of 0 or 1 of which no two may be 1: between whole points lies a cheaper broken one."""
    program = Program()
    columns = [program.variable(high=1) for _ in range(3)]
    for left in range(3):
        program.row({columns[left]: 1, columns[(left + 1) % 3]: 1}, high=1)
    return program, columns


def test_a_broken_corner_gives_way_to_a_whole_point():
    program, columns = half()
    point = program.cheapest(dict.fromkeys(columns, -1))
    assert point is not None
    assert sorted(point) == [0, 0, 1]


def test_the_same_program_can_be_asked_at_other_costs():
    program, columns = half()
    for chosen in columns:
        costs = {column: -2.0 if column == chosen else -1.0 for column in columns}
        point = program.cheapest(costs)
        assert point is not None
        assert point[chosen] == 1


def test_a_program_without_a_point_has_no_answer():
    program = Program()
    column = program.variable(high=5)
    program.row({column: 2}, low=11)
    assert program.cheapest({column: 1}) is None


def test_a_program_whose_only_points_are_broken_has_no_answer():
    program = Program()
    column = program.variable(high=5)
    program.row({column: 2}, low=3, high=3)
    assert program.cheapest({column: 1}) is None


def test_a_program_that_takes_too_many_branches_is_given_up():
    """Split forty numbers in halves of the same sum, in four rows at once: no solver gets far with it."""
    rng, program = random.Random(5), Program()
    columns = [program.variable(high=1) for _ in range(40)]
    for _ in range(4):
        terms = {column: rng.randrange(100) for column in columns}
        program.row(terms, sum(terms.values()) // 2, sum(terms.values()) // 2)
    begun = perf_counter()
    assert program.cheapest(dict.fromkeys(columns, 1)) is None
    assert perf_counter() - begun < 60


def test_the_solver_says_nothing_on_the_server_s_output():
    quiet = "from casework.statistics.integer_program import Program as P; p = P(); p.cheapest({p.variable(high=1): 1})"
    run = subprocess.run([sys.executable, "-c", quiet], capture_output=True, check=True)
    assert (run.stdout, run.stderr) == (b"", b"")
