"""Form fields for a date, a year of birth, and an age."""

import calendar
import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField
from wtforms.utils import unset_value

from casework import clock
from casework.web.text_fields import QuestionField

PARTS = ("day", "month", "year")
EARLIEST = 1900
OLDEST = 120
YEARS_AHEAD = 10
DIGITS = re.compile(r"[0-9]{1,4}")


class DateParts(QuestionField):
    """A date in three boxes, day, month, year; its data is a date or None, in the future only with `future`."""

    kind = "date"
    missing = lazy_gettext("Hãy ghi ngày, tháng và năm.")

    def __init__(self, label: Any, *, future: bool = False, **options: Any) -> None:
        self.future = future
        self.typed: dict[str, str] = dict.fromkeys(PARTS, "")
        super().__init__(label, **options)

    @property
    def anchor(self) -> str:
        return f"{self.id}-day"

    @property
    def boxes(self) -> list[tuple[str, str, str, int]]:
        """Return the name, the words, what was typed and the width of each of the three boxes."""
        words = {"day": _("Ngày"), "month": _("Tháng"), "year": _("Năm")}
        width = {"day": 2, "month": 2, "year": 4}
        return [(f"{self.name}-{part}", words[part], self.typed[part], width[part]) for part in PARTS]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the three boxes, or show the day that was given."""
        self.process_errors = []
        self.data = self.object_data = self.default if data is unset_value else data
        if self.data:
            self.typed = {part: str(getattr(self.data, part)) for part in PARTS}
        if formdata is None:
            return
        sent = {part: formdata.getlist(f"{self.name}-{part}") for part in PARTS}
        self.typed = {part: "".join(values[:1]).strip()[:20] for part, values in sent.items()}
        self.raw_data = [typed for typed in self.typed.values() if typed]
        self.repeated = any(len(values) > 1 for values in sent.values())
        self.data = None
        try:
            self.data = self._read() if self.raw_data else None
        except ValueError as wrong:
            self.process_errors.append(str(wrong))

    def _read(self) -> date:
        """Turn the boxes into a day; raise ValueError with a sentence that says what to do."""
        for part, words in zip(PARTS, (_("ngày"), _("tháng"), _("năm")), strict=True):
            if not self.typed[part]:
                raise ValueError(_("Còn thiếu %(part)s. Hãy ghi đủ ngày, tháng và năm.", part=words))
            if not DIGITS.fullmatch(self.typed[part]):
                raise ValueError(_("Hãy ghi ngày, tháng và năm bằng chữ số, ví dụ 27 3 2026."))
        day, month, year = (int(self.typed[part]) for part in PARTS)
        check_year(year, ahead=YEARS_AHEAD, shown_ahead=YEARS_AHEAD if self.future else 0)
        check_day(day, month, year)
        read = date(year, month, day)
        if read > clock.today() and not self.future:
            raise ValueError(_("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua."))
        return read


class BirthYear(QuestionField, IntegerField):
    """A year of birth of four digits; its data is a number, or None."""

    kind = "year"
    missing = lazy_gettext("Hãy ghi năm sinh.")

    def process_formdata(self, valuelist: Any) -> None:
        """Read the year; somebody may be 120 years old, and nobody is born tomorrow."""
        typed = "".join(valuelist[:1]).strip()
        self.data = None
        if not typed:
            return
        if not DIGITS.fullmatch(typed):
            raise ValueError(_("Hãy ghi năm sinh bằng chữ số, ví dụ 1987."))
        year = int(typed)
        check_year(year, ahead=0)
        if year < clock.today().year - OLDEST:
            raise ValueError(_("Năm sinh %(year)d quá xa. Hãy xem lại.", year=year))
        self.data = year

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class YearOrAge(BirthYear):
    """A year of birth, or an age in years where nobody knows the year; its data is a year, or None."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read an age as the year that it most likely means."""
        typed = "".join(valuelist[:1]).strip()
        if DIGITS.fullmatch(typed) and int(typed) <= OLDEST:
            self.data = clock.today().year - int(typed)
            return
        super().process_formdata(valuelist)


def check_year(year: int, *, ahead: int, shown_ahead: int = 0) -> None:
    """Raise ValueError for a year that no case can have.

    `ahead` is how many years it may lie ahead, `shown_ahead` how many the message says.
    """
    this_year = clock.today().year
    if year < 100:
        raise ValueError(_("Hãy ghi năm đủ bốn chữ số, ví dụ %(year)d.", year=this_year))
    if year < EARLIEST or year > this_year + ahead:
        raise ValueError(
            _(
                "Năm %(year)d không đúng. Hãy ghi năm từ %(first)d đến %(last)d.",
                year=year,
                first=EARLIEST,
                last=this_year + shown_ahead,
            )
        )


def check_day(day: int, month: int, year: int) -> None:
    """Raise ValueError for a day that the calendar does not have."""
    if not 1 <= month <= 12:
        raise ValueError(_("Tháng phải từ 1 đến 12. Hãy xem lại."))
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ValueError(
            _(
                "Tháng %(month)d năm %(year)d chỉ có ngày 1 đến ngày %(last)d. Hãy xem lại ngày.",
                month=month,
                year=year,
                last=last,
            )
        )
