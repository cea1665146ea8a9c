"""The small forms of the desk: a search, a note, the closing of a case, what was done about a clock of the law."""

from datetime import datetime
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework import clock
from casework.cases.due_entries import LONGEST, NO_DAY, PAST, TOO_FAR
from casework.cases.fields import field_of, section_from_fields
from casework.cases.sections import Note, Plan
from casework.cases.task_entry import Task
from casework.desk.actions import DANGER_IS_ON
from casework.retention import voiding
from casework.web.choice_fields import AnyIds
from casework.web.forms import DateParts, Form, LongText, SentOnceForm, ShortText, TimeOfDay

# So many days from today can be chosen by one tap.
AHEAD = (1, 3, 7, 14)


class SearchForm(Form):
    query = ShortText(
        _("Tên, mã vụ việc hoặc số điện thoại"),
        limit=100,
        hint=_("Tên người ấy, tên người kia hoặc thôn. Vài chữ là đủ, gõ không dấu cũng được."),
    )


class PlanForm(SentOnceForm):
    """The next contact: on which day, at what time, how, what for."""

    due_on = field_of(Task, "due_on", ahead=AHEAD)
    due_hour = field_of(Task, "due_hour")
    how = field_of(Task, "how", select=True)
    what = field_of(Task, "what")
    required_day = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the day where something else was said of the next contact, and for one that can be."""
        valid = super().validate(extra_validators)
        if self.due_on.errors:
            return False
        day, today = self.due_on.data, clock.today()
        wrong = ""
        if day is None:
            wrong = NO_DAY if self.required_day or self.plans else ""
        elif not today <= day <= today + LONGEST:
            wrong = PAST if day < today else TOO_FAR
        self.due_on.errors = [gettext(wrong)] if wrong else []
        return valid and not wrong

    @property
    def plans(self) -> bool:
        """Tell whether anything was said of the next contact."""
        return any((self.due_on.data, self.due_hour.data, self.how.data, self.what.data))

    @property
    def contact(self) -> Task:
        return section_from_fields(Task, (self.due_on, self.due_hour, self.how, self.what))


class NoteForm(PlanForm):
    """A note, which next contacts it is about, and the next one if there is one."""

    words = field_of(Note, "words", required=True, rows=3, missing=_("Hãy ghi vài chữ trước khi lưu."))
    kept = AnyIds(_("Ghi chú này là của lần hẹn"))
    required_day = False


def empty_note() -> NoteForm:
    return NoteForm(formdata=None)  # type: ignore[no-untyped-call]


class _DangerForm(Form):
    """What leaves the lists: where danger is on, it must be said why there is none (`danger_over`)."""

    refusal: ClassVar[str]
    danger_over: Any

    def ask_about_danger(self, *, is_on: bool) -> None:
        """Ask why danger is over where it is on, and nowhere else."""
        self.danger_over.flags.required = True
        if not is_on:
            del self.danger_over

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if "danger_over" not in self or (self.danger_over.data or "").strip():
            return valid
        self.danger_over.errors = [gettext(self.refusal)]
        return False


class CloseCaseForm(_DangerForm):
    """How a case ended; where danger is on, also why it is over."""

    refusal = DANGER_IS_ON
    danger_over = field_of(
        Plan,
        "danger_over",
        rows=3,
        hint=_("Ví dụ: người kia đã bị tạm giam; người ấy đã chuyển đi nơi khác. Chưa chắc thì chưa đóng."),
    )
    outcome = field_of(Plan, "outcome", required=True, select=False)
    words = field_of(Plan, "closing_words", rows=4)

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was answered as the act takes it."""
        danger_over = self.danger_over.data if "danger_over" in self else ""
        return {"outcome": self.outcome.data, "words": self.words.data or "", "danger_over": danger_over or ""}


class MistakeForm(_DangerForm):
    """Why a case should never have been opened; where danger is on, also why there is none."""

    refusal = voiding.DANGER_IS_ON
    danger_over = LongText(_("Vì sao biết là không có nguy hiểm?"), required=False, rows=3)
    why = LongText(_("Vì sao là ghi nhầm?"), rows=3)

    @property
    def answers(self) -> dict[str, str]:
        """Return what was answered as the act takes it."""
        danger_over = self.danger_over.data if "danger_over" in self else ""
        return {"words": self.why.data or "", "danger_over": danger_over or ""}


class DeathForm(Form):
    """What is known of a death, and who cares for the children now."""

    words = field_of(Plan, "closing_words", required=True, rows=4, hint=_("Mất ngày nào, vì sao, ai báo tin."))
    children_after = field_of(
        Plan,
        "children_after",
        required=True,
        rows=3,
        hint=_("Tên người chăm sóc, ở đâu, có tin được không. Không có cháu nào thì ghi: không có."),
    )

    @property
    def answers(self) -> dict[str, Any]:
        return {"words": self.words.data or "", "children_after": self.children_after.data or ""}


class ReopenForm(Form):
    words = LongText(_("Vì sao mở lại?"), rows=4)


class ClockKeptForm(SentOnceForm):
    """What a clock of the law asks for was done: by whom, when, and what."""

    who = field_of(Task, "who", required=True)
    day = DateParts(_("Làm ngày nào?"))
    hour = TimeOfDay(_("Làm lúc mấy giờ?"), hint=_("Ví dụ 23:15."))
    words = field_of(Task, "words", required=True, rows=3)

    @property
    def answers(self) -> dict[str, str]:
        at = datetime.combine(self.day.data, self.hour.data, tzinfo=clock.LOCAL)
        return {"who": self.who.data or "", "when": at.isoformat(timespec="minutes"), "words": self.words.data or ""}


class ClockMistakenForm(SentOnceForm):
    words = field_of(Task, "words", required=True, rows=3, hint=_("Ghi vì sao đã ghi nhầm."))
