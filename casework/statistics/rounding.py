"""Controlled rounding to base 3 of year-to-date counts: all linked tables at once, so that everything adds up."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from casework.statistics.integer_program import Program
from casework.statistics.plan import TOTAL, Cell, Table

BASE = 3
NEAR = 2
FAR = 5
_FAR_COST = 50
# No cell that keeps to its bounds is farther than this from where its tie would put it, in steps of the base.
_REACH = 5
# All nudges of a release together weigh less than the least weight of one cell.
_NUDGES = 0.4


@dataclass(frozen=True)
class Ties:
    """How ties fall: fixed for the year by its key, so that the same cell always rounds the same way.

    `draw` counts how often they were drawn again because a release could not be made safely.
    """

    key: bytes
    draw: int = 0

    def __repr__(self) -> str:
        """Never print the key."""
        return f"<sealed ties {self.draw}>"

    def lift(self, cell: Cell) -> int:
        """Return u, 0 to 2: what is added to the count of a cell before it is rounded down."""
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
        """Return the largest deviation."""
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
        columns[cell] = _add(program, costs, price, _Wanted(truth[cell], before.get(cell, 0), ties.lift(cell)))
    for group in (group for table in tables for group in table.groups):
        program.row({columns[TOTAL]: -1, **{columns[cell]: 1 for cell in group.cells}}, 0, 0)
    point = program.cheapest(costs)
    if point is None:
        return None
    rounded = {cell: BASE * point[column] for cell, column in columns.items()}
    return Rounded(rounded, {cell: abs(value - truth[cell]) for cell, value in rounded.items()})


@dataclass(frozen=True)
class _Wanted:
    """One cell that is to be rounded: its truth, what it was before, and the lift of its tie."""

    truth: int
    before: int
    lift: int


def _add(program: Program, costs: dict[int, float], price: float, wanted: _Wanted) -> int:
    """Add one cell and what it costs to put it elsewhere or far; return its column, in steps of the base."""
    steps = program.variable(wanted.before // BASE)
    moved, far = program.variable(0, 1), program.variable(0, FAR - NEAR)
    tie = (wanted.truth + wanted.lift) // BASE
    program.row({steps: 1, moved: -_REACH}, high=tie)
    program.row({steps: 1, moved: _REACH}, low=tie)
    program.row({steps: BASE, far: -1}, high=wanted.truth + NEAR)
    program.row({steps: BASE, far: 1}, low=wanted.truth - NEAR)
    costs |= {moved: price, far: _FAR_COST}
    return steps
