"""Closes periods in the session of a lead, and reads what has been released; nothing released reaches a case."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from casework import clock
from casework.audit import freshness
from casework.cases import reading
from casework.cases.sections import Facts
from casework.errors import BadInput, Conflict
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.words import Act, Section
from casework.statistics import count_record, releases
from casework.statistics.count_record import Counted, CountRecord
from casework.statistics.periods import Period
from casework.statistics.plan import TOTAL, Cell, SizeClass, Table, plan
from casework.statistics.published_tables import Published
from casework.statistics.release_draft import DraftedRelease, ReleaseDraft, Year, sum_of
from casework.statistics.rounding import NEAR


@dataclass(frozen=True)
class ComparedCell:
    """One cell as the lead sees it before she agrees: the truth of the period beside what will be published."""

    cell: Cell
    truth: int
    published: int


@dataclass(frozen=True)
class Closing:
    """The next period to close; while it is not over there is nothing to compare.

    `late` is how many of the counted cases were received before the period began. `mark` stands for exactly this
    release: who agrees sends it back.
    """

    period: Period
    over: bool
    tables: tuple[tuple[Table, Period, tuple[ComparedCell, ...]], ...] = ()
    withheld: tuple[Table, ...] = ()
    late: int = 0
    bound: int = 0
    mark: str = ""

    def __repr__(self) -> str:
        """Never print true counts."""
        return "<sealed>"


@dataclass(frozen=True)
class _Count:
    """Everything of one closing: the opened ledger, the cases that are new to it, and the release drawn of them."""

    ledger: CountRecord
    year: Year
    cases: dict[UUID, tuple[int, Facts]]
    drawn: DraftedRelease

    @property
    def mark(self) -> str:
        return sha256(self.drawn.published.body().encode()).hexdigest()


@action(Act.COUNTS_READ)
def read_releases(context: ActContext) -> tuple[Published, ...]:
    """Return everything that was ever released, oldest first."""
    return releases.read_all(context, narrowly=True)


@action(Act.PERIOD_PREVIEW)
def preview_period(context: ActContext) -> Closing:
    """Show the next period to close: what would be published beside the truth."""
    done = releases.read_all(context)
    size, period = _next(context, done)
    if not _is_over(context, period):
        return Closing(period, over=False)
    counted = _count(context, done, size, period)
    published = counted.drawn.published
    return Closing(
        period=period,
        over=True,
        tables=tuple(_compared(counted, size, plan().tables[name]) for name in published.tables),
        withheld=tuple(plan().tables[name] for name in published.withheld),
        late=sum(facts.received_on < period.first.isoformat() for _, facts in counted.cases.values()),
        bound=published.bound,
        mark=counted.mark,
    )


@action(Act.PERIOD_CLOSE)
def close_period(context: ActContext, name: str, mark: str) -> None:
    """Release the period of this name exactly as it was previewed; a release is never changed or taken back.

    Raises Conflict if the period is not the next one or if its counts changed since the preview, and BadInput if
    it is not over.
    """
    done = releases.read_all(context)
    size, period = _next(context, done)
    if name != period.name:
        raise Conflict("Kỳ này đã chốt rồi, hoặc chưa đến lượt chốt.")
    if not _is_over(context, period):
        raise BadInput("Kỳ này chưa hết nên chưa chốt được.")
    counted = _count(context, done, size, period)
    if mark != counted.mark:
        raise Conflict("Số liệu vừa thay đổi. Hãy xem lại rồi chốt.")
    published = counted.drawn.published
    context.reason = period.name
    releases.append(context, counted.ledger.head, published)
    count_record.remember(context, counted.ledger, published.number, _remembered(counted))
    if period.ends_year:
        count_record.prepare_year(context, counted.ledger, period.year + 1)


def waiting(context: ActContext) -> Period | None:
    """Return the period that waits to be closed by this person; called by her home page within its own act."""
    if not allowed(context.actor, Act.PERIOD_CLOSE):
        return None
    _, period = _next(context, releases.read_all(context))
    return period if _is_over(context, period) else None


def _next(context: ActContext, done: tuple[Published, ...]) -> tuple[SizeClass, Period]:
    """Return the next period that is to be closed; they follow one another without a gap."""
    commune = freshness.commune(context.session, context.commune_id)
    day = done[-1].period.next_day if done else clock.local(commune.created).date()
    size = _size(done, day, plan().classes[commune.size_class])
    return size, Period.of(day, size.atom)


def _size(done: Iterable[Published], day: date, entered: SizeClass) -> SizeClass:
    """Return the class of a year: by what was published of the whole year before, else as entered at set-up."""
    this_year = [one for one in done if one.period.year == day.year]
    if this_year:
        return plan().classes[this_year[0].size]
    last_year = [one for one in done if one.period.year == day.year - 1]
    if not last_year or last_year[0].period.first.month != 1 or "total" in last_year[-1].withheld:
        return entered
    return plan().class_of(sum(one.cells[TOTAL] for one in last_year))


def _is_over(context: ActContext, period: Period) -> bool:
    return clock.local(context.crypto.at).date() > period.last


def _count(context: ActContext, done: tuple[Published, ...], size: SizeClass, period: Period) -> _Count:
    """Open the facts in reach, count each case that was never counted, and draw the release."""
    opened = count_record.open_ledger(context)
    cases = {
        one.row.id: (page.revision, Facts.from_json(page.data))
        for one in reading.listed(context, [Section.FACTS])
        for page in one.pages
        if page.data["received_on"] <= period.last.isoformat() and _uncounted(opened, one.row.id, page.data)
    }
    this_year = tuple(one for one in done if one.period.year == period.year)
    truth = tuple(opened.counted[one.number].truth for one in this_year)
    year = Year(this_year, (*truth, plan().tally(facts for _, facts in cases.values())))
    ties = opened.ties(period.year, this_year[-1].number if this_year else 0)
    drawing = ReleaseDraft(plan(), size, period, len(done) + 1, year, ties)
    return _Count(opened, year, cases, drawing.draw())


def _uncounted(opened: CountRecord, case_id: UUID, data: Mapping[str, Any]) -> bool:
    """Tell whether neither a case nor any that was merged into it was ever counted."""
    same = {case_id, *(UUID(hex=one) for one in data.get("merged", "").split())}
    return opened.cases.isdisjoint(same)


def _compared(counted: _Count, size: SizeClass, table: Table) -> tuple[Table, Period, tuple[ComparedCell, ...]]:
    """Compare the truth of everything that a table covers since it last came out with what it publishes."""
    published = counted.drawn.published
    before = [n for n, one in enumerate(counted.year.releases, start=1) if table.name in one.tables]
    truth: Counter[Cell] = sum_of(counted.year.truth[before[-1] if before else 0 :])
    rows = tuple(ComparedCell(cell, truth[cell], count) for cell, count in published.tables[table.name].items())
    return table, plan().span(size, table, published.period), rows


def _remembered(counted: _Count) -> Counted:
    return Counted(
        cases={case_id: revision for case_id, (revision, _) in counted.cases.items()},
        truth=counted.year.truth[-1],
        draw=counted.drawn.ties.draw,
        far={cell: by for cell, by in counted.drawn.deviations.items() if by > NEAR},
    )
