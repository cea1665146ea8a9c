"""When a paper was written that is typed in later: that is when the case was received, and its clocks began."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework import clock
from casework.cases.reporting_delay import RECORDED
from casework.web.forms import DateParts, Form, TimeOfDay


class WrittenOnPaper(Form):
    """What a page asks besides where it is typed in from paper, and else not: on which day the paper was written, when.

    It stands before the page in the bases of a form.
    """

    received_on = DateParts(_("Tờ giấy viết ngày nào?"))
    received_hour = TimeOfDay(_("Viết lúc mấy giờ?"), hint=_("Không nhớ rõ thì ghi giờ gần đúng, ví dụ 23:15."))

    def __init__(self, typed: Any, offers: Any, *more: Any) -> None:
        super().__init__(typed, offers, *more)  # type: ignore[call-arg, no-untyped-call]
        if not offers.paper:
            del self.received_on
            del self.received_hour

    @property
    def received(self) -> datetime | None:
        """Return the moment at which the paper was written; None where there is none, or it was not said."""
        if "received_on" not in self or not (self.received_on.data and self.received_hour.data):
            return None
        return datetime.combine(self.received_on.data, self.received_hour.data, tzinfo=clock.LOCAL)

    @property
    def on_paper_at(self) -> str:
        """Return that moment as a case keeps it, or an empty text."""
        return self.received.strftime(RECORDED) if self.received else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse an hour of today that has not come."""
        valid = super().validate(extra_validators)
        if self.received is None or self.received <= clock.local(clock.micros()):
            return valid
        self.received_hour.errors = [gettext("Giờ này hôm nay chưa tới. Hãy xem lại ngày và giờ trên giấy.")]
        return False
