"""Form field for a whole number."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField

from casework.web.text_fields import QuestionField

_LONGEST = 6


class WholeNumber(QuestionField, IntegerField):
    """A whole number from 0 to `most`; its data is an int, or None."""

    kind = "year"
    missing = lazy_gettext("Hãy ghi một con số.")

    def __init__(self, label: Any, *, most: int = 999, **options: Any) -> None:
        self.most = most
        super().__init__(label, **options)

    def process_formdata(self, valuelist: Any) -> None:
        typed = "".join(valuelist[:1]).strip()
        self.data = None
        if not typed:
            return
        if not (typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST):
            raise ValueError(_("Hãy ghi một con số bằng chữ số, ví dụ 2."))
        if int(typed) > self.most:
            raise ValueError(_("Số %(number)d lớn quá. Nhiều nhất là %(most)d.", number=int(typed), most=self.most))
        self.data = int(typed)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)
