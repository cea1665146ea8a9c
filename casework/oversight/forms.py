"""The forms about the log: a number written down earlier, and how many weeks go into a file."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext

from casework.oversight.log_export import WEEKS
from casework.web.forms import Choice, Form, ShortText


class NumberForm(Form):
    """The short number that was written down."""

    number = ShortText(_("Con số đã ghi lần trước"), limit=40, hint=_("Ví dụ: 1234-ab12cd34."))


class ExportForm(Form):
    """How far back the file goes."""

    weeks = Choice(
        _("Xuất bao nhiêu tuần, kể cả tuần này?"),
        [(str(weeks), lazy_ngettext("%(num)d tuần", "%(num)d tuần", weeks)) for weeks in WEEKS],
    )
