"""The attacker of disclosure control: solves everything published and finds the small true counts it discloses.

They know the plan, the mechanism and every release of the year; they do not know the key that draws ties. A count
is safe if two whole-number databases reproduce all that is published and differ in it by at least 2. All tables
of the plan are one-way tables under a common total, and any such margins come from some database (fill it from
the north-west corner; where every case is in one of several cells, lay these out around the total), so that it is
enough to look for margins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from casework.statistics.integer_program import Program
from casework.statistics.plan import TOTAL, Cell, CellGroup

SMALL = range(1, 5)
MIN_SPREAD = 2
# No commune has more cases in a step; the bound only keeps what nothing was published about finite.
_MAX_CASES = 100_000
# Each release that declares a large deviation multiplies the ways in which all of them can have come about. So many of
# these are looked at, spread over all of them; their solvers are kept (0.13 MB each).
MAX_SCENARIOS = 256


@dataclass
class Effort:
    """How many integer programs may still be solved; a count that is undecided when none is left is held disclosed.

    Programs are counted, not seconds, so that a preview and the closing after it come to the same.
    """

    left: int
    solved: int = 0

    def spend(self) -> bool:
        """Take one program; False if none is left."""
        if self.left == 0:
            return False
        self.left, self.solved = self.left - 1, self.solved + 1
        return True


@dataclass(frozen=True)
class Constraint:
    """What is published of one cell: its sum over the steps `first` to `last` of the year lies in `low` to `high`."""

    cell: Cell
    first: int
    last: int
    low: int
    high: int


@dataclass(frozen=True)
class Target:
    """A true count that must not be disclosed: one cell summed over the steps `first` to `last` of the year."""

    cell: Cell
    first: int
    last: int


Database = Mapping[Cell, Sequence[int]]


@dataclass(frozen=True)
class Attacker:
    """Somebody who knows constraints on the cells of some groups over the steps (quarters) of a year.

    `alternatives` holds for each release that declares a large deviation the ways in which a cell can have it: one
    of them must be true as well. `covers` are sets of cells of which they rightly believe that every case is in one.
    A count whose possible values spread over less than `min_spread` is disclosed.
    """

    groups: tuple[CellGroup, ...]
    constraints: tuple[Constraint, ...]
    alternatives: tuple[tuple[Constraint, ...], ...] = ()
    covers: tuple[tuple[Cell, ...], ...] = ()
    min_spread: int = MIN_SPREAD

    def disclosed(self, truth: Database, effort: Effort) -> Iterator[Target]:
        """Yield the small true counts that they can find exactly or to within one, or that no effort was left for."""
        steps = len(truth[TOTAL])
        scenarios = _Scenarios(self, steps, effort)
        known = [truth]
        return (target for target in small_counts(truth) if not self._is_safe(target, known, scenarios))

    def _is_safe(self, target: Target, known: list[Database], scenarios: "_Scenarios") -> bool:
        """Tell whether a count stays in doubt; every database found on the way is added to `known`."""
        if _spread(target, known) >= self.min_spread:
            return True
        for extreme in scenarios.extremes(target):
            known.append(extreme)
            if _spread(target, known) >= self.min_spread:
                return True
        return False


def small_counts(truth: Database) -> Iterator[Target]:
    """Yield the true counts of 1 to 4, of single steps and of the year to date."""
    for cell, counts in truth.items():
        for last in range(len(counts)):
            for first in {0, last}:
                target = Target(cell, first, last)
                if _count(target, truth) in SMALL:
                    yield target


def _count(target: Target, database: Database) -> int:
    return sum(database[target.cell][target.first : target.last + 1])


def _spread(target: Target, databases: Iterable[Database]) -> int:
    counts = [_count(target, database) for database in databases]
    return max(counts) - min(counts)


class _Scenarios:
    """The integer programs of at most MAX_SCENARIOS combinations of alternatives, each made when it is first solved."""

    def __init__(self, attacker: Attacker, steps: int, effort: Effort) -> None:
        self._attacker = attacker
        self._effort = effort
        self._cells = [TOTAL, *(cell for group in attacker.groups for cell in group.cells)]
        self._columns = {(cell, step): n for n, (cell, step) in enumerate(product(self._cells, range(steps)))}
        self._steps = steps
        self._programs: list[Program] = []

    def extremes(self, target: Target) -> Iterator[Database]:
        """Yield for each program a database with the least and one with the greatest count."""
        columns = [self._columns[target.cell, step] for step in range(target.first, target.last + 1)]
        for program in self._all_programs():
            for sign in (1, -1):
                if not self._effort.spend():
                    return
                point = program.cheapest(dict.fromkeys(columns, sign))
                if point is not None:
                    yield self._database(point)

    def _all_programs(self) -> Iterator[Program]:
        combinations = prod(len(ways) for ways in self._attacker.alternatives)
        tried = min(combinations, MAX_SCENARIOS)
        for number in range(tried):
            if number == len(self._programs):
                chosen = self._chosen(number * combinations // tried)
                self._programs.append(self._program((*self._attacker.constraints, *chosen)))
            yield self._programs[number]

    def _chosen(self, combination: int) -> list[Constraint]:
        """Return the combination of this number: one of the alternatives of each release."""
        chosen = []
        for ways in reversed(self._attacker.alternatives):
            combination, way = divmod(combination, len(ways))
            chosen.append(ways[way])
        return chosen

    def _program(self, constraints: Iterable[Constraint]) -> Program:
        program = Program()
        for _ in self._columns:
            program.variable(high=_MAX_CASES)
        for group, step in product(self._attacker.groups, range(self._steps)):
            terms = {self._columns[cell, step]: 1 for cell in group.cells}
            program.row({self._columns[TOTAL, step]: -1, **terms}, 0, 0)
        for cells, step in product(self._attacker.covers, range(self._steps)):
            program.row({self._columns[TOTAL, step]: -1, **{self._columns[cell, step]: 1 for cell in cells}}, low=0)
        for each in constraints:
            program.row({self._columns[each.cell, s]: 1 for s in range(each.first, each.last + 1)}, each.low, each.high)
        return program

    def _database(self, point: Sequence[int]) -> Database:
        steps = range(self._steps)
        return {cell: [point[self._columns[cell, step]] for step in steps] for cell in self._cells}
