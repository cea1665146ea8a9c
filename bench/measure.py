"""Time one thing many times and print a row."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured thing: its median and slowest twentieth in milliseconds, and the median to hold."""

    name: str
    median: float
    slow: float
    to_hold: float

    def row(self) -> str:
        """Write the figure as one line of a table."""
        verdict = "" if self.median <= self.to_hold else "  over"
        return f"{self.name:<40}{self.median:>10.3f}{self.slow:>10.3f}{self.to_hold:>10.3f}{verdict}"


def measure(name: str, context: Callable[[], object], *, times: int, to_hold: float) -> Figure:
    """Run the work a few times unmeasured, then measure it."""
    for _ in range(max(1, times // 20)):
        context()
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        context()
        taken.append((time.perf_counter() - before) * 1000)
    return Figure(name, statistics.median(taken), statistics.quantiles(taken, n=20)[-1], to_hold)
