"""The form in which a telephone call is written down: when, who answered, and whether anybody did."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.utils import unset_value

from casework import clock
from casework.web.choice_fields import NO, YES, Choice
from casework.web.date_fields import ISO_DAY
from casework.web.forms import Form, ShortText, TimeOfDay

# So far the clock of a telephone may be ahead of this machine's.
_TOLERATED = timedelta(minutes=10)
_DAY = timedelta(days=1)


class RecentHour(TimeOfDay):
    """An hour of today or yesterday, filled with the present; its data is that moment in the commune's time, or None.

    An hour that has not come today is asked about: it may be yesterday's, or mistyped.
    """

    kind = "recent"
    day: date | None = None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        sent = formdata.get(self.day_name, "") if formdata is not None else ""
        chosen = date.fromisoformat(sent) if ISO_DAY.fullmatch(sent) else None
        self.day = chosen if chosen in self._near() else None
        super().process(formdata, clock.local(clock.micros()) if data is unset_value else data, extra_filters)

    @property
    def day_name(self) -> str:
        return f"{self.name}-day"

    @property
    def days(self) -> list[tuple[str, str, bool]]:
        """Return each day as (ISO 8601, words, chosen): a page that is sent after midnight means the same day."""
        today, yesterday = self._near()
        chosen, words = self.day or today, ((today, gettext("Hôm nay")), (yesterday, gettext("Hôm qua")))
        return [(day.isoformat(), text, day == chosen) for day, text in words]

    @staticmethod
    def _near() -> tuple[date, date]:
        today = clock.today()
        return today, today - _DAY

    def process_formdata(self, valuelist: Any) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            hour, self.data = self.data, None
            self.data = self._moment(hour, clock.local(clock.micros()))

    def _moment(self, hour: Any, now: datetime) -> datetime:
        moment = datetime.combine(self.day or now.date(), hour, tzinfo=clock.LOCAL)
        if moment.date() < now.date():
            return moment
        if moment + _DAY <= now + _TOLERATED:
            return moment + _DAY
        if moment > now + _TOLERATED:
            words = gettext("%(hour)s hôm nay chưa tới. Nếu là hôm qua thì chọn Hôm qua.", hour=f"{hour:%H:%M}")
            raise ValueError(words)
        return moment


class PhoneCallForm(Form):
    """A call and its two buttons; pressing one of them answers whether somebody was reached."""

    hour = RecentHour(_("Gọi lúc mấy giờ?"), hint=_("Ví dụ 23:15."))
    who = ShortText(_("Ai nghe máy?"), required=False, limit=100)
    reached = Choice(_("Có gọi được không?"), [(YES, _("Đã gọi được")), (NO, _("Chưa gọi được"))])

    @property
    def when(self) -> str:
        """Return the moment as a sheet keeps it: ISO 8601 to the minute."""
        return minute_of(self.hour.data)

    @property
    def was_reached(self) -> bool:
        return bool(self.reached.data == YES)


def minute_of(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
