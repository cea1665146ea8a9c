"""Kinds of questions that only an intake asks: a closed list of its own, a year or an age, a small number."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField

from casework import clock
from casework.web.choices import Choice
from casework.web.dates import OLDEST, BirthYear
from casework.web.fields import Question

MOST = 30
DIGITS = re.compile(r"[0-9]{1,4}")


class ClosedList(Choice):
    """One answer out of many, drawn as a closed list."""

    kind = "select"

    @property
    def anchor(self) -> str:
        """Give the id of the closed list."""
        return str(self.id)


class YearOrAge(BirthYear):
    """A year of birth, or an age in years where nobody knows the year; its data is a year, or None."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read an age as the year that it most likely means."""
        typed = "".join(valuelist[:1]).strip()
        if DIGITS.fullmatch(typed) and int(typed) <= OLDEST:
            self.data = clock.today().year - int(typed)
            return
        super().process_formdata(valuelist)


class HowMany(Question, IntegerField):
    """A small whole number; its data is a number, or None."""

    kind = "year"
    missing = lazy_gettext("Hãy ghi một số.")

    def process_formdata(self, valuelist: Any) -> None:
        """Read the number."""
        typed = "".join(valuelist[:1]).strip()
        self.data = None
        if not typed:
            return
        if not DIGITS.fullmatch(typed) or int(typed) > MOST:
            raise ValueError(_("Hãy ghi một số từ 0 đến %(most)d, bằng chữ số.", most=MOST))
        self.data = int(typed)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)
