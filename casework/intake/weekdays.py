"""Days with the name of the day of the week: people remember that it was a Sunday."""

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from casework import clock
from casework.partial_date import PartialDate
from casework.web.translation import day

WEEKDAYS = (
    lazy_gettext("thứ Hai"),
    lazy_gettext("thứ Ba"),
    lazy_gettext("thứ Tư"),
    lazy_gettext("thứ Năm"),
    lazy_gettext("thứ Sáu"),
    lazy_gettext("thứ Bảy"),
    lazy_gettext("Chủ nhật"),
)


def with_weekday(on: date | PartialDate) -> str:
    """Write a day with its day of the week: "thứ Hai, 23/11/2026"."""
    return day(on) if isinstance(on, PartialDate) else f"{WEEKDAYS[on.weekday()]}, {day(on)}"


def help_with_days() -> str:
    """Return the hint that names the dates of today and of last Sunday."""
    today = clock.today()
    sunday = today - timedelta(days=today.isoweekday())
    return _(
        "Hôm nay là %(today)s; Chủ nhật vừa rồi là %(sunday)s."
        " Không nhớ ngày thì chỉ ghi tháng, năm; không biết thì để trống.",
        today=with_weekday(today),
        sunday=day(sunday),
    )
