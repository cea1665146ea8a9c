"""Simulated communes: a year of cases as a commune of some size may have, and its releases drawn quarter by quarter."""

import random
from collections import Counter
from dataclasses import dataclass

from casework.cases.sections import Facts
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import Cell, PublicationPlan, plan
from casework.statistics.published_tables import Published
from casework.statistics.release_draft import DraftedRelease, ReleaseDraft, Year
from casework.statistics.rounding import Ties

FORMS = (("TINH_THAN", 0.5), ("THAN_THE", 0.45), ("TINH_DUC", 0.1), ("KINH_TE", 0.15))


def some_case(rng: random.Random) -> Facts:
    """A case as reports of the country have them: mostly women, several forms, sometimes outside the family."""
    types = tuple(form for form, share in FORMS if rng.random() < share)
    return Facts(
        received_on="2026-02-03",
        sex=rng.choices(["NU", "NAM", "KHAC_KHONG_GHI", ""], [86, 10, 2, 2])[0],
        age_band=rng.choice(["LT16", "A16_59", "A16_59", "GE60", ""]),
        types=types,
        other=("QUAY_ROI_TINH_DUC",) if not types or rng.random() < 0.05 else (),
        detailed="yes",
    )


@dataclass(frozen=True)
class Commune:
    """A simulated commune: the key of its year and the true counts of each quarter."""

    key: bytes
    quarters: tuple[Counter[Cell], ...]

    def releases(self, size: str = "S1", *, of: PublicationPlan | None = None) -> list[DraftedRelease]:
        """Close its four quarters one after another."""
        the_plan = of or plan()
        drawn: list[DraftedRelease] = []
        ties = Ties(self.key)
        for number, quarter in enumerate(quarters_of(2026), start=1):
            year = Year(tuple(release.published for release in drawn), self.quarters[:number])
            drawn.append(ReleaseDraft(the_plan, the_plan.classes[size], quarter, number, year, ties).draw())
            ties = drawn[-1].ties
        return drawn


def quarters_of(year: int) -> list[Period]:
    return [Period(year, Cadence.QUARTER, index) for index in range(1, 5)]


def commune(seed: int, *, cases: int | None = None) -> Commune:
    """Make the commune of a number, the same one every time."""
    rng = random.Random(seed)
    quarters: list[list[Facts]] = [[], [], [], []]
    for _ in range(rng.randint(1, 60) if cases is None else cases):
        quarters[rng.randrange(4)].append(some_case(rng))
    key = rng.randbytes(32)
    return Commune(key, tuple(plan().tally(quarter) for quarter in quarters))


def published(drawn: list[DraftedRelease]) -> list[Published]:
    return [release.published for release in drawn]
