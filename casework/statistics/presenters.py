"""Turns releases into words and tables for a page: from published numbers alone, in the language of the page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from flask_babel import gettext as _

from casework.statistics.actions import Closing, ComparedCell
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import NO, TOTAL, YES, Cell, Table, plan
from casework.statistics.published_tables import Published
from casework.web.choice_fields import language
from casework.web.translation import number

Bar = tuple[str, int, str]
# So many columns can be told apart on a phone.
_DRAWN = 8


@dataclass(frozen=True)
class TableView:
    """One table: its title, a heading for each column, and rows of words.

    `several` rows do not add up; where `added` is set the last row is the sum of the others.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    several: bool = False
    added: bool = False


@dataclass(frozen=True)
class Column:
    """One column of the picture: a period with its year, its published total, and that number in words."""

    part: str
    year: int
    count: int
    words: str


@dataclass(frozen=True)
class ShownYear:
    """A year: how often it came out, its totals as bars, its tables, how far the truth may lie, what was left out."""

    year: int
    cadence: Cadence
    bars: tuple[Bar, ...]
    sheets: tuple[TableView, ...]
    bound: int
    withheld: tuple[tuple[str, tuple[str, ...]], ...]


def years(releases: Iterable[Published]) -> list[ShownYear]:
    """Lay out all releases, the newest year first."""
    by_year = groupby(releases, key=lambda one: one.period.year)
    return [_year(year, list(found)) for year, found in by_year][::-1]


def columns(years: Sequence[ShownYear]) -> tuple[Column, ...]:
    """Lay out the newest totals side by side, oldest first: periods of one length alone can be compared."""
    alike = list(takewhile(lambda one: one.cadence == years[0].cadence, years))[::-1]
    drawn = [Column(words, one.year, count, shown) for one in alike for words, count, shown in one.bars]
    return tuple(drawn[-_DRAWN:])


def in_words(period: Period) -> str:
    """Name a period with its year, in words."""
    if period.cadence == Cadence.YEAR:
        return _("Năm %(year)s", year=period.year)
    return _("%(part)s năm %(year)s", part=part(period), year=period.year)


def part(period: Period) -> str:
    """Name a part of a year in words."""
    if period.cadence == Cadence.YEAR:
        return _("Cả năm")
    if period.cadence == Cadence.HALF:
        return _("6 tháng đầu") if period.index == 1 else _("6 tháng cuối")
    return _("Quý %(index)s", index=period.index)


def rounded(count: int, reach: int) -> str:
    """Say a published number so that nobody takes it for a true one; `reach` is how far the truth of a 0 may lie."""
    return _("0–%(most)s", most=reach) if count == 0 else _("≈%(count)s", count=number(count))


def comparison(closing: Closing) -> list[TableView]:
    """Lay out the truth of a period beside what will be published."""
    heads = (_("Số thật"), _("Sẽ công bố"))
    return [
        TableView(
            title=f"{table.label(language())} – {in_words(span)}",
            heads=heads,
            rows=tuple(_pair(table, row) for row in rows if _is_shown(row.cell)),
            several=table.several,
        )
        for table, span, rows in closing.tables
    ]


def _pair(table: Table, row: ComparedCell) -> tuple[str, str, str]:
    # The lead is shown the number itself: she sees the truth beside it.
    return _cell_words(table, row.cell), number(row.truth), number(row.published)


def _year(year: int, found: Sequence[Published]) -> ShownYear:
    often = Counter(name for one in found for name in one.tables)
    tables = [table for table in plan().tables.values() if often[table.name]]
    # Beside a table that adds up to it and came out as often, the total needs no table of its own.
    if any(table.groups and not table.several and often[table.name] == often[TOTAL.table] for table in tables):
        tables = [table for table in tables if table.groups]
    withheld = ((part(one.period), one.withheld) for one in found if one.withheld)
    return ShownYear(
        year=year,
        cadence=found[0].period.cadence,
        bars=_bars([one for one in found if TOTAL in one.cells]),
        sheets=tuple(_sheet(table, [one for one in found if table.name in one.tables]) for table in tables),
        bound=max(one.bound for one in found),
        withheld=tuple((when, tuple(plan().tables[name].label(language()) for name in out)) for when, out in withheld),
    )


def _bars(found: Sequence[Published]) -> tuple[Bar, ...]:
    counts = [one.cells[TOTAL] for one in found]
    shown = _along(counts, [one.bound for one in found])
    return tuple((part(one.period), count, words) for one, count, words in zip(found, counts, shown, strict=False))


def _sheet(table: Table, found: Sequence[Published]) -> TableView:
    spans = [plan().span(plan().classes[one.size], table, one.period) for one in found]
    heads = (*(part(span) for span in spans), *([_("Từ đầu năm")] if len(found) > 1 else []))
    bounds = [one.bound for one in found]
    rows = [
        (_cell_words(table, cell), *_along([one.cells[cell] for one in found], bounds))
        for cell in table.cells
        if _is_shown(cell)
    ]
    added = bool(table.groups) and not table.several
    if added:
        totals = [sum(one.tables[table.name].values()) for one in found]
        rows.append((_cell_words(table, TOTAL), *_along(totals, bounds)))
    return TableView(table.label(language()), heads, tuple(rows), table.several, added)


def _along(counts: Sequence[int], bounds: Sequence[int]) -> list[str]:
    """Say one number through the releases of a year, and its year to date where there was more than one.

    What lies between two releases may be off by what both may be off together.
    """
    reach = [before + bound for before, bound in zip([0, *bounds], bounds, strict=False)]
    shown = [rounded(count, most) for count, most in zip(counts, reach, strict=True)]
    return [*shown, rounded(sum(counts), bounds[-1])] if len(counts) > 1 else shown


def _is_shown(cell: Cell) -> bool:
    """Tell whether a cell is shown: the "no" of a question is the rest of the total."""
    return cell.code != NO


def _cell_words(table: Table, cell: Cell) -> str:
    if cell == TOTAL:
        return _("Tổng số vụ")
    code = cell.table.partition(".")[2] if cell.code == YES else cell.code
    return table.words(code, language())
