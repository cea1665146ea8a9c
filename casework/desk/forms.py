"""The small forms of the desk: a search, a note, the closing of a case."""

from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _
from wtforms import HiddenField

from casework.cases.fields import field_of
from casework.cases.sections import Note, Plan
from casework.web.forms import Form, LongText, ShortText


class SearchForm(Form):
    query = ShortText(_("Tên, mã vụ việc hoặc số điện thoại"), limit=100, hint=_("Gõ không dấu cũng được."))


class NoteForm(Form):
    """A follow-up note; `once` keeps a double submission from making two."""

    words = field_of(Note, "words", required=True, rows=3, missing=_("Hãy ghi vài chữ trước khi lưu."))
    once = HiddenField(default=lambda: uuid4().hex)

    def idempotency_key(self) -> UUID | None:
        """Return the key that tells two sendings of this form from two notes, or None if it came back broken."""
        try:
            return UUID(hex=self.once.data or "")
        except ValueError:
            return None


def empty_note() -> NoteForm:
    return NoteForm(formdata=None)  # type: ignore[no-untyped-call]


class CloseCaseForm(Form):
    """How a case ended."""

    outcome = field_of(Plan, "outcome", required=True, select=False)
    words = field_of(Plan, "closing_words", rows=4)


class ReopenForm(Form):
    """Why a closed case is opened again."""

    words = LongText(_("Vì sao mở lại?"), rows=4)
