"""The calendar of one installation, `calendar.toml`: the days of the week that are worked, own days off, days worked.

The days that the law gives stand in `holidays.toml`; `working_days.py` joins the two.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from casework.codelists import toml_files
from casework.codelists.toml_files import LocalFile

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = date(2020, 1, 1), date(2099, 12, 31)
# More is no list of holidays: every one of them makes what is counted in working days end later.
MOST_A_YEAR = 40
# An office of the State works forty hours, five days, a week: with fewer a plan for a child would wait for months.
FEWEST_A_WEEK = 5
_FORM = '{key} = ["2027-01-01", "2027-02-05"]'
_DAYS_FORM = 'working_days = ["mon", "tue", "wed", "thu", "fri"]'
# Earlier versions wrote it at founding, and nothing read it: who is the second person, the policy says (docs/adr/0088).
_OBSOLETE = "second_persons"
_HEAD = (
    "# Lịch làm việc của cơ quan, thêm vào ngày nghỉ theo luật: ngày làm việc trong tuần (mon tue wed\n"
    "# thu fri sat sun), ngày nghỉ riêng (holidays), ngày lẽ ra nghỉ mà làm bù (worked). Sửa ở trang Lịch làm việc.\n"
)


@dataclass(frozen=True)
class OwnCalendar:
    """Days of the week (0 is Monday) that are worked, days off besides those of the law, days worked all the same."""

    working_days: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Impossible:
    """Something wrong with a whole calendar: the key of the file, a sentence, and words that stand on its line."""

    key: str
    words: str
    at: tuple[str, ...] = ()


def read(path: Path) -> OwnCalendar:
    """Read the file; raise BadLocalFile where it is wrong, OSError where it cannot be read."""
    return of_file(toml_files.read(path))


def of_text(text: str, *, name: str = "calendar.toml") -> OwnCalendar:
    """Read the text of such a file; raise BadLocalFile."""
    return of_file(toml_files.parse(Path(name), text.encode()))


def of_file(file: LocalFile) -> OwnCalendar:
    """Return what a file says; raise BadLocalFile for what nothing reads, a wrong kind, or days that cannot be."""
    known = {"working_days", "holidays", "worked", _OBSOLETE}
    for key in file.table:
        if key not in known:
            raise file.refuse(
                f"không hiểu {key!r}. Chỉ ghi working_days, holidays và worked. / {key!r} is unknown. Only "
                "working_days, holidays and worked are read.",
                key,
            )
    own = OwnCalendar(_working_days(file), _dates(file, "holidays"), _dates(file, "worked"))
    for wrong in impossible(own):
        raise file.refuse(wrong.words, wrong.key, *wrong.at)
    return own


def impossible(own: OwnCalendar) -> Iterator[Impossible]:
    """Yield what cannot be in one calendar, each with the key that is to be corrected."""
    yield from _impossible_week(own.working_days)
    for day in sorted(own.holidays & own.worked):
        yield Impossible(
            "worked",
            f"{day} vừa là ngày nghỉ vừa là ngày làm bù. Hãy bỏ một chỗ. / {day} is both a day off and a day worked. "
            "Take one out.",
            (str(day),),
        )
    for key, days in (("holidays", own.holidays), ("worked", own.worked)):
        for day in days:
            if not FIRST <= day <= LAST:
                words = (
                    f"{day} ngoài khoảng {FIRST.year} đến {LAST.year}. Hãy xem lại năm. / {day} is not within "
                    f"{FIRST.year} to {LAST.year}. Look at the year."
                )
                yield Impossible(key, words, (str(day),))
        for year, count in Counter(day.year for day in days).items():
            if count > MOST_A_YEAR:
                yield Impossible(
                    key,
                    f"năm {year} có {count} ngày, nhiều hơn {MOST_A_YEAR}. Hãy xem lại. / {year} has {count} days, "
                    f"more than {MOST_A_YEAR}. Look at it again.",
                )


def _impossible_week(working_days: frozenset[int]) -> Iterator[Impossible]:
    if not working_days:
        yield Impossible(
            "working_days",
            f"không có ngày làm việc nào. Hãy viết như: {_DAYS_FORM} / no day is a working day. Write it as: "
            f"{_DAYS_FORM}",
        )
    elif len(working_days) < FEWEST_A_WEEK:
        yield Impossible(
            "working_days",
            f"ít hơn {FEWEST_A_WEEK} ngày làm việc một tuần thì thời hạn theo luật kéo dài. Hãy viết như: {_DAYS_FORM} "
            f"/ fewer than {FEWEST_A_WEEK} working days a week prolong the terms of the law. Write it as: {_DAYS_FORM}",
        )


def as_text(own: OwnCalendar) -> str:
    """Return the text of the file; the same calendar always has the same text."""
    values = {
        "working_days": [WEEK[day] for day in sorted(own.working_days)],
        "holidays": [day.isoformat() for day in sorted(own.holidays)],
        "worked": [day.isoformat() for day in sorted(own.worked)],
    }
    return _HEAD + tomli_w.dumps(values)


def digest(own: OwnCalendar) -> str:
    """Return the mark of a calendar for the log and for comparing: of what it says, not of how it is written."""
    return hashlib.sha256(as_text(own).encode()).hexdigest()[:32]


def _working_days(file: LocalFile) -> frozenset[int]:
    days: Iterable[Any] = _listed(file, "working_days", _DAYS_FORM, default=WEEK[:5])
    for day in days:
        if day not in WEEK:
            shown = repr(day).replace(" / ", "/")
            raise file.refuse(
                f"{shown} không phải một ngày trong tuần. Hãy viết như: {_DAYS_FORM} / {shown} is no day of the week. "
                f"Write it as: {_DAYS_FORM}",
                "working_days",
                str(day),
            )
    return frozenset(map(WEEK.index, days))


def _dates(file: LocalFile, key: str) -> frozenset[date]:
    form = _FORM.format(key=key)
    days = _listed(file, key, form, default=())
    return frozenset(_date(day, lambda words, at: file.refuse(words, key, at), form) for day in days)


def _listed(file: LocalFile, key: str, form: str, *, default: Iterable[Any]) -> list[Any]:
    value = file.table.get(key, list(default))
    if not isinstance(value, list):
        raise file.refuse(
            f"{key} phải là một danh sách trong ngoặc vuông. Hãy viết như: {form} / {key} must be a list in square "
            f"brackets. Write it as: {form}",
            key,
        )
    return value


def _date(value: Any, refuse: Callable[[str, str], Exception], form: str) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        shown = repr(value).replace(" / ", "/")
        raise refuse(
            f"{shown} không phải một ngày. Hãy viết như: {form} / {shown} is no day. Write it as: {form}", str(value)
        ) from None
