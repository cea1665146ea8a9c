"""What the columns of a ledger mean: where its header stands, and what each title is likely to ask."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

from casework.sealed import Sealed
from casework.vietnamese_text import plain
from casework.web.uploads import RawSheet

FIELDS = (
    "number",
    "received",
    "happened",
    "name",
    "birth",
    "sex",
    "hamlet",
    "address",
    "phone",
    "perpetrator_name",
    "relation",
    "acts",
    "content",
    "done",
)
# Any number of columns may hold these; of the others each stands in one column.
SEVERAL = frozenset({"content", "done"})
_WORDS_FILE = Path(__file__).with_name("ledger_words.toml")
_LOOKED_AT = 20
_ENOUGH_KNOWN = 2
_MARKS = re.compile(r"\W+")
DITTO = frozenset({"nt", "n t", "nhu tren", "tren", "id", "idem", "do"})
_DITTO_SIGNS = re.compile(r"[\s\"“”″〃'`,./-]*[\"“”″〃'`/]{1,4}[\s\"“”″〃'`,./-]*")


@dataclass(frozen=True)
class LedgerRow(Sealed):
    """A row under a header: its number in the sheet, its cells, and the columns that were filled from above."""

    number: int
    cells: tuple[str, ...]
    filled: tuple[int, ...] = ()


@dataclass(frozen=True)
class LedgerSheet(Sealed):
    """A sheet with the number of its header (0 where none was found), the titles and the rows below it."""

    name: str
    header: int
    titles: tuple[str, ...]
    rows: tuple[LedgerRow, ...]


@cache
def words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the words of ledgers by list and code."""
    return tomllib.loads(_WORDS_FILE.read_text(encoding="utf-8"))


def key_of(title: str) -> str:
    """Return what titles are compared by: no marks, no capitals, no signs."""
    return " ".join(_MARKS.sub(" ", plain(title)).split())


def proposed(title: str) -> str:
    """Return the field that a title asks, or "" if no word of it is known."""
    key = f" {key_of(title)} "
    for field, known in words()["columns"].items():
        if any(f" {word} " in key for word in known):
            return field
    return ""


def propose(titles: Iterable[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Return the field of each title by its key: as it was chosen before, else as proposed, each field once."""
    chosen: dict[str, str] = {}
    for title in titles:
        field = remembered.get(key_of(title), proposed(title))
        taken = field in chosen.values() and field not in SEVERAL
        chosen.setdefault(key_of(title), "content" if taken and field != "number" else "" if taken else field)
    return chosen


def under_header(sheet: RawSheet) -> LedgerSheet:
    """Return a sheet by its header: of the first rows that which knows most titles; empty rows are left out."""
    known = [sum(bool(cell and proposed(cell)) for cell in row) for row in sheet.rows[:_LOOKED_AT]]
    best = max(range(len(known)), key=lambda number: (known[number], -number))
    if known[best] < _ENOUGH_KNOWN:
        best = next(number for number, row in enumerate(sheet.rows) if any(row))
    titles = sheet.rows[best]
    width = max(len(row) for row in sheet.rows[best:])
    named = tuple(
        (titles[place] if place < len(titles) else "") or _("Cột %(number)s", number=place + 1)
        for place in range(width)
    )
    below = ((number, row) for number, row in enumerate(sheet.rows[best + 1 :], start=best + 2) if any(row))
    return LedgerSheet(sheet.name, best + 1, tuple(map(_one_line, named)), tuple(_with_ditto(below)))


def _one_line(title: str) -> str:
    return " ".join(title.split())[:100]


def is_ditto(cell: str) -> bool:
    """Tell whether a cell says "as above"."""
    return key_of(cell) in DITTO or bool(_DITTO_SIGNS.fullmatch(cell))


def _with_ditto(rows: Iterable[tuple[int, tuple[str, ...]]]) -> Iterable[LedgerRow]:
    """Yield rows whose "as above" was replaced by what stands above."""
    above: tuple[str, ...] = ()
    for number, cells in rows:
        filled = tuple(place for place, cell in enumerate(cells) if is_ditto(cell) and place < len(above))
        above = tuple(above[place] if place in filled else cell for place, cell in enumerate(cells))
        yield LedgerRow(number, above, filled)
