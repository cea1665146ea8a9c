"""Draws a release: rounds, lets the attacker try, draws ties again, and leaves out what cannot be made safely."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casework.statistics.attacker import APART, Attacker, Told
from casework.statistics.periods import Period
from casework.statistics.plan import TOTAL, YES, Cell, PublicationPlan, SizeClass, Table
from casework.statistics.published_tables import Published, to_date
from casework.statistics.rounding import NEAR, Rounded, Ties, round_to_date

REDRAWS = 20


@dataclass(frozen=True)
class Year:
    """A year as it stands when a period closes: the releases so far, and the truth of their periods and of this one."""

    releases: tuple[Published, ...]
    truth: tuple[Counter[Cell], ...]

    @property
    def withheld(self) -> frozenset[str]:
        """Return the tables that an earlier release left out; they stay out until the year is over."""
        return frozenset(name for release in self.releases for name in release.withheld)


@dataclass(frozen=True)
class DraftedRelease:
    """A release that may be written, how often ties were drawn for it, and how far each cell lies from the truth."""

    published: Published
    ties: Ties
    deviations: Mapping[Cell, int]


@dataclass(frozen=True)
class ReleaseDraft:
    """The making of one release: of which period and size, numbered how, after which year, by which ties.

    `apart` is how much doubt the attacker must be left with.
    """

    plan: PublicationPlan
    size: SizeClass
    period: Period
    number: int
    year: Year
    ties: Ties
    apart: int = APART

    def draw(self) -> DraftedRelease:
        """Return the release with as many tables as can be published safely; with none, if need be."""
        due = self.plan.due(self.size, self.period)
        tables = [table for table in due if table.name not in self.year.withheld]
        while tables:
            drawn = self._try(due, tables)
            if drawn is not None:
                return drawn
            # Never loosen anything: the finest table goes.
            tables.pop()
        return self._drawn(due, [], Rounded({}, {}), self.ties)

    def _try(self, due: Sequence[Table], tables: Sequence[Table]) -> DraftedRelease | None:
        truth, before = sum_of(self.year.truth), to_date(self.year.releases)
        for draw in range(self.ties.draw, self.ties.draw + REDRAWS + 1):
            ties = Ties(self.ties.key, draw)
            rounded = round_to_date(tables, truth, before, ties)
            if rounded is None:
                return None
            drawn = self._drawn(due, tables, rounded, ties)
            if not self._attacker(drawn.published).pins(self._database(drawn.published)):
                return drawn
        return None

    def _drawn(self, due: Sequence[Table], tables: Sequence[Table], rounded: Rounded, ties: Ties) -> DraftedRelease:
        before = to_date(self.year.releases)
        published = Published(
            number=self.number,
            period=self.period,
            size=self.size.name,
            bound=max(NEAR, rounded.largest),
            tables={table.name: {cell: rounded.cells[cell] - before[cell] for cell in table.cells} for table in tables},
            withheld=tuple(table.name for table in due if table not in tables),
        )
        return DraftedRelease(published, ties, rounded.deviations)

    def _attacker(self, newest: Published) -> Attacker:
        """Tell the attacker everything that the year has published, this release included."""
        told: list[Told] = []
        either: list[tuple[Told, ...]] = []
        so_far: Counter[Cell] = Counter()
        for step, release in enumerate((*self.year.releases, newest)):
            so_far.update(release.cells)
            counts = {cell: so_far[cell] for cell in release.cells}
            told += [Told(cell, 0, step, n - release.bound, n + release.bound) for cell, n in counts.items()]
            if release.bound > NEAR:
                far = [
                    Told(c, 0, step, n + by, n + by)
                    for c, n in counts.items()
                    for by in (release.bound, -release.bound)
                ]
                either.append(tuple(far))
        groups = tuple(group for table in self._tables(newest) for group in table.groups)
        return Attacker(groups, tuple(told), tuple(either), self._covers(newest), self.apart)

    def _tables(self, newest: Published) -> list[Table]:
        names = {name for release in (*self.year.releases, newest) for name in release.tables}
        return [table for name, table in self.plan.tables.items() if name in names]

    def _covers(self, newest: Published) -> tuple[tuple[Cell, ...], ...]:
        """Return the questions of which every case of the year answers at least one with yes."""
        asked = [
            tuple(Cell(group.name, YES) for group in table.groups) for table in self._tables(newest) if table.several
        ]
        return tuple(
            cells
            for cells in asked
            if all(sum(truth[cell] for cell in cells) >= truth[TOTAL] for truth in self.year.truth)
        )

    def _database(self, newest: Published) -> dict[Cell, list[int]]:
        """Return the truth of everything that was ever published this year, step by step."""
        cells = {cell for table in self._tables(newest) for cell in table.cells}
        return {cell: [truth[cell] for truth in self.year.truth] for cell in sorted(cells | {TOTAL})}


def sum_of(counts: Sequence[Counter[Cell]]) -> Counter[Cell]:
    """Add up counts of several periods."""
    summed: Counter[Cell] = Counter()
    for one in counts:
        summed.update(one)
    return summed
