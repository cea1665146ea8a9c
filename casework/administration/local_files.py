"""What is wrong with the files that the office wrote for the program: its calendar."""

from collections.abc import Iterator

from casework.codelists import office_calendar
from casework.codelists.toml_files import BadLocalFile
from casework.config import CALENDAR, Config

_CALENDAR_TODO = "Sửa đúng dòng ấy. Sổ đang chạy thì còn dùng lịch cũ; tắt rồi thì không mở được cho tới khi sửa."


def find_wrong(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in a sentence that names file and line, and what to do."""
    path = config.data / CALENDAR
    if path.exists():
        try:
            office_calendar.read(path)
        except BadLocalFile as wrong:
            yield str(wrong), _CALENDAR_TODO
