"""Export of the audit log as CSV: lines of one's own agency, or the totals of weeks, never both.

The file is made for spreadsheets: UTF-8 with a byte order mark, and no cell can begin a formula (CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from casework import clock
from casework.errors import BadInput, gettext_noop
from casework.gate import ActContext, action
from casework.oversight import policy_text
from casework.oversight.actions import LogLine, Week, monday, visible_lines, week_totals
from casework.policy.permit import Actor, issue
from casework.policy.vocabulary import Act, Reach
from casework.web.choice_fields import language

WEEKS = (1, 4, 13, 52)
_MOST = 50_000
# Without this mark a spreadsheet takes UTF-8 for another encoding.
_BOM = "\ufeff"
# Cells that begin like this are taken for formulas or hide what follows.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
MIMETYPE = "text/csv"


@dataclass(frozen=True)
class LogExport:
    """What goes into a file: lines, the newest first; or the totals of weeks for who may see no lines."""

    lines: tuple[LogLine, ...] = ()
    weeks: tuple[Week, ...] = ()


def exports_lines(actor: Actor) -> bool:
    """Tell whether an actor's file holds lines; else it holds totals."""
    return issue(actor, Act.AUDIT_EXPORT).reach >= Reach.AGENCY


@action(Act.AUDIT_EXPORT)
def export_log(context: ActContext, weeks: int) -> LogExport:
    """Gather so many weeks of the log, this one too; the line of this act says how many lines or weeks.

    Raises BadInput for a number of weeks that is not offered, or over 50,000 lines.
    """
    if weeks not in WEEKS:
        raise BadInput(gettext_noop("Hãy chọn xuất bao nhiêu tuần."))
    if context.permit.reach < Reach.AGENCY:
        context.reason = f"{weeks} weeks"
        return LogExport(weeks=tuple(week_totals(context, ago) for ago in range(weeks)))
    since = clock.midnight(monday(context, weeks - 1))
    lines = visible_lines(context, skip=0, limit=_MOST + 1, since=since)
    if len(lines) > _MOST:
        raise BadInput(gettext_noop("Nhiều dòng quá cho một tệp. Hãy chọn ít tuần hơn."))
    context.reason = f"{len(lines)} lines"
    return LogExport(lines=tuple(lines))


def table_rows(exported: LogExport) -> Iterator[tuple[object, ...]]:
    """Yield the column names, then a row for each line, or for each act of each week."""
    if exported.weeks:
        yield _("Tuần từ"), _("Đến"), _("Việc"), _("Từ trong nhật ký"), _("Số lần")
        for week in exported.weeks:
            for act, times in week.totals:
                yield week.first, week.last, policy_text.act_words(act, language()), act, times
        return
    yield _("Lúc"), _("Ai"), _("Việc"), _("Từ trong nhật ký"), _("Vụ việc"), _("Kết quả")
    for line in exported.lines:
        if line.altered:
            yield "", "", _("Dòng nhật ký này đã bị sửa ngoài chương trình"), "", "", ""
            continue
        at = clock.local(line.at).isoformat(sep=" ", timespec="seconds")
        words = policy_text.act_words(line.act, language())
        yield at, line.who, words, line.act, line.code, _("Không được phép") if line.denied else ""


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file (RFC 4180) of these rows; the first one names the columns."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([csv_cell(value) for value in row] for row in rows)
    return (_BOM + buffer.getvalue()).encode()


def csv_cell(value: object) -> str:
    """Return the text of a cell; one that would begin a formula is marked as text by an apostrophe."""
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
