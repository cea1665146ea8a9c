"""Working days of an office: those of its own week, without the days off of `holidays.toml` and its own.

One installation has one calendar. The file of the office is read at start and again whenever it has changed; one that
is wrong leaves the last good one in force, and `problem` says what is wrong.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from casework import files
from casework.codelists import office_calendar
from casework.codelists.office_calendar import OwnCalendar
from casework.codelists.parsing import FILES
from casework.codelists.toml_files import BadLocalFile

_GONE = (
    "{path}: tệp đã mất. Lịch cũ còn dùng tới khi mở lại sổ: hãy đặt tệp lại, hoặc sửa ở trang Lịch làm việc. / "
    "{path}: the file is gone. The old calendar is in force until the book starts anew: put the file back."
)
_UNREADABLE = (
    "{path}: không đọc được. Hãy xem quyền của tệp. / {path}: it cannot be read. Look at the mode of the file."
)


@dataclass(frozen=True)
class DaysOff:
    """Days off by law, the last one included, or a day worked instead; `unverified` before the decision was read."""

    first: date
    last: date
    vi: str
    en: str
    unverified: bool

    def label(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


@dataclass(frozen=True)
class Statutory:
    """What the data file says: days off by "MM-DD" in every year, periods off, and days worked instead."""

    yearly: Mapping[str, Mapping[str, Any]]
    periods: tuple[DaysOff, ...]
    worked: Mapping[date, DaysOff]

    def off(self, day: date) -> bool:
        return f"{day:%m-%d}" in self.yearly or any(period.first <= day <= period.last for period in self.periods)

    def of_year(self, year: int) -> Iterator[DaysOff]:
        """Yield the days off of one year by law, in their order."""
        fixed = [
            DaysOff(day, day, row["vi"], row["en"], unverified=False)
            for name, row in self.yearly.items()
            for day in (date.fromisoformat(f"{year}-{name}"),)
        ]
        of_year = [period for period in self.periods if year in (period.first.year, period.last.year)]
        yield from sorted((*fixed, *of_year), key=lambda period: (period.first, period.last))


@dataclass(frozen=True)
class Calendar:
    """What the law says and what the office says, as one calendar."""

    statutory: Statutory
    own: OwnCalendar = field(default_factory=OwnCalendar)

    def works(self, day: date) -> bool:
        """Tell whether offices work: a holiday of the office's own counts first, then a day that is worked instead."""
        if day in self.own.holidays:
            return False
        if day in self.own.worked or day in self.statutory.worked:
            return True
        return day.weekday() in self.own.working_days and not self.statutory.off(day)

    def is_holiday(self, day: date) -> bool:
        """Tell whether offices are closed on a day of the week on which they work."""
        return day.weekday() in self.own.working_days and not self.works(day)


@dataclass(frozen=True)
class _Followed:
    """A file as it was read last: what the system says of it, what is in force, and what is wrong with it now."""

    path: Path | None = None
    seen: tuple[int, int, int] | None = None
    own: OwnCalendar = field(default_factory=OwnCalendar)
    problem: str = ""


@cache
def statutory() -> Statutory:
    raw: Mapping[str, Any] = tomllib.loads(FILES.joinpath("holidays.toml").read_text(encoding="utf-8"))
    swapped = {date.fromisoformat(day): row for day, row in raw["worked"].items()}
    return Statutory(
        yearly=raw["yearly"],
        periods=tuple(_period(row["first"], row["last"], row) for row in raw["period"]),
        worked={day: _period(day, day, row) for day, row in swapped.items()},
    )


def _period(first: date, last: date, row: Mapping[str, Any]) -> DaysOff:
    return DaysOff(first, last, row["vi"], row["en"], unverified=row.get("unverified", False))


class _Current:
    """The file that this process follows, and the calendar that is in force by it."""

    followed = _Followed()
    calendar = Calendar(statutory())


def calendar() -> Calendar:
    """Return the calendar in force."""
    return _Current.calendar


def follow(path: Path) -> None:
    """Read the file of an installation at start, if it is there; raise BadLocalFile for a wrong one."""
    forget()
    refresh(path)
    if _Current.followed.problem:
        raise BadLocalFile(_Current.followed.problem)


def refresh(path: Path) -> None:
    """Read the file again if it has changed since; one that is wrong or gone leaves what was in force."""
    before = _Current.followed if _Current.followed.path == path else _Followed(path)
    seen = _seen(path)
    if before is _Current.followed and seen == before.seen:
        return
    own, problem = before.own, ""
    if seen is None:
        problem = _GONE.format(path=path) if before.seen is not None or before.problem else ""
    else:
        try:
            own = office_calendar.read(path)
        except BadLocalFile as wrong:
            problem = str(wrong)
        except OSError:
            problem = _UNREADABLE.format(path=path)
    # What is in force is one object: a page that is drawn meanwhile sees the old calendar or the new one.
    _Current.calendar = Calendar(statutory(), own)
    _Current.followed = _Followed(path, seen, own, problem)


def problem(path: Path) -> str:
    """Return what is wrong with a file that is followed; empty where nothing is, or it is not followed."""
    return _Current.followed.problem if _Current.followed.path == path else ""


def write(own: OwnCalendar) -> None:
    """Put a calendar of the office in force here, and in its file, from which every other process reads it.

    Raises BadLocalFile where this process follows no file, OSError where it cannot be written.
    """
    if _Current.followed.path is None:
        raise BadLocalFile("Chưa biết tệp lịch ở đâu. / It is not known where the calendar lies.")
    files.replace(_Current.followed.path, office_calendar.as_text(own))
    refresh(_Current.followed.path)


def forget() -> None:
    """Follow no file: what the law says alone is in force, from Monday to Friday."""
    _Current.followed, _Current.calendar = _Followed(), Calendar(statutory())


def working_day_after(day: date, count: int) -> date:
    """Return the working day that is the `count`-th after a day, which is not counted itself."""
    in_force = calendar()
    while count:
        day += timedelta(days=1)
        count -= in_force.works(day)
    return day


def working_day_before(day: date) -> date:
    """Return the last working day before a day."""
    in_force = calendar()
    day -= timedelta(days=1)
    while not in_force.works(day):
        day -= timedelta(days=1)
    return day


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
