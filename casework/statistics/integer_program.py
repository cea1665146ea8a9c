"""Integer linear programs: bounded variables, bounded rows, and the solution of least cost; solved by HiGHS."""

from collections.abc import Mapping

import highspy
import numpy as np
from highspy._core import _Highs

_TOLERANCE = 1e-6
# Programs of a commune need some hundred steps and few branches. One that needs more is given up and has no solution:
# then a table is withheld. Steps are counted, not seconds, so that every run comes to the same.
_MAX_STEPS, _MAX_BRANCHES = 50_000, 2_000


class Program:
    """An integer linear program that can be solved again and again for other costs; the same each time it is run.

    The linear relaxation is solved first: where its solution is integral, it is the answer.
    """

    def __init__(self) -> None:
        self._bounds: list[tuple[float, float]] = []
        self._rows: list[tuple[float, float, dict[int, int]]] = []
        self._solvers: dict[bool, _Highs] = {}

    def variable(self, low: float = 0, high: float = highspy.kHighsInf) -> int:
        """Add a variable and return its number."""
        self._bounds.append((low, high))
        return len(self._bounds) - 1

    def row(self, terms: Mapping[int, int], low: float = -highspy.kHighsInf, high: float = highspy.kHighsInf) -> None:
        """Add a constraint: the sum of variables, each times its factor, lies between two bounds."""
        self._rows.append((low, high, dict(terms)))

    def cheapest(self, costs: Mapping[int, float]) -> list[int] | None:
        """Return an integral solution of least cost, or None if there is no feasible one or none was found in time."""
        relaxed = self._solve(costs, integral=False)
        if relaxed is None or all(abs(value - round(value)) < _TOLERANCE for value in relaxed):
            return _rounded(relaxed)
        return _rounded(self._solve(costs, integral=True))

    def _solve(self, costs: Mapping[int, float], *, integral: bool) -> list[float] | None:
        if integral not in self._solvers:
            self._solvers[integral] = self._load(integral=integral)
        solver, size = self._solvers[integral], len(self._bounds)
        all_costs = np.array([costs.get(number, 0.0) for number in range(size)], dtype=np.double)
        solver.changeColsCost(size, np.arange(size, dtype=np.int32), all_costs)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return list(solver.getSolution().col_value)

    def _load(self, *, integral: bool) -> _Highs:
        # The class beneath highspy.Highs, which prints its name on the server's output when it is made.
        solver = _Highs()
        for option, value in (
            ("log_to_console", False),
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("simplex_iteration_limit", _MAX_STEPS),
            ("mip_max_nodes", _MAX_BRANCHES),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(self._model(integral=integral))
        return solver

    def _model(self, *, integral: bool) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._bounds), len(self._rows)
        model.col_cost_ = np.zeros(len(self._bounds))
        model.col_lower_ = np.array([low for low, _ in self._bounds], dtype=np.double)
        model.col_upper_ = np.array([high for _, high in self._bounds], dtype=np.double)
        model.row_lower_ = np.array([low for low, _, _ in self._rows], dtype=np.double)
        model.row_upper_ = np.array([high for _, high, _ in self._rows], dtype=np.double)
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(terms) for _, _, terms in self._rows]
        matrix.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        matrix.index_ = np.array([number for _, _, terms in self._rows for number in terms], dtype=np.int32)
        matrix.value_ = np.array([factor for _, _, terms in self._rows for factor in terms.values()], dtype=np.double)
        if integral:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(self._bounds)
        return model


def _rounded(point: list[float] | None) -> list[int] | None:
    return None if point is None else [round(value) for value in point]
