"""What is wrong with the files that the office wrote for the program: its calendar, its words and numbers."""

from collections.abc import Iterator

from casework.codelists import office_calendar, overrides
from casework.codelists.office_calendar import OwnCalendar
from casework.codelists.toml_files import BadLocalFile
from casework.config import CALENDAR, Config
from casework.gate import Gate
from casework.maintenance.system_actors import commune_ids
from casework.staffing import office_days
from casework.vault.keys.context import CryptoContext

_CALENDAR_TODO = (
    "Sửa đúng dòng ấy. Sổ đang chạy thì còn dùng lịch cũ; tắt rồi thì không mở được cho tới khi sửa. / Mend that line. "
    "A running book still uses the old calendar; once stopped, it does not start before the file is mended."
)
_OVERRIDES_TODO = (
    "Sửa đúng chỗ ấy, xem lại bằng `casework lists check`. Tắt sổ rồi thì không mở được cho tới khi sửa. / Mend it and "
    "look again with `casework lists check`. Once stopped, the book does not start before the file is mended."
)
_BY_HAND = (
    "calendar.toml khác lịch mà hai người đã xác nhận: có ai sửa hoặc xóa tệp bằng tay. / calendar.toml differs from "
    "the calendar that two people confirmed: somebody changed or deleted the file by hand."
)
_BY_HAND_TODO = (
    "Xem lại tệp; đúng thì nhờ quản trị gửi đề nghị ở trang Lịch làm việc, và người thứ hai xác nhận. / Look at the "
    "file; if it is right, let an administrator propose it on the page of the calendar, and a second one confirm."
)


def find_wrong(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in a sentence that names file and line, and what to do."""
    for one in overrides.find_wrong(config.data / overrides.FOLDER):
        yield str(one), _OVERRIDES_TODO
    path = config.data / CALENDAR
    try:
        if path.exists():
            office_calendar.read(path)
    except BadLocalFile as wrong:
        yield str(wrong), _CALENDAR_TODO


def find_changed_by_hand(config: Config, gate: Gate) -> Iterator[tuple[str, str]]:
    """Compare the calendar with what two people of the one commune confirmed last; several communes confirm nothing.

    A calendar that cannot be read is found by `find_wrong`.
    """
    path, communes = config.data / CALENDAR, commune_ids(gate)
    try:
        mark = office_calendar.digest(office_calendar.read(path) if path.exists() else OwnCalendar())
    except BadLocalFile:
        return
    with gate.database.read_only() as session:
        confirmed = [office_days.confirmed(CryptoContext(session, gate.server_keys(one), None, 0)) for one in communes]
    if len(confirmed) == 1 and confirmed[0] not in ("", mark):
        yield _BY_HAND, _BY_HAND_TODO
