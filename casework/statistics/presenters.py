"""Makes the view models of releases from published numbers alone, in the language of the page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, takewhile

from flask_babel import gettext as _

from casework.statistics.actions import Closing, ComparedCell
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import NO, TOTAL, YES, Cell, Table, plan
from casework.statistics.published_tables import Published
from casework.web.choice_fields import language
from casework.web.translation import number

Bar = tuple[str, int, str]
# So many columns can be told apart on a phone.
_MAX_COLUMNS = 8


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
    """One column of the chart: a period with its year, its published total, and that number in words."""

    part: str
    year: int
    count: int
    words: str


@dataclass(frozen=True)
class YearView:
    """A year of releases; `bound` is how far the truth may lie, `withheld` the titles of withheld tables by period.

    `first` is the year in which the commune was founded: it and its first period need not be whole, and are marked.
    """

    year: int
    cadence: Cadence
    bars: tuple[Bar, ...]
    sheets: tuple[TableView, ...]
    bound: int
    withheld: tuple[tuple[str, tuple[str, ...]], ...]
    first: bool = False


def years(releases: Iterable[Published]) -> list[YearView]:
    """Lay out all releases, the newest year first."""
    by_year = groupby(releases, key=lambda release: release.period.year)
    return [_year_view(year, list(of_year)) for year, of_year in by_year][::-1]


def columns(years: Sequence[YearView]) -> tuple[Column, ...]:
    """Lay out the newest totals side by side, oldest first: periods of one length alone can be compared."""
    same_cadence = list(takewhile(lambda year: year.cadence == years[0].cadence, years))[::-1]
    columns = [
        Column(words, year.year, count, count_in_words)
        for year in same_cadence
        for words, count, count_in_words in year.bars
    ]
    return tuple(columns[-_MAX_COLUMNS:])


def period_in_words(period: Period) -> str:
    """Name a period with its year, in words."""
    if period.cadence == Cadence.YEAR:
        return _("Năm %(year)s", year=period.year)
    return _("%(part)s năm %(year)s", part=part_in_words(period), year=period.year)


def part_in_words(period: Period) -> str:
    """Name a part of a year in words."""
    if period.cadence == Cadence.YEAR:
        return _("Cả năm")
    if period.cadence == Cadence.HALF:
        return _("6 tháng đầu") if period.index == 1 else _("6 tháng cuối")
    return _("Quý %(index)s", index=period.index)


def _first_period(releases: Sequence[Published]) -> Period | None:
    """Return the period in which the commune was founded, if it is in this year."""
    return releases[0].period if releases[0].is_first else None


def _marked(part: Period, begun: Period | None) -> str:
    """Name a part of a year; one in which the commune was founded need not be whole and bears a star."""
    return f"{part_in_words(part)}*" if begun and part.first <= begun.first <= part.last else part_in_words(part)


def rounded_in_words(count: int, reach: int) -> str:
    """Format a published number so that nobody takes it for exact; `reach` is how far the truth of a 0 may lie."""
    return _("0–%(most)s", most=reach) if count == 0 else _("≈%(count)s", count=number(count))


def comparison(closing: Closing) -> list[TableView]:
    """Lay out the truth of a period beside what will be published."""
    heads = (_("Số thật"), _("Sẽ công bố"))
    return [
        TableView(
            title=f"{table.label(language())} – {period_in_words(span)}",
            heads=heads,
            rows=tuple(_comparison_row(table, row) for row in rows if _is_shown(row.cell)),
            several=table.several,
        )
        for table, span, rows in closing.tables
    ]


def _comparison_row(table: Table, row: ComparedCell) -> tuple[str, str, str]:
    # The lead is shown the number itself, beside the truth.
    truth = "–" if row.truth is None else number(row.truth)
    return _cell_words(table, row.cell), truth, number(row.published)


def _year_view(year: int, releases: Sequence[Published]) -> YearView:
    often = Counter(name for release in releases for name in release.tables)
    tables = [table for table in plan().tables.values() if often[table.name]]
    # Beside a table that adds up to it and came out as often, the total needs no table of its own.
    if any(table.groups and not table.several and often[table.name] == often[TOTAL.table] for table in tables):
        tables = [table for table in tables if table.groups]
    begun = _first_period(releases)
    withheld = ((_marked(release.period, begun), release.withheld) for release in releases if release.withheld)
    return YearView(
        year=year,
        cadence=releases[0].period.cadence,
        bars=_bars([release for release in releases if TOTAL in release.cells], begun),
        sheets=tuple(
            _table_view(table, [release for release in releases if table.name in release.tables], begun)
            for table in tables
        ),
        bound=max(release.bound for release in releases),
        withheld=tuple((when, tuple(plan().tables[name].label(language()) for name in out)) for when, out in withheld),
        first=begun is not None,
    )


def _bars(releases: Sequence[Published], begun: Period | None) -> tuple[Bar, ...]:
    counts = [release.cells[TOTAL] for release in releases]
    shown = _row_words(counts, [release.bound for release in releases])
    return tuple(
        (_marked(release.period, begun), count, words)
        for release, count, words in zip(releases, counts, shown, strict=False)
    )


def _table_view(table: Table, releases: Sequence[Published], begun: Period | None) -> TableView:
    spans = [plan().span(plan().classes[release.size], table, release.period) for release in releases]
    heads = [*(_marked(span, begun) for span in spans), *([_("Từ đầu năm")] if len(releases) > 1 else [])]
    bounds = [release.bound for release in releases]
    rows = [
        (_cell_words(table, cell), *_row_words([release.cells[cell] for release in releases], bounds))
        for cell in table.cells
        if _is_shown(cell)
    ]
    added = bool(table.groups) and not table.several
    if added:
        totals = [sum(release.tables[table.name].values()) for release in releases]
        rows.append((_cell_words(table, TOTAL), *_row_words(totals, bounds)))
    return TableView(table.label(language()), tuple(heads), tuple(rows), table.several, added)


def _row_words(counts: Sequence[int], bounds: Sequence[int]) -> list[str]:
    """Format one number in each release of a year, and its year to date where there was more than one release.

    The difference of two releases may deviate by the sum of both bounds, but no part of a year has more than the year
    to date may have, then or later.
    """
    to_date = [so_far + bound for so_far, bound in zip(accumulate(counts), bounds, strict=True)]
    reach = [
        min(before + bound, *to_date[place:])
        for place, (before, bound) in enumerate(zip([0, *bounds], bounds, strict=False))
    ]
    shown = [rounded_in_words(count, most) for count, most in zip(counts, reach, strict=True)]
    return [*shown, rounded_in_words(sum(counts), bounds[-1])] if len(counts) > 1 else shown


def _is_shown(cell: Cell) -> bool:
    """Tell whether a cell is shown: the "no" of a question is the rest of the total."""
    return cell.code != NO


def _cell_words(table: Table, cell: Cell) -> str:
    if cell == TOTAL:
        return _("Tổng số vụ")
    code = cell.table.partition(".")[2] if cell.code == YES else cell.code
    return table.words(code, language())
