"""Workbooks of Excel (.xlsx) with one table: no cell can be a formula, and each is of the kind that was meant."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

import xlsxwriter

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell: TypeAlias = str | int | date | None
_WIDEST, _NARROWEST = 60, 8
# Programs that read a table take its own moment of making for something: every file gets the same one.
_MADE = {"created": datetime(2000, 1, 1, tzinfo=UTC)}


@dataclass(frozen=True)
class SheetTable:
    """A table with the titles of its columns; `name` is that of its sheet, `caption` stands below it."""

    name: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""


def workbook(table: SheetTable) -> bytes:
    """Return the file: titles in the first row, dates as dates, texts as texts also where they begin with "="."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(_MADE)
    sheet, bold = book.add_worksheet(table.name), book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
    words = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(table.titles):
        sheet.write_string(0, column, title, bold)
        sheet.set_column(column, column, _width(row[column] for row in [table.titles, *table.rows]))
    for number, row in enumerate(table.rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif isinstance(value, int):
                sheet.write_number(number, column, value, words)
            elif value:
                sheet.write_string(number, column, value, words)
    if table.caption:
        sheet.write_string(len(table.rows) + 2, 0, table.caption)
    book.close()
    return made.getvalue()


def _width(cells: Iterable[Cell]) -> int:
    return min(_WIDEST, max(_NARROWEST, *(len(str(cell or "")) + 1 for cell in cells)))
