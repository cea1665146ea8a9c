"""Controlled rounding of small cells: year-to-date counts to base 3, all linked tables at once, so that they add up."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from casework.statistics.integer_program import Program
from casework.statistics.plan import TOTAL, Cell, Table

BASE = 3
# The largest deviation of a rounded count from the truth: as a rule, and at a high cost.
NEAR = 2
FAR = 5
_FAR_COST = 50
# No cell that keeps to its bounds is farther than this from where its tie would put it, in steps of the base.
_REACH = 5
# All nudges of a release together weigh less than the least weight of one cell.
_NUDGES = 0.4


@dataclass(frozen=True)
class Ties:
    """The secret random choices of rounding, HMAC-SHA256 under the key of the year: a cell always rounds the same way.

    `draw` counts how often they were drawn again because a release could not be made safely.
    """

    key: bytes
    draw: int = 0

    def __repr__(self) -> str:
        return f"<sealed ties {self.draw}>"

    def lift(self, cell: Cell) -> int:
        """Return what is added to the count of a cell before it is rounded down to base 3: 0 to 2."""
        return self._number(cell.key) % BASE

    def nudge(self, cell: Cell) -> float:
        """Return a secret share, 0 to 1, that decides between roundings of equal cost."""
        return self._number(f"nudge|{cell.key}") / 2**256

    def _number(self, name: str) -> int:
        message = name if self.draw == 0 else f"{name}|{self.draw}"
        return int.from_bytes(hmac.digest(self.key, message.encode(), sha256), "big")


@dataclass(frozen=True)
class Rounded:
    """Year-to-date counts after rounding, with how far each lies from the truth; the latter is never published."""

    cells: Mapping[Cell, int]
    deviations: Mapping[Cell, int]

    @property
    def largest(self) -> int:
        return max(self.deviations.values(), default=0)


def round_to_date(
    tables: Sequence[Table], truth: Mapping[Cell, int], before: Mapping[Cell, int], ties: Ties
) -> Rounded | None:
    """Round the year-to-date counts of some tables, the total first; None if nothing within reach adds up.

    `before` are the rounded year-to-date counts of the release before, below which no cell may fall.
    Every cell is a multiple of 3 within 2 of its truth, within 5 at a high cost; every group adds up to the
    total; of all that do, the one is taken that keeps the most weight of cells where their ties put them.
    """
    weights = {cell: table.weight for table in tables for cell in table.cells}
    program, costs, columns = Program(), dict[int, float](), dict[Cell, int]()
    for cell, weight in weights.items():
        price = weight + ties.nudge(cell) * _NUDGES / len(weights)
        columns[cell] = _add_cell(
            program, costs, price, _CellToRound(truth[cell], before.get(cell, 0), ties.lift(cell))
        )
    for group in (group for table in tables for group in table.groups):
        program.row({columns[TOTAL]: -1, **{columns[cell]: 1 for cell in group.cells}}, 0, 0)
    solution = program.cheapest(costs)
    if solution is None:
        return None
    rounded = {cell: BASE * solution[column] for cell, column in columns.items()}
    return Rounded(rounded, {cell: abs(value - truth[cell]) for cell, value in rounded.items()})


@dataclass(frozen=True)
class _CellToRound:
    """A cell to be rounded: its true count, its rounded count in the release before, and the lift of its tie."""

    truth: int
    before: int
    lift: int


def _add_cell(program: Program, costs: dict[int, float], price: float, cell: _CellToRound) -> int:
    """Add a cell with the costs of leaving its tie and of a deviation beyond 2; return its variable, in steps of 3."""
    steps = program.variable(cell.before // BASE)
    moved, far = program.variable(0, 1), program.variable(0, FAR - NEAR)
    tie = (cell.truth + cell.lift) // BASE
    program.row({steps: 1, moved: -_REACH}, high=tie)
    program.row({steps: 1, moved: _REACH}, low=tie)
    program.row({steps: BASE, far: -1}, high=cell.truth + NEAR)
    program.row({steps: BASE, far: 1}, low=cell.truth - NEAR)
    costs |= {moved: price, far: _FAR_COST}
    return steps
