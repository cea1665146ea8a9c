"""Disclosure control of a release: round, attack, draw ties again, and withhold tables that cannot be made safe."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from casework.statistics.attacker import MIN_SPREAD, Attacker, Constraint, Effort
from casework.statistics.periods import Period
from casework.statistics.plan import TOTAL, YES, Cell, PublicationPlan, SizeClass, Table
from casework.statistics.published_tables import Published, year_to_date
from casework.statistics.rounding import NEAR, Rounded, Ties, round_to_date

REDRAWS = 20
# So many integer programs are solved for a release, about two seconds in all, while the commune's lock is held. A
# release of a commune takes some ten, one after two that declared a large deviation some hundred.
MAX_SOLVED = 4_000


@dataclass(frozen=True)
class Year:
    """A year when a period closes: the releases so far, and the true counts of their periods and of this one."""

    releases: tuple[Published, ...]
    truth: tuple[Counter[Cell], ...]

    @property
    def withheld(self) -> frozenset[str]:
        """Return the tables that an earlier release withheld; they are withheld until the year is over."""
        return frozenset(name for release in self.releases for name in release.withheld)


@dataclass(frozen=True)
class DraftedRelease:
    """A release that may be published, the ties it was rounded by, and the deviation of each cell from the truth.

    `solved` is how many integer programs the attacker solved, `given_up` that a table was withheld because they were
    not enough to decide whether it is safe.
    """

    published: Published
    ties: Ties
    deviations: Mapping[Cell, int]
    solved: int = field(default=0, compare=False)
    given_up: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class ReleaseDraft:
    """The inputs of one release; `min_spread` is the doubt about each small count that the attacker must have."""

    plan: PublicationPlan
    size: SizeClass
    period: Period
    number: int
    year: Year
    ties: Ties
    min_spread: int = MIN_SPREAD

    def draw(self) -> DraftedRelease:
        """Return the release with as many tables as can be published safely, even none."""
        due = self.plan.due(self.size, self.period)
        tables = [table for table in due if table.name not in self.year.withheld]
        share = MAX_SOLVED // max(1, len(tables))
        efforts: list[Effort] = []
        drawn = None
        while tables and drawn is None:
            efforts.append(Effort(share))
            drawn = self._draw_safely(due, tables, efforts[-1])
            # The demands are never lowered: the finest table is withheld.
            tables.pop()
        drawn = drawn or self._drafted(due, [], Rounded({}, {}), self.ties)
        given_up = any(effort.left == 0 for effort in efforts)
        return replace(drawn, solved=sum(effort.solved for effort in efforts), given_up=given_up)

    def _draw_safely(self, due: Sequence[Table], tables: Sequence[Table], effort: Effort) -> DraftedRelease | None:
        truth, before = sum_of(self.year.truth), year_to_date(self.year.releases)
        for draw in range(self.ties.draw, self.ties.draw + REDRAWS + 1):
            ties = Ties(self.ties.key, draw)
            rounded = round_to_date(tables, truth, before, ties)
            if rounded is None:
                return None
            drawn = self._drafted(due, tables, rounded, ties)
            found = self._attacker(drawn.published).disclosed(self._true_counts(drawn.published), effort)
            if next(found, None) is None:
                return drawn
            if effort.left == 0:
                return None
        return None

    def _drafted(self, due: Sequence[Table], tables: Sequence[Table], rounded: Rounded, ties: Ties) -> DraftedRelease:
        before = year_to_date(self.year.releases)
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
        """Return an attacker who knows everything that the year has published, this release included."""
        constraints: list[Constraint] = []
        alternatives: list[tuple[Constraint, ...]] = []
        so_far: Counter[Cell] = Counter()
        for step, release in enumerate((*self.year.releases, newest)):
            so_far.update(release.cells)
            counts = {cell: so_far[cell] for cell in release.cells}
            constraints += [
                Constraint(cell, 0, step, n - release.bound, n + release.bound) for cell, n in counts.items()
            ]
            if release.bound > NEAR:
                deviations = [
                    Constraint(c, 0, step, n + by, n + by)
                    for c, n in counts.items()
                    for by in (release.bound, -release.bound)
                    if n + by >= 0
                ]
                alternatives.append(tuple(deviations))
        groups = tuple(group for table in self._tables(newest) for group in table.groups)
        return Attacker(groups, tuple(constraints), tuple(alternatives), self._covers(newest), self.min_spread)

    def _tables(self, newest: Published) -> list[Table]:
        names = {name for release in (*self.year.releases, newest) for name in release.tables}
        return [table for name, table in self.plan.tables.items() if name in names]

    def _covers(self, newest: Published) -> tuple[tuple[Cell, ...], ...]:
        """Return the questions of which every case of the year answers at least one with yes."""
        answered_yes = [
            tuple(Cell(group.name, YES) for group in table.groups) for table in self._tables(newest) if table.several
        ]
        return tuple(
            cells
            for cells in answered_yes
            if all(sum(truth[cell] for cell in cells) >= truth[TOTAL] for truth in self.year.truth)
        )

    def _true_counts(self, newest: Published) -> dict[Cell, list[int]]:
        """Return the truth of everything that was ever published this year, step by step."""
        cells = {cell for table in self._tables(newest) for cell in table.cells}
        return {cell: [truth[cell] for truth in self.year.truth] for cell in sorted(cells | {TOTAL})}


def sum_of(counts: Sequence[Counter[Cell]]) -> Counter[Cell]:
    summed: Counter[Cell] = Counter()
    for count in counts:
        summed.update(count)
    return summed
