"""The hint beside a question for a day: people remember that it was a Sunday."""

from datetime import timedelta

from flask_babel import gettext as _

from casework import clock
from casework.web.translation import day, with_weekday


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
