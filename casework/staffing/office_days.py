"""The calendar of the office as a detail that two people change: what is proposed, and how it goes into its file.

One installation has one calendar. Where it serves several communes, nobody of one may move the due dates of another:
there the operator changes the file.
"""

from uuid import NAMESPACE_OID, uuid5

from casework.audit import freshness, read
from casework.codelists import office_calendar, working_days
from casework.codelists.office_calendar import OwnCalendar
from casework.codelists.toml_files import BadLocalFile
from casework.errors import BadInput, Busy, Conflict, gettext_noop
from casework.gate import ActContext
from casework.policy.vocabulary import Act
from casework.vault.keys.context import CryptoContext

# What lines of the log about the calendar name; their reason ends in the mark of what was confirmed.
CALENDAR_ID = uuid5(NAMESPACE_OID, "casework calendar.toml")
_CHANGED = gettext_noop("Lịch đã đổi từ khi có đề nghị này. Hãy bỏ đề nghị, rồi đề nghị lại từ lịch đang dùng.")
_SHARED = gettext_noop("Sổ này chung cho nhiều xã, nên lịch do người trông máy chủ sửa trong tệp calendar.toml.")
_NOT_WRITTEN = gettext_noop("Không ghi được tệp lịch (calendar.toml). Chưa đổi gì; hãy gọi người trông máy chủ.")


def in_force() -> OwnCalendar:
    return working_days.calendar().own


def propose(context: ActContext, text: str) -> str:
    """Return what is kept of a proposed calendar: the mark of the one that it was made from, and its text.

    Raises BadInput for what is no calendar, or is the one that was confirmed and is in force.
    """
    _require_one_commune(context)
    try:
        proposed = office_calendar.of_text(text)
    except BadLocalFile as wrong:
        vietnamese, _, _ = str(wrong).partition(" / ")
        raise BadInput(vietnamese) from wrong
    mark = office_calendar.digest(in_force())
    if office_calendar.digest(proposed) == mark and confirmed(context.crypto) in ("", mark):
        raise BadInput("Sổ đang ghi đúng như vậy, không có gì để sửa.")
    return f"{mark}\n{office_calendar.as_text(proposed)}"


def proposed_text(value: str) -> str:
    """Return the text of a calendar that was kept as a proposal."""
    return value.partition("\n")[2]


def confirm(context: ActContext, value: str) -> None:
    """Write a proposed calendar into its file; the line of the log says its mark.

    The file is written before the line is committed: what breaks off between the two is told by `casework check`, and
    confirming again completes it. Raises Conflict if another calendar is in force than the one it was made from.
    """
    _require_one_commune(context)
    before, proposed = value.partition("\n")[0], office_calendar.of_text(proposed_text(value))
    mark = office_calendar.digest(proposed)
    if office_calendar.digest(in_force()) not in (before, mark):
        raise Conflict(_CHANGED)
    context.reason = f"calendar {mark}"
    try:
        working_days.write(proposed)
    except OSError as cause:
        raise Busy(_NOT_WRITTEN) from cause


def confirmed(crypto: CryptoContext) -> str:
    """Return the mark of the calendar that was confirmed last; empty where none ever was."""
    line = read.last_outcome(crypto, Act.DETAIL_CONFIRM, CALENDAR_ID)
    return line[1].partition(" ")[2] if line else ""


def is_shared(context: ActContext) -> bool:
    """Tell whether several communes have this one calendar."""
    return len(freshness.commune_ids(context.session)) > 1


def _require_one_commune(context: ActContext) -> None:
    if is_shared(context):
        raise BadInput(_SHARED)
