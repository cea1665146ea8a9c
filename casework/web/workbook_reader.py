"""Reads a workbook in a process of its own, which may use little memory and time and can write no file.

A small file can ask for an endless table: whoever reads it here ends alone. It takes the bytes on its standard input
and answers with JSON: sheets with their cells as texts, or the word of what is wrong.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MOST_SHEETS = 20
MOST_ROWS = 3000
MOST_COLUMNS = 60
MOST_LETTERS = 2000
_MEMORY = 512 * 1024 * 1024
_SECONDS = 10


def limit_this_process() -> None:
    """Let this process take no more memory and time than a ledger needs, write no file and leave no core."""
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def read(content: bytes) -> dict[str, Any]:
    """Return {"sheets": [[name, rows], ...]}, rows as lists of texts from row 1 and column A on, or {"wrong": word}."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [one.name for one in book.sheets_metadata if "Visible" in str(one.visible)]
        if len(visible) > MOST_SHEETS:
            return {"wrong": "sheets"}
        sheets = [[name, _rows(book.get_sheet_by_name(name))] for name in visible]
    except OverflowError as cause:
        return {"wrong": str(cause)}
    except (CalamineError, OSError, ValueError):
        return {"wrong": "unreadable"}
    return {"sheets": sheets}


def _rows(sheet: Any) -> list[list[str]]:
    """Return the cells of a sheet; a cell that is merged downwards says the same in each of its rows."""
    rows = [[_text(value) for value in row] for row in islice(sheet.iter_rows(), MOST_ROWS + 1)]
    rows = [[""] * (sheet.start[1] if sheet.start else 0) + row for row in rows]
    rows = [[]] * (sheet.start[0] if sheet.start else 0) + rows
    if len(rows) > MOST_ROWS:
        raise OverflowError("rows")
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        for number in range(top + 1, min(bottom + 1, len(rows))):
            if left < len(rows[top]) and left < len(rows[number]):
                rows[number][left] = rows[top][left]
    return [_bounded(row) for row in rows]


def _bounded(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    width = max((number for number, cell in enumerate(row, start=1) if cell), default=0)
    if width > MOST_COLUMNS:
        raise OverflowError("columns")
    return row[:width]


def _text(value: Any) -> str:
    """Return a cell as text: days in ISO 8601, whole numbers without a point."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, time | timedelta):
        return str(value)
    text = str(value).strip()
    if len(text) > MOST_LETTERS:
        raise OverflowError("letters")
    return text


def main() -> None:
    limit_this_process()
    answer = read(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
