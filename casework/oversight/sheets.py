"""Writes what is exported of the log as a table, in the language of the page."""

from collections.abc import Iterator

from flask_babel import gettext as _

from casework import clock
from casework.oversight import policy_text
from casework.oversight.exporting import Export
from casework.web.choices import language


def rows(found: Export) -> Iterator[tuple[object, ...]]:
    """Yield the names of the columns, then a row for each line, or for each act of each week."""
    if found.weeks:
        yield _("Tuần từ"), _("Đến"), _("Việc"), _("Từ trong nhật ký"), _("Số lần")
        for week in found.weeks:
            for act, times in week.totals:
                yield week.first, week.last, policy_text.act_words(act, language()), act, times
        return
    yield _("Lúc"), _("Ai"), _("Việc"), _("Từ trong nhật ký"), _("Vụ việc"), _("Kết quả")
    for line in found.lines:
        at = clock.local(line.at).isoformat(sep=" ", timespec="seconds")
        words = policy_text.act_words(line.act, language())
        yield at, line.who, words, line.act, line.code, _("Không được phép") if line.denied else ""
