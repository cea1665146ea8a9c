"""The two small forms about something that is due: another day with a reason, a colleague."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from casework import clock
from casework.cases.fields import field_of
from casework.cases.task_entry import Task
from casework.web.forms import Choice, DateParts, Form, parse_uuid

# What is moved waits until tomorrow unless another day is chosen.
_AHEAD = (1, 3, 7)


def _tomorrow() -> Any:
    return clock.today() + timedelta(days=1)


class MoveDueForm(Form):
    """To which day, and why; the reason is the button that sends it."""

    moved_to = DateParts(
        _("Dời đến ngày nào"), future=True, ahead=_AHEAD, required=True, missing=_("Hãy chọn ngày hẹn.")
    )
    moved_for = field_of(Task, "moved_for", required=True, select=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, moved_to=_tomorrow(), **values)  # type: ignore[no-untyped-call]


class HandOnForm(Form):
    """To whom; the name is the button that sends it."""

    to = Choice(_("Giao lại cho ai?"), (), validate_choice=False)

    @property
    def member(self) -> UUID | None:
        return parse_uuid(self.to.data or "")
