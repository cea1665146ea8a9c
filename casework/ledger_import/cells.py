"""What one cell of a ledger says: a day, a year of birth, a telephone, a code; or in one sentence why not."""

import re
from datetime import date, timedelta

from flask_babel import gettext as _

from casework.codelists import codelist
from casework.ledger_import.columns import key_of, words
from casework.partial_date import PartialDate
from casework.vietnamese_text import plain
from casework.web import phones

_FIRST_YEAR = 1990
_OLDEST = 120
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")
_DAY_FIRST = re.compile(
    r"(?:ngay )?(\d{1,2})(?:\s*[/.\- ]\s*|\s*thang\s*)(\d{1,2})(?:\s*[/.\- ]\s*|\s*nam\s*)(\d{4}|\d{2})"
)
_MONTH = re.compile(r"(?:thang )?(\d{1,2})(?:\s*[/.\-]\s*|\s*nam\s*)(\d{4})")
_YEAR = re.compile(r"(?:nam |sn |sinh nam )?(\d{4})")
_AGE = re.compile(r"(\d{1,3})(?: ?t| ?tuoi)?")
_SERIAL = re.compile(r"[2-6]\d{4}")
# Days since this one are how spreadsheets number days, their own mistake about 1900 included.
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_LUNAR = re.compile(r"\b(am lich|a\.?l|mung|mong|ram|thang gieng|thang chap|nhuan)\b|\((al|a\.l)\)")
_CELL_PARTS = re.compile(r"[,;+/&\n]| va ")
_SHORTEST_LOST_ZERO = 9


class UnreadableCell(ValueError):
    """What stands in a cell cannot be understood; the message quotes it and says what to do."""


def read_day(text: str, today: date) -> date:
    """Return a whole day that is not to come; raises UnreadableCell."""
    day = read_date(text, today)
    if isinstance(day, PartialDate):
        raise UnreadableCell(_("“%(text)s” thiếu ngày. Hãy ghi đủ ngày/tháng/năm.", text=text))
    return day


def read_date(text: str, today: date) -> date | PartialDate:
    """Return a day, or the month or year that is known of it; raises UnreadableCell.

    Days are read as they are written here, day first; five digits are the day's number in a spreadsheet.
    """
    typed = plain(text)
    if _LUNAR.search(typed):
        raise UnreadableCell(_("“%(text)s” là ngày âm lịch. Hãy ghi ngày dương lịch, ví dụ 5/9/2024.", text=text))
    try:
        day = _date(typed)
    except ValueError:
        raise UnreadableCell(_("“%(text)s” không có trong lịch. Hãy xem lại ngày và tháng.", text=text)) from None
    if day is None:
        raise UnreadableCell(_("“%(text)s” không phải là ngày. Hãy ghi như 5/9/2024.", text=text))
    first = day.first if isinstance(day, PartialDate) else day
    if first > today:
        raise UnreadableCell(_("“%(text)s” là ngày chưa đến. Hãy xem lại năm.", text=text))
    if first.year < _FIRST_YEAR:
        raise UnreadableCell(_("“%(text)s” là trước năm 1990. Hãy xem lại năm.", text=text))
    return day


def _date(typed: str) -> date | PartialDate | None:
    if found := _ISO.fullmatch(typed):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(typed):
        year = int(found[3])
        return date(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
    if _SERIAL.fullmatch(typed):
        return _SPREADSHEET_EPOCH + timedelta(days=int(typed))
    if found := _MONTH.fullmatch(typed):
        date(int(found[2]), int(found[1]), 1)
        return PartialDate(int(found[2]), int(found[1]))
    found = _YEAR.fullmatch(typed)
    return PartialDate(int(found[1])) if found else None


def read_birth(text: str, received: date) -> tuple[int | None, str]:
    """Return the year of birth and what was understood where an age was written; raises UnreadableCell."""
    typed = plain(text)
    year = _birth_year(typed)
    if year is not None and received.year - _OLDEST <= year <= received.year:
        return year, ""
    age = _AGE.fullmatch(typed)
    if age and 0 < int(age[1]) < _OLDEST:
        born = received.year - int(age[1])
        return born, _("Tuổi “%(text)s”: hiểu là sinh năm %(year)s.", text=text, year=born)
    raise UnreadableCell(_("“%(text)s” không phải năm sinh hay tuổi.", text=text))


def _birth_year(typed: str) -> int | None:
    if found := _YEAR.fullmatch(typed):
        return int(found[1])
    try:
        day = _date(typed)
    except ValueError:
        return None
    return None if day is None else day.year


def read_phone(text: str) -> tuple[str, str]:
    """Return a number as it is dialled, and what was understood where a spreadsheet had lost the first zero."""
    digits = phones.BETWEEN.sub("", text)
    lost = digits.isdecimal() and len(digits) == _SHORTEST_LOST_ZERO and not digits.startswith("0")
    try:
        number = phones.normalise(f"0{digits}" if lost else text)
    except phones.NotAPhone as cause:
        raise UnreadableCell(_("Điện thoại “%(text)s”: %(why)s", text=text, why=str(cause))) from None
    return number, _("Điện thoại “%(text)s” mất số 0 ở đầu: đã thêm lại.", text=text) if lost else ""


def read_sex(text: str) -> str:
    """Return the code of a sex; raises UnreadableCell."""
    return _code("sex", text) or _unknown(_("“%(text)s” không phải nam hay nữ.", text=text))


def read_relation(text: str) -> str:
    """Return the code of who did it to the person; raises UnreadableCell."""
    return _code("relation", text) or _unknown(_("“%(text)s”: chưa biết là quan hệ nào.", text=text))


def read_acts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the acts that a cell names, and those of its words that name none."""
    parts = [part.strip() for part in _CELL_PARTS.split(text) if part.strip()]
    codes = {part: _code("acts", part) for part in parts}
    return tuple(dict.fromkeys(filter(None, codes.values()))), tuple(part for part, code in codes.items() if not code)


def _code(name_of_list: str, text: str) -> str:
    """Return the code of which some word is all that a cell says, or begins it; the longest word counts."""
    typed = key_of(text)
    found = [
        (len(word), code)
        for code, known in words()[name_of_list].items()
        for word in known
        if typed == word or typed.startswith(f"{word} ")
    ]
    codes = codelist("dv_act" if name_of_list == "acts" else name_of_list)
    return next((code for _length, code in sorted(found, reverse=True) if code in codes), "")


def _unknown(message: str) -> str:
    raise UnreadableCell(message)
