"""The publication plan of plan.toml: which tables are published at which size of commune; and the tally of facts."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from casework.cases.sections import Facts
from casework.codelists import codelist
from casework.statistics.periods import Cadence, Period

_FILE = Path(__file__).with_name("plan.toml")
YES, NO = "yes", "no"


class Cell(NamedTuple):
    """One published number: the table (or yes/no part of a table) and the code within it."""

    table: str
    code: str

    @property
    def key(self) -> str:
        """Return the key of the cell in releases and for ties."""
        return f"{self.table}|{self.code}"


TOTAL = Cell("total", "all")


@dataclass(frozen=True)
class CellGroup:
    """Cells that add up to the total: each case falls into exactly one of them.

    `code` is set where the group asks yes or no about one code; an empty `code` with yes and no asks whether
    the fact says anything at all.
    """

    name: str
    fact: str
    codes: tuple[str, ...]
    unknown: str
    code: str | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(self.name, code) for code in self.codes)

    def place(self, facts: Facts) -> Cell:
        """Return the cell of a case; who asked to be left out of detailed tables counts as unknown."""
        answer = getattr(facts, self.fact) if facts.detailed != NO else ""
        if self.code is not None:
            answer = YES if (self.code in answer if self.code else answer) else NO
        return Cell(self.name, answer if answer in self.codes else self.unknown)


@dataclass(frozen=True)
class Table:
    """One table of the plan with its words; `several` marks one whose parts do not add up to each other."""

    name: str
    vi: str
    en: str
    weight: int
    groups: tuple[CellGroup, ...]
    several: bool
    labels: Mapping[str, tuple[str, str]]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Return all its cells; the total is one."""
        return tuple(cell for group in self.groups for cell in group.cells) or (TOTAL,)

    def label(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi

    def words(self, code: str, lang: str) -> str:
        vi, en = self.labels[code]
        return en if lang == "en" else vi


@dataclass(frozen=True)
class SizeClass:
    """A size of commune by its least number of cases a year, and which tables come out how often."""

    name: str
    least: int
    cadences: Mapping[Cadence, tuple[str, ...]]

    @property
    def atom(self) -> Cadence:
        """Return the shortest period after which something is released."""
        return min(self.cadences)


@dataclass(frozen=True)
class PublicationPlan:
    """All tables, coarsest first, and all size classes, smallest first."""

    tables: Mapping[str, Table]
    classes: Mapping[str, SizeClass]

    def due(self, size: SizeClass, period: Period) -> tuple[Table, ...]:
        """Return the tables that come out when a period closes, coarsest first."""
        names = {name for cadence, tables in size.cadences.items() if period.completes(cadence) for name in tables}
        return tuple(table for name, table in self.tables.items() if name in names)

    def span(self, size: SizeClass, table: Table, period: Period) -> Period:
        """Return the period that a table covers which comes out when `period` closes."""
        cadence = next(cadence for cadence, names in size.cadences.items() if table.name in names)
        return Period.of(period.last, cadence)

    def class_of(self, cases: int) -> SizeClass:
        """Return the class of a commune by its cases of a year."""
        return [size for size in self.classes.values() if size.least <= cases][-1]

    def tally(self, cases: Iterable[Facts]) -> Counter[Cell]:
        """Count cases into every cell of every table, published or not."""
        groups = [group for table in self.tables.values() for group in table.groups]
        counted: Counter[Cell] = Counter()
        for facts in cases:
            counted[TOTAL] += 1
            counted.update(group.place(facts) for group in groups)
        return counted


@lru_cache(maxsize=1)
def plan() -> PublicationPlan:
    return read(_FILE.read_text(encoding="utf-8"))


def read(text: str) -> PublicationPlan:
    """Parse a plan; a table that is not known raises KeyError, a size class that is not known UnknownCode."""
    raw = tomllib.loads(text)
    tables = {name: _table(name, row) for name, row in raw["tables"].items()}
    classes = {name: _size_class(name, row, tables) for name, row in raw["classes"].items()}
    return PublicationPlan(MappingProxyType(tables), MappingProxyType(classes))


def _table(name: str, row: Mapping[str, Any]) -> Table:
    several = bool(row.get("several", False))
    labels = {code.code: (code.vi, code.en) for code in codelist(row["codelist"])} if "codelist" in row else {}
    beside = row.get("beside")
    if beside:
        labels[beside["code"]] = (beside["vi"], beside["en"])
    if several:
        groups = tuple(_question(name, row["fact"], code) for code in labels if not beside or code != beside["code"])
        groups += (_question(name, beside["fact"], "", name_of=beside["code"]),) if beside else ()
    else:
        groups = (CellGroup(name, row["fact"], tuple(labels), row["unknown"]),) if labels else ()
    return Table(name, row["vi"], row["en"], row["weight"], groups, several, MappingProxyType(labels))


def _question(table: str, fact: str, code: str, *, name_of: str = "") -> CellGroup:
    return CellGroup(f"{table}.{name_of or code}", fact, (YES, NO), NO, code)


def _size_class(name: str, row: Mapping[str, Any], tables: Mapping[str, Table]) -> SizeClass:
    cadences = {
        cadence: tuple(tables[table].name for table in row[cadence.name.lower()])
        for cadence in Cadence
        if cadence.name.lower() in row
    }
    least = codelist("size_class").get(name).number("least") or 0
    return SizeClass(name, least, MappingProxyType(cadences))
