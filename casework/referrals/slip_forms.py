"""The forms of a slip: whether a paper is safe to keep, what stands on it, and the number by which it is found."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework import clock
from casework.cases.fields import field_of
from casework.cases.sections import Letter
from casework.codelists import codelist
from casework.referrals.slip_actions import HOTLINE, NO_ONE, NO_PLACE, TELLING, tells
from casework.web.choice_fields import NO, YES, Choice
from casework.web.forms import DateParts, Form, SentOnceForm, ShortText, TimeOfDay

AHEAD = (0, 1, 3, 7)
# Whoever sees these agencies on a note thinks of nothing: their name and telephone may stand there beforehand.
_USUAL = frozenset(filter(None, (kind.text("agency") for kind in codelist("slip_kind"))))


class SlipForm(SentOnceForm):
    """Asked first: is it safe to keep a paper? The rest is needed only then."""

    safe = Choice(
        _("Giữ giấy có an toàn không?"),
        [
            (YES, _("An toàn: người ấy nói giữ được")),
            (NO, _("Không an toàn: không in")),
            ("unknown", _("Chưa hỏi được: không in")),
        ],
        hint=_("Hỏi chính người ấy: ai hay xem túi, xem điện thoại? Không chắc thì không in, hãy nói bằng lời."),
    )
    slip_kind = field_of(Letter, "slip_kind")
    place = field_of(Letter, "place")
    ask_for = field_of(Letter, "ask_for")
    phone = field_of(Letter, "phone")
    day = DateParts(_("Đến ngày nào"), future=True, ahead=AHEAD, required=False)
    hour = TimeOfDay(_("Đến lúc mấy giờ"), required=False, hint=_("Ví dụ 8:30. Không hẹn giờ thì để trống."))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        # They are needed if a slip is made at all: nobody is told that they may stay empty.
        for field in (self.slip_kind, self.place, self.ask_for):
            field.flags.told = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for what a slip needs where one is to be made, and for other words where a neutral one would tell."""
        valid = super().validate(extra_validators)
        if self.safe.data != YES:
            return valid
        wrong = [(self.slip_kind, gettext("Hãy chọn loại phiếu."))] if not self.slip_kind.data else []
        wrong += [(self.place, gettext(NO_PLACE))] if not self.place.data else []
        wrong += [(self.ask_for, gettext(NO_ONE))] if not self.ask_for.data else []
        wrong += [(field, gettext(TELLING)) for field in (self.place, self.ask_for) if self._tells(field)]
        wrong += [(self.phone, gettext(HOTLINE))] if self._tells(self.phone) else []
        wrong += self._wrong_time()
        for field, words in wrong:
            field.errors = [*field.errors, words]
        return valid and not wrong

    def _tells(self, field: Any) -> bool:
        kind = self.slip_kind.data
        neutral = kind in codelist("slip_kind") and codelist("slip_kind").get(kind).flag("neutral")
        return bool(neutral and tells(field.data or ""))

    def _wrong_time(self) -> list[tuple[Any, str]]:
        if self.day.errors:
            return []
        if self.day.data and self.day.data < clock.today():
            return [(self.day, gettext("Ngày hẹn đã qua. Hãy chọn hôm nay hoặc một ngày tới."))]
        if self.hour.data and not self.day.data:
            return [(self.day, gettext("Hãy chọn ngày hẹn."))]
        return []

    def fill_in(self, line: Any) -> None:
        """Propose place and telephone where the receiver is one that everybody goes to."""
        if line.other_kind in _USUAL:
            self.place.data = line.other
            self.phone.data = line.numbers.office.number if line.numbers.office else ""

    @property
    def slip(self) -> Letter:
        """Return what stands on the slip."""
        return Letter(
            slip_kind=self.slip_kind.data or "",
            place=self.place.data or "",
            ask_for=self.ask_for.data or "",
            phone=self.phone.data or "",
            when=self._when,
        )

    @property
    def _when(self) -> str:
        if not self.day.data:
            return ""
        if not self.hour.data:
            return str(self.day.data.isoformat())
        at = datetime.combine(self.day.data, self.hour.data, tzinfo=clock.LOCAL)
        return at.isoformat(timespec="minutes")


class FindSlipForm(Form):
    number = ShortText(_("Số trên phiếu"), limit=20, hint=_("Sáu chữ số, ví dụ 482 173."))
