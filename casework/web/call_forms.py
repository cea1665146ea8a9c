"""The form in which a telephone call is written down: when, who answered, and whether anybody did."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.utils import unset_value

from casework import clock
from casework.web.choice_fields import NO, YES, Choice
from casework.web.forms import Form, ShortText, TimeOfDay

# So far the clock of a telephone may be ahead of this machine's.
_TOLERATED = timedelta(minutes=10)
_TODAY, _YESTERDAY = "today", "yesterday"


class RecentHour(TimeOfDay):
    """An hour of today or yesterday, filled with the present; its data is that moment in the commune's time, or None.

    An hour that has not come today is asked about: it may be yesterday's, or mistyped.
    """

    kind = "recent"
    day = _TODAY

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        sent = formdata.getlist(self.day_name) if formdata is not None else []
        self.day = _YESTERDAY if sent == [_YESTERDAY] else _TODAY
        super().process(formdata, clock.local(clock.micros()) if data is unset_value else data, extra_filters)

    @property
    def day_name(self) -> str:
        return f"{self.name}-day"

    @property
    def days(self) -> list[tuple[str, str, bool]]:
        """Return value and words of each day, and whether it is the chosen one."""
        words = {_TODAY: gettext("Hôm nay"), _YESTERDAY: gettext("Hôm qua")}
        return [(value, text, value == self.day) for value, text in words.items()]

    def process_formdata(self, valuelist: Any) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            hour, self.data = self.data, None
            self.data = self._moment(hour, clock.local(clock.micros()))

    def _moment(self, hour: Any, now: datetime) -> datetime:
        today = datetime.combine(now.date(), hour, tzinfo=clock.LOCAL)
        if self.day == _YESTERDAY:
            return today - timedelta(days=1)
        tomorrow = today + timedelta(days=1)
        if tomorrow <= now + _TOLERATED:
            return tomorrow
        if today > now + _TOLERATED:
            words = gettext("%(hour)s hôm nay chưa tới. Nếu là hôm qua thì chọn Hôm qua.", hour=f"{hour:%H:%M}")
            raise ValueError(words)
        return today


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
