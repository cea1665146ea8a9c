"""Writes tables as files that a spreadsheet opens: Vietnamese stays whole, and no cell can begin a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

# With this mark a spreadsheet reads UTF-8, else it takes Vietnamese for something else.
_BOM = "\ufeff"
# Cells that begin like this are taken for formulas or hide what follows.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
MIMETYPE = "text/csv"


def table(rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file (RFC 4180) of these rows; the first one names the columns."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([cell(one) for one in row] for row in rows)
    return (_BOM + written.getvalue()).encode()


def cell(value: object) -> str:
    """Return the text of a cell; one that would begin a formula is marked as text by an apostrophe."""
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
