"""From the bytes of an uploaded file to sheets of texts; nothing of it is ever written to a disk."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import dataclass

from casework.errors import BadInput, gettext_noop
from casework.sealed import Sealed
from casework.web import clean
from casework.web.workbook_reader import MOST_COLUMNS, MOST_LETTERS, MOST_ROWS

MOST_BYTES = 10 * 1024 * 1024
ENDINGS = ("xlsx", "xls", "ods", "csv")
_READER = "casework.web.workbook_reader"
_SECONDS = 30
_SEPARATORS = ",;\t|"
_UTF16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNREADABLE = gettext_noop(
    "Không đọc được tệp này: tệp hỏng, có mật khẩu, hoặc quá lớn khi mở ra. "
    "Hãy mở bằng Excel hay LibreOffice, lưu lại thành .xlsx rồi gửi lại."
)
_WRONG = {
    "rows": gettext_noop("Tệp có hơn 3.000 hàng. Hãy chia thành nhiều tệp, ví dụ mỗi năm một tệp."),
    "columns": gettext_noop("Tệp có hơn 60 cột. Hãy bỏ những cột không dùng rồi gửi lại."),
    "letters": gettext_noop("Có ô dài hơn 2.000 chữ. Hãy cắt ngắn ô ấy rồi gửi lại."),
    "sheets": gettext_noop("Tệp có hơn 20 trang tính. Hãy bỏ những trang không dùng rồi gửi lại."),
    "unreadable": _UNREADABLE,
}
_WRONG_ENDING = gettext_noop("Chỉ nhận tệp .xlsx, .xls, .ods hoặc .csv. Hãy lưu sổ thành một trong những loại ấy.")
_EMPTY = gettext_noop("Tệp không có hàng nào. Hãy chọn đúng tệp của sổ.")


@dataclass(frozen=True)
class RawSheet(Sealed):
    """A sheet as it was read: its name and its rows from the first on, each a tuple of cleaned texts."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def read_upload(filename: str, content: bytes) -> tuple[RawSheet, ...]:
    """Return the sheets that hold anything; raise BadInput, with what to do, for what is no ledger or is too large."""
    ending = filename.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise BadInput(_WRONG_ENDING)
    raw = [("", _read_csv(content))] if ending == "csv" else _read_workbook(content)
    sheets = tuple(RawSheet(clean.line(name), _cleaned(rows)) for name, rows in raw)
    if not any(cell for sheet in sheets for row in sheet.rows for cell in row):
        raise BadInput(_EMPTY)
    return tuple(sheet for sheet in sheets if any(any(row) for row in sheet.rows))


def _cleaned(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(clean.text(cell).strip() for cell in row) for row in rows)


def _read_workbook(content: bytes) -> list[tuple[str, list[list[str]]]]:
    command = [sys.executable, "-I", "-m", _READER]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise BadInput(_UNREADABLE) from None
    if done.returncode != 0:
        raise BadInput(_UNREADABLE)
    answer = json.loads(done.stdout)
    if "wrong" in answer:
        raise _refusal(answer["wrong"])
    return [(name, rows) for name, rows in answer["sheets"]]


def _read_csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise BadInput(_UNREADABLE)
    lines = text[:20_000].splitlines()[:20]
    separator = max(_SEPARATORS, key=lambda mark: sum(line.count(mark) for line in lines))
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append(_bounded([cell.strip() for cell in row]))
            if len(rows) > MOST_ROWS:
                raise _refusal("rows")
    except csv.Error:
        raise BadInput(_UNREADABLE) from None
    return rows


def _refusal(wrong: str) -> BadInput:
    message = _WRONG.get(wrong, _UNREADABLE)
    return BadInput(message)


def _bounded(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end; raise BadInput if it is too long, or a cell of it."""
    width = max((number for number, cell in enumerate(row, start=1) if cell), default=0)
    if width > MOST_COLUMNS:
        raise _refusal("columns")
    if any(len(cell) > MOST_LETTERS for cell in row):
        raise _refusal("letters")
    return row[:width]


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or else Windows-1258, as old Excel writes it."""
    for mark, encoding in _UTF16:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258", "replace")
