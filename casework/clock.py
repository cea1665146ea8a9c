"""The only place that asks the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
MICROSECOND = 1_000_000


def _machine() -> int:
    return time.time_ns() // 1000


_sources: list[Callable[[], int]] = [_machine]


def micros() -> int:
    """Return the present as integer microseconds since 1970 UTC, as every stored time is."""
    return _sources[-1]()


def now() -> datetime:
    """Return the present as an aware UTC datetime."""
    return moment(micros())


def today() -> date:
    """Return the present day of the commune (Asia/Ho_Chi_Minh)."""
    return local(micros()).date()


def moment(at: int) -> datetime:
    """Turn stored microseconds into an aware UTC datetime."""
    return datetime.fromtimestamp(at / MICROSECOND, tz=UTC)


def local(at: int) -> datetime:
    """Turn stored microseconds into the commune's own time."""
    return datetime.fromtimestamp(at / MICROSECOND, tz=LOCAL)


def midnight(day: date) -> int:
    """Return the first moment of a day in the commune's time, as microseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=LOCAL).timestamp()) * MICROSECOND


@contextmanager
def use_clock(source: Callable[[], int]) -> Iterator[None]:
    """Use another clock, as the demo does while it builds fourteen months and tests do instead of waiting."""
    _sources.append(source)
    try:
        yield
    finally:
        _sources.remove(source)
