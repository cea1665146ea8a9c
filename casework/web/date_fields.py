"""Form fields for a date, and for a year of birth or an age."""

import calendar
import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField
from wtforms.utils import unset_value

from casework import clock
from casework.partial_date import PartialDate
from casework.web.text_fields import QuestionField

PARTS = ("day", "month", "year")
EARLIEST = 1900
OLDEST = 120
YEARS_AHEAD = 10
DIGITS = re.compile(r"[0-9]{1,4}")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
AGE = re.compile(r"([0-9]{1,4})\s*(tuổi|tuoi|t)?")
# People who write a year with two figures are seldom younger or older; so a woman of 39 is not asked about 1939.
YOUNGEST_MEANT, OLDEST_MEANT = 11, 70


class DateParts(QuestionField):
    """A date in three boxes, day, month, year; its data is a date or None, in the future only with `future`.

    With `partial` the day may stay empty, and the month too: then its data is a PartialDate. `ahead` are days from
    today that one tap chooses.
    """

    kind = "date"
    missing = lazy_gettext("Hãy ghi ngày, tháng và năm.")

    def __init__(
        self, label: Any, *, future: bool = False, partial: bool = False, ahead: Sequence[int] = (), **options: Any
    ) -> None:
        self.future, self.partial, self.ahead = future, partial, tuple(ahead)
        self.typed: dict[str, str] = dict.fromkeys(PARTS, "")
        self.chosen_near: list[str] = []
        super().__init__(label, **options)

    @property
    def anchor(self) -> str:
        return f"{self.id}-day"

    @property
    def near_name(self) -> str:
        return f"{self.name}-near"

    @property
    def near(self) -> list[tuple[str, str, bool]]:
        """Return the days that one tap chooses, as (ISO 8601, words, chosen): of days to come those `ahead` alone.

        The value is the day itself: a page or a draft that is sent after midnight still means the day that was chosen.
        """
        today = clock.today()
        days = [(today, _("Hôm nay")), (today - timedelta(days=1), _("Hôm qua"))]
        if self.future:
            days = [(today + timedelta(days=number), _ahead(number)) for number in self.ahead]
        return [(day.isoformat(), words, day.isoformat() in self.chosen_near) for day, words in days]

    @property
    def inputs(self) -> list[str]:
        """Return the names by which the answer is sent."""
        return [*(name for name, _words, _typed, _width in self.boxes), self.near_name]

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
            self.typed = {part: str(getattr(self.data, part, None) or "") for part in PARTS}
        if formdata is None:
            return
        sent = {part: formdata.getlist(f"{self.name}-{part}") for part in PARTS}
        self.typed = {part: "".join(values[:1]).strip()[:20] for part, values in sent.items()}
        self.raw_data = [typed for typed in self.typed.values() if typed]
        self.repeated = any(len(values) > 1 for values in sent.values())
        self.data = None
        try:
            self._take_near(formdata.getlist(self.near_name))
            self.data = self._read() if self.raw_data else None
        except ValueError as wrong:
            self.process_errors.append(str(wrong))

    def _take_near(self, values: Collection[str]) -> None:
        """Fill the boxes with a day that was chosen beside them.

        Raises ValueError for two, or if the boxes say another: then both stand in the page again.
        """
        offered = bool(self.ahead) or not self.future
        found = sorted(set(filter(ISO_DAY.fullmatch, values))) if offered else []
        if not found:
            return
        said = [self.typed[part].lstrip("0") for part in PARTS]
        meant = [part.lstrip("0") for part in reversed(found[0].split("-"))]
        if len(found) > 1 or (self.raw_data and said != meant):
            self.chosen_near = found
            raise ValueError(_("Ngày đã chọn khác với ngày trong ba ô. Hãy để một trong hai."))
        self.typed = dict(zip(PARTS, meant, strict=True))
        self.raw_data = meant

    def _read(self) -> date | PartialDate:
        """Turn the boxes into a day; raise ValueError with a sentence that says what to do."""
        for part, words in zip(PARTS, (_("ngày"), _("tháng"), _("năm")), strict=True):
            if not self.typed[part] and not self._may_lack(part):
                raise ValueError(_("Còn thiếu %(part)s. Hãy ghi đủ ngày, tháng và năm.", part=words))
            if self.typed[part] and not DIGITS.fullmatch(self.typed[part]):
                raise ValueError(_("Hãy ghi ngày, tháng và năm bằng chữ số, ví dụ 27 3 2026."))
        day, month = (int(self.typed[part]) if self.typed[part] else None for part in ("day", "month"))
        year = int(self.typed["year"])
        check_year(year, ahead=YEARS_AHEAD, shown_ahead=YEARS_AHEAD if self.future else 0)
        check_day(1 if day is None else day, 1 if month is None else month, year)
        read = PartialDate(year, month) if day is None or month is None else date(year, month, day)
        if (read if isinstance(read, date) else read.first) > clock.today() and not self.future:
            raise ValueError(_("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua."))
        return read

    def _may_lack(self, part: str) -> bool:
        return self.partial and (part == "day" or (part == "month" and not self.typed["day"]))


def _ahead(days: int) -> str:
    """Return the words for a day so many days from today."""
    if days <= 1:
        return str(_("Ngày mai") if days else _("Hôm nay"))
    if days % 7:
        return str(_("%(count)s ngày nữa", count=days))
    return str(_("%(count)s tuần nữa", count=days // 7))


class YearOrAge(QuestionField, IntegerField):
    """A year of birth, or an age where nobody knows the year ("39", "39 tuổi"); its data is a year, or None.

    Two figures that may be either are asked about: an age of many years, or the end of a year.
    """

    kind = "year"
    missing = lazy_gettext("Hãy ghi năm sinh.")
    age: int | None = None

    def process_formdata(self, valuelist: Any) -> None:
        """Read an age as the year that it most likely means; somebody may be 120 years old, nobody is born tomorrow."""
        typed = unicodedata.normalize("NFC", "".join(valuelist[:1])).strip().lower()
        self.data = self.age = None
        if not typed:
            return
        parts = AGE.fullmatch(typed)
        if not parts:
            raise ValueError(_("Hãy ghi năm sinh bằng chữ số, ví dụ 1987, hoặc tuổi, ví dụ 39 tuổi."))
        number, is_age, today = int(parts[1]), bool(parts[2]), clock.today()
        if not is_age and (year := _year_meant(parts[1], today)):
            words = _(
                "Là %(age)d tuổi hay sinh năm %(year)d? Hãy ghi “%(age)d tuổi” hoặc “%(year)d”.", age=number, year=year
            )
            raise ValueError(words)
        if number <= OLDEST:
            self.age = number
            self.count_from(today)
            return
        check_year(number, ahead=0)
        if is_age or number < today.year - OLDEST:
            raise ValueError(_("Năm sinh %(year)d quá xa. Hãy xem lại.", year=number))
        self.data = number

    def count_from(self, day: date) -> None:
        """Count an age back from the day on which it was said, which may lie before the turn of a year."""
        if self.age is not None:
            self.data = day.year - self.age

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


def _year_meant(typed: str, today: date) -> int | None:
    """Return the year of which two figures may be the end, if that makes somebody of a usual age."""
    if len(typed) != 2:
        return None
    century = today.year - today.year % 100
    year = century + int(typed)
    year = year if year <= today.year else year - 100
    return year if YOUNGEST_MEANT <= today.year - year <= OLDEST_MEANT else None


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
