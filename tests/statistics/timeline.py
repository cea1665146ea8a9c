"""The timeline of a commune: a test records cases in one quarter and closes periods in another."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from casework import clock
from casework.audit import freshness
from casework.intake.actions import IntakeAnswers
from casework.statistics import actions
from casework.statistics.actions import Closing
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import Cell
from casework.statistics.published_tables import Published
from tests.house import House, Someone
from tests.people import THANH_SON
from tests.stories import dao


@dataclass
class Timeline:
    """The house and the first quarter of its commune."""

    house: House
    first: Period

    @contextlib.contextmanager
    def on(self, day: date) -> Iterator[House]:
        """Live at noon of a day; everybody signs in again."""
        with self.at(datetime.combine(day, time(12), clock.LOCAL)) as house:
            yield house

    @contextlib.contextmanager
    def at(self, moment: datetime) -> Iterator[House]:
        """Live at a moment; everybody signs in again."""
        at = int(moment.timestamp()) * clock.MICROSECOND
        self.house.people.clear()
        with clock.use_clock(lambda: at):
            yield self.house
        self.house.people.clear()

    def after(self, quarters: int) -> Period:
        """Return the quarter so many quarters after the first."""
        period = self.first
        for _ in range(quarters):
            period = Period.of(period.next_day, Cadence.QUARTER)
        return period

    def record(self, period: Period, cases: int, *, circle: Sequence[str] = (), **changes: object) -> list[UUID]:
        """Record cases on the last day of a period; changes are of the identity."""
        with self.on(period.last) as house:
            answers = story(**changes)
            return [
                house["lan"].opens_a_case(answers, circle=[house[username] for username in circle])
                for _ in range(cases)
            ]

    def preview(self, after: Period, who: str = "hoa") -> Closing:
        """Preview the next period on the day after one."""
        with self.on(after.next_day) as house:
            return house[who].does(actions.preview_period)

    def close(self, period: Period, who: str = "hoa") -> Published:
        """Close a period on the day after it, as previewed, and return what was released."""
        with self.on(period.next_day) as house:
            return closes(house[who])


def closes(someone: Someone) -> Published:
    """Preview the next period, agree, and return the release."""
    seen = someone.does(actions.preview_period)
    someone.does(actions.close_period, seen.period.name, seen.mark)
    return someone.does(actions.read_releases)[-1]


def story(**changes: object) -> IntakeAnswers:
    """Return an intake without children, weapon or grounds; changes are of the identity."""
    answers = dao()
    return replace(answers, grounds=(), identity=replace(answers.identity, **changes))  # type: ignore[arg-type]


def first_of(house: House, commune_id: UUID = THANH_SON) -> Period:
    """Return the quarter in which a commune was founded."""
    with house.looking(commune_id) as session:
        founded = clock.local(freshness.commune(session, commune_id).created).date()
    return Period.of(founded, Cadence.QUARTER)


def truth_of(closing: Closing) -> dict[Cell, int | None]:
    """Return the true counts of a preview, None where none is shown."""
    return {row.cell: row.truth for _, _, rows in closing.tables for row in rows}


def later(period: Period, days: int) -> date:
    """Return a day after the end of a period."""
    return period.last + timedelta(days=days)
