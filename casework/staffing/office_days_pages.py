"""What the pages about the office's calendar show: the days of a year, and what a proposal would change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from flask_babel import gettext as _

from casework import clock
from casework.codelists import office_calendar, working_days
from casework.staffing.office_days_form import written_runs
from casework.web.choice_fields import language
from casework.web.translation import WEEKDAYS, weekday, with_weekday


@dataclass(frozen=True)
class DayRow:
    """One line of a year: the day or days in words, what it is, and whether it was written before the decision."""

    days: str
    what: str
    unverified: bool = False


@dataclass(frozen=True)
class YearOfDays:
    year: int
    rows: tuple[DayRow, ...]


def week_in_words(text: str) -> str:
    """Return the working days of a calendar, given as its file."""
    own = office_calendar.of_text(text)
    return ", ".join(str(WEEKDAYS[number]) for number in sorted(own.working_days))


def years() -> tuple[YearOfDays, ...]:
    """Return the days off and the days worked instead of this year and the next, in their order."""
    this = clock.today().year
    return tuple(YearOfDays(year, _rows(year)) for year in (this, this + 1))


def _rows(year: int) -> tuple[DayRow, ...]:
    return tuple(row for _first, row in sorted(_dated_rows(year), key=itemgetter(0)))


def _dated_rows(year: int) -> Iterator[tuple[date, DayRow]]:
    calendar, lang = working_days.calendar(), language()
    for period in calendar.statutory.of_year(year):
        last = "" if period.first == period.last else f" - {with_weekday(period.last)}"
        yield period.first, DayRow(f"{with_weekday(period.first)}{last}", period.label(lang), period.unverified)
    for swapped, row in calendar.statutory.worked.items():
        if swapped.year == year:
            yield swapped, DayRow(with_weekday(swapped), row.label(lang), row.unverified)
    for words, days in ((_("Nghỉ riêng"), calendar.own.holidays), (_("Làm bù"), calendar.own.worked)):
        yield from ((one, DayRow(with_weekday(one), words)) for one in days if one.year == year)


def changes(old: str, new: str) -> list[tuple[str, str]]:
    """Return what differs between two calendars, given as their files: what is done, and with which days."""
    before, after = office_calendar.of_text(old), office_calendar.of_text(new)
    found = [
        (_("Thêm ngày nghỉ"), _listed(after.holidays - before.holidays)),
        (_("Bỏ ngày nghỉ"), _listed(before.holidays - after.holidays)),
        (_("Thêm ngày làm bù"), _listed(after.worked - before.worked)),
        (_("Bỏ ngày làm bù"), _listed(before.worked - after.worked)),
    ]
    if before.working_days != after.working_days:
        found.append((_("Ngày làm việc trong tuần"), week_in_words(new)))
    return [(what, days) for what, days in found if days] or [(_("Lịch"), _("Giữ như tệp đang ghi"))]


def _listed(days: frozenset[date]) -> str:
    return "; ".join(f"{weekday(min(days))}, {run}" if len(days) == 1 else run for run in written_runs(days))
