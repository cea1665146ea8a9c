"""Times calls, pages and whole runs, and formats each figure beside the one to hold."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.browser import Browser, Page

_HELLOS_BETWEEN = 3


@dataclass(frozen=True)
class Figure:
    """One measured call: its median and 95th percentile in milliseconds, and the median to hold."""

    name: str
    median: float
    slow: float
    to_hold: float

    def row(self) -> str:
        verdict = "" if self.median <= self.to_hold else "  over"
        return f"{self.name:<40}{self.median:>10.3f}{self.slow:>10.3f}{self.to_hold:>10.3f}{verdict}"


def measure(name: str, call: Callable[[], object], *, times: int, to_hold: float) -> Figure:
    """Call a few times unmeasured, then measure each call."""
    for _ in range(max(1, times // 20)):
        call()
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        call()
        taken.append((time.perf_counter() - before) * 1000)
    return Figure(name, statistics.median(taken), statistics.quantiles(taken, n=20)[-1], to_hold)


@dataclass(frozen=True)
class Run:
    """One thing done once: how many seconds it took and how many it may."""

    name: str
    seconds: float
    to_hold: float

    def row(self) -> str:
        return f"{self.name:<40}{self.seconds:>10.1f}{'':>10}{self.to_hold:>10.1f}"


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Ratio:
    """One page: its median and 95th percentile in milliseconds, the median of hello, and what it should hold."""

    name: str
    median: float
    slow: float
    hello: float
    most_hellos: float | None = None
    most_ms: float | None = None

    def row(self) -> str:
        times = self.median / self.hello
        over = times > (self.most_hellos or times) or self.median > (self.most_ms or self.median)
        hold = f"{self.most_hellos:g} x" if self.most_hellos else f"{self.most_ms:g} ms" if self.most_ms else ""
        row = f"{self.name:<40}{self.median:>10.2f}{self.slow:>10.2f}{times:>9.1f} x{hold:>12}"
        return row + ("  over" if over else "")


@dataclass(frozen=True)
class Taken:
    """Times of one page and of the hellos asked for in between, in milliseconds."""

    page: list[float]
    hello: list[float]


def timed(request: Callable[[], Page], hello: Browser, *, times: int, prepare: Callable[[], object] = nothing) -> Taken:
    """Ask for a page many times, and for hello in between so that both live under the same load."""
    taken = Taken([], [])
    once(request, prepare)
    for _ in range(times):
        taken.page.append(once(request, prepare))
        taken.hello.extend(once(lambda: hello.get("/")) for _ in range(_HELLOS_BETWEEN))
    return taken


def once(request: Callable[[], Page], prepare: Callable[[], object] = nothing) -> float:
    """Time one page; what prepares it is not timed. Raises RuntimeError if it failed."""
    prepare()
    before = time.perf_counter()
    page = request()
    spent = (time.perf_counter() - before) * 1000
    if page.status not in (200, 303):
        raise RuntimeError(f"a page of the bench answered {page.status}")
    return spent


def ratio(name: str, taken: Taken, *, most_hellos: float | None = None, most_ms: float | None = None) -> Ratio:
    slow = statistics.quantiles(taken.page, n=20)[-1]
    return Ratio(name, statistics.median(taken.page), slow, statistics.median(taken.hello), most_hellos, most_ms)
