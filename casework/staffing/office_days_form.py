"""The form of the office's calendar: the days of the week that are worked, and days off and days worked, one a line."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.validators import ValidationError

from casework.codelists import office_calendar
from casework.codelists.office_calendar import FEWEST_A_WEEK, FIRST, LAST, MOST_A_YEAR, WEEK, OwnCalendar
from casework.web.forms import Choices, Form, LongText
from casework.web.translation import WEEKDAYS, day

_DAY = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_ONE, _RANGE = re.compile(_DAY), re.compile(rf"{_DAY}\s*(?:-|–|đến|to)\s*{_DAY}")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class CalendarForm(Form):
    """Days are written as people do, 5/2/2027, and several in a row with a dash between the first and the last."""

    working_days = Choices(
        lazy_gettext("Ngày làm việc trong tuần"),
        list(zip(WEEK, WEEKDAYS, strict=True)),
        missing=lazy_gettext("Hãy chọn ít nhất một ngày."),
    )
    holidays = LongText(
        lazy_gettext("Ngày nghỉ riêng"),
        limit=4000,
        required=False,
        hint=lazy_gettext(
            "Ngoài ngày nghỉ theo luật. Mỗi dòng một ngày, như 8/2/2027, hoặc cả đợt: 8/2/2027 - 12/2/2027."
        ),
    )
    worked = LongText(
        lazy_gettext("Ngày làm bù"),
        limit=4000,
        rows=3,
        required=False,
        hint=lazy_gettext("Ngày lẽ ra nghỉ mà cơ quan làm, như thứ Bảy 9/1/2027. Mỗi dòng một ngày."),
    )

    @classmethod
    def data_of(cls, value: str) -> dict[str, Any]:
        own = office_calendar.of_text(value)
        return {
            "working_days": [WEEK[day] for day in sorted(own.working_days)],
            "holidays": _as_lines(own.holidays),
            "worked": _as_lines(own.worked),
        }

    @property
    def asked(self) -> list[Any]:
        return [self["working_days"], self["holidays"], self["worked"]]

    @property
    def chosen(self) -> str:
        """Return the calendar as the text of its file; the form must be valid."""
        return office_calendar.as_text(self._calendar())

    def validate_working_days(self, field: Any) -> None:
        if len(set(field.data)) < FEWEST_A_WEEK:
            words = gettext(
                "Hãy chọn ít nhất %(fewest)d ngày: ít hơn thì thời hạn theo luật kéo dài.", fewest=FEWEST_A_WEEK
            )
            raise ValidationError(words)

    def validate_holidays(self, field: Any) -> None:
        _require_possible(_days(field))

    def validate_worked(self, field: Any) -> None:
        """Refuse days that cannot be read, and days that are off as well."""
        days = _days(field)
        _require_possible(days)
        try:
            both = days & _days(self["holidays"])
        except ValidationError:
            return
        if both:
            raise ValidationError(gettext("%(day)s vừa là ngày nghỉ vừa là ngày làm bù.", day=day(min(both))))

    def _calendar(self) -> OwnCalendar:
        week = frozenset(map(WEEK.index, self["working_days"].data))
        return OwnCalendar(week, _days(self["holidays"]), _days(self["worked"]))


def _days(field: Any) -> frozenset[date]:
    """Read the days of a box; raise ValidationError that names the line which is none."""
    days: set[date] = set()
    for line in (field.data or "").splitlines():
        if line.strip():
            days.update(_of_line(line.strip()))
    return frozenset(days)


def _of_line(line: str) -> list[date]:
    try:
        if match := _RANGE.fullmatch(line):
            first, last = _date(*match.groups()[:3]), _date(*match.groups()[3:])
            if 0 <= (last - first).days < MOST_A_YEAR:
                return [first + timedelta(days=number) for number in range((last - first).days + 1)]
        elif match := _ONE.fullmatch(line):
            return [_date(*match.groups())]
        elif match := _ISO.fullmatch(line):
            return [date(*map(int, match.groups()))]
    except ValueError:
        pass
    raise ValidationError(gettext("Không hiểu dòng này: %(line)s. Hãy ghi như 8/2/2027.", line=line[:40]))


def _date(day_of_month: str, month: str, year: str) -> date:
    return date(int(year), int(month), int(day_of_month))


def _require_possible(days: frozenset[date]) -> None:
    if any(not FIRST <= one <= LAST for one in days):
        words = gettext("Hãy xem lại năm: chỉ nhận từ %(first)d đến %(last)d.", first=FIRST.year, last=LAST.year)
        raise ValidationError(words)
    for year in {one.year for one in days}:
        if sum(one.year == year for one in days) > MOST_A_YEAR:
            words = gettext("Năm %(year)d có hơn %(most)d ngày. Hãy xem lại.", year=year, most=MOST_A_YEAR)
            raise ValidationError(words)


def _as_lines(days: Iterable[date]) -> str:
    return "\n".join(written_runs(days))


def written_runs(days: Iterable[date]) -> list[str]:
    """Return days as people write them, those in a row as "8/2/2027 - 12/2/2027"."""
    ordered, runs = sorted(days), []
    starts = [one for one in ordered if one - timedelta(days=1) not in ordered]
    ends = [one for one in ordered if one + timedelta(days=1) not in ordered]
    for first, last in zip(starts, ends, strict=True):
        runs.append(day(first) if first == last else f"{day(first)} - {day(last)}")
    return runs
