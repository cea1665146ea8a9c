"""The small forms of the desk: a search, a note, the closing of a case."""

from flask_babel import lazy_gettext as _

from casework.cases.fields import field_of
from casework.cases.sections import Note, Plan
from casework.web.forms import Form, LongText, SentOnceForm, ShortText


class SearchForm(Form):
    query = ShortText(_("Tên, mã vụ việc hoặc số điện thoại"), limit=100, hint=_("Gõ không dấu cũng được."))


class NoteForm(SentOnceForm):
    words = field_of(Note, "words", required=True, rows=3, missing=_("Hãy ghi vài chữ trước khi lưu."))


def empty_note() -> NoteForm:
    return NoteForm(formdata=None)  # type: ignore[no-untyped-call]


class CloseCaseForm(Form):
    outcome = field_of(Plan, "outcome", required=True, select=False)
    words = field_of(Plan, "closing_words", rows=4)


class ReopenForm(Form):
    words = LongText(_("Vì sao mở lại?"), rows=4)
