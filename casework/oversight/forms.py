"""Forms of the log: the short number to compare, and how many weeks to export."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext

from casework.oversight.log_export import WEEKS
from casework.web.forms import Choice, Form, ShortText


class NumberForm(Form):
    number = ShortText(_("Con số đã ghi lần trước"), limit=40, hint=_("Ví dụ: 1234-ab12cd34."))


class ExportForm(Form):
    weeks = Choice(
        _("Xuất bao nhiêu tuần, kể cả tuần này?"),
        [(str(weeks), lazy_ngettext("%(num)d tuần", "%(num)d tuần", weeks)) for weeks in WEEKS],
    )
