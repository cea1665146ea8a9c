"""Closes periods in the session of a lead, and reads what has been released; nothing released reaches a case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from casework import clock
from casework.audit import freshness
from casework.audit.chain import last_line
from casework.cases import every_case, reading
from casework.cases.sections import Facts
from casework.errors import BadInput, Conflict, gettext_noop
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Section
from casework.sealed import Sealed
from casework.statistics import release_counts, releases
from casework.statistics.periods import Period
from casework.statistics.plan import TOTAL, Cell, SizeClass, Table, plan
from casework.statistics.published_tables import Published
from casework.statistics.release_counts import Counted, CountRecord
from casework.statistics.release_draft import DraftedRelease, ReleaseDraft, Year
from casework.statistics.rounding import NEAR
from casework.vault.keys import kek


@dataclass(frozen=True)
class ComparedCell:
    """One cell as the lead compares it before closing: the true count of the period and the count to be published.

    `truth` is None in a table that covers earlier periods as well: others may have counted cases that she cannot open,
    and what is shown must be the same whether they did or not.
    """

    cell: Cell
    truth: int | None
    published: int


@dataclass(frozen=True)
class Closing(Sealed):
    """The preview of the next period to close; while the period is not over there is nothing to compare.

    `late` is how many of the counted cases were received before the period began. `bound` is how far a published
    year-to-date count may lie from the truth. `mark` is the SHA-256 of the release: closing requires it. `first` is
    the period in which the commune was founded. `solved` and `given_up` are those of the draft.
    """

    period: Period
    over: bool
    tables: tuple[tuple[Table, Period, tuple[ComparedCell, ...]], ...] = ()
    withheld: tuple[Table, ...] = ()
    late: int = 0
    bound: int = 0
    mark: str = ""
    first: bool = False
    solved: int = 0
    given_up: bool = False


@dataclass(frozen=True)
class _PeriodCount:
    """One closing: the opened ledger, the cases new to it with the revision of their facts, and the drafted release."""

    ledger: CountRecord
    year: Year
    cases: dict[UUID, tuple[int, Facts]]
    draft: DraftedRelease

    @property
    def mark(self) -> str:
        return sha256(self.draft.published.body().encode()).hexdigest()


@action(Act.COUNTS_READ)
def read_releases(context: ActContext) -> tuple[Published, ...]:
    """Return every release, oldest first."""
    return releases.read_all(context, least_privilege=True)


@action(Act.PERIOD_PREVIEW)
def preview_period(context: ActContext) -> Closing:
    """Preview the next period to close: what would be published beside the true counts."""
    done = releases.read_all(context)
    size, period = _next_period(context, done)
    if not _is_over(context, period):
        return Closing(period, over=False)
    counted = _count_period(context, done, size, period)
    published = counted.draft.published
    return Closing(
        period=period,
        over=True,
        tables=tuple(_compared(counted, size, plan().tables[name]) for name in published.tables),
        withheld=tuple(plan().tables[name] for name in published.withheld),
        late=sum(facts.received_on < period.first.isoformat() for _, facts in counted.cases.values()),
        bound=published.bound,
        mark=counted.mark,
        first=published.is_first,
        solved=counted.draft.solved,
        given_up=counted.draft.given_up,
    )


@action(Act.PERIOD_CLOSE)
def close_period(context: ActContext, name: str, mark: str) -> None:
    """Release the period of this name exactly as it was previewed; a release is never changed or taken back.

    Raises Conflict if the period is not the next one, if its counts changed since the preview, if the machine's clock
    is in doubt or the evidence outside names what the database lacks; and BadInput if the period is not over.
    """
    _require_closable(context)
    done = releases.read_all(context)
    size, period = _next_period(context, done)
    if name != period.name:
        raise Conflict("Kỳ này đã chốt rồi, hoặc chưa đến lượt chốt.")
    if not _is_over(context, period):
        raise BadInput("Kỳ này chưa hết nên chưa chốt được.")
    counted = _count_period(context, done, size, period)
    if mark != counted.mark:
        raise Conflict("Số liệu vừa thay đổi. Hãy xem lại rồi chốt.")
    published = counted.draft.published
    context.reason = period.name
    releases.append(context, counted.ledger.head, published)
    release_counts.remember(context, counted.ledger, published.number, _record_entry(counted))
    if period.ends_year:
        release_counts.prepare_year(context, counted.ledger, period.year + 1)


def _require_closable(context: ActContext) -> None:
    """Raise Conflict where what is published now could not be taken back, and might be wrong or published already."""
    evidence, newest = context.evidence, last_line(context.session, context.crypto.server_keys)
    if evidence is None or newest is None:
        return
    if context.crypto.server_keys.number != kek.DEMO_ID and evidence.trusted_clock.doubts(
        context.crypto.at, newest_line=newest.at
    ):
        raise Conflict(
            gettext_noop(
                "Đồng hồ của máy chủ chưa được xác nhận là đúng, nên chưa chốt: kỳ đã chốt thì không rút lại được. "
                "Hãy nhờ người trông máy chủ xem lại giờ rồi chạy: casework tick --confirm-clock."
            )
        )
    if any(evidence.differences(context.crypto, releases.hashes(context.session, context.commune_id))):
        raise Conflict(
            gettext_noop(
                "Sổ không khớp với các mốc giữ bên ngoài, có thể thiếu kỳ đã công bố, nên chưa chốt. "
                "Hãy nhờ người trông máy chủ chạy: casework verify."
            )
        )


def period_to_close(context: ActContext) -> Period | None:
    """Return the period that this person may close now; called by the home page within its own act."""
    if not allowed(context.actor, Act.PERIOD_CLOSE):
        return None
    _, period = _next_period(context, releases.read_all(context))
    return period if _is_over(context, period) else None


def first_open_day(context: ActContext) -> date:
    """Return the first day of the next period to close; called by an import within its own act."""
    return _next_period(context, releases.read_all(context))[1].first


def _next_period(context: ActContext, done: tuple[Published, ...]) -> tuple[SizeClass, Period]:
    """Return the next period to close; periods follow one another without a gap."""
    commune = freshness.commune(context.session, context.commune_id)
    day = done[-1].period.next_day if done else clock.local(commune.created).date()
    size = _size_class(done, day, plan().classes[commune.size_class])
    return size, Period.of(day, size.atom)


def _size_class(done: Iterable[Published], day: date, entered: SizeClass) -> SizeClass:
    """Return the class of a year: by what was published of the whole year before, else as entered at set-up."""
    this_year = [release for release in done if release.period.year == day.year]
    if this_year:
        return plan().classes[this_year[0].size]
    last_year = [release for release in done if release.period.year == day.year - 1]
    if not last_year or last_year[0].is_first or "total" in last_year[-1].withheld:
        return entered
    return plan().class_of(sum(release.cells[TOTAL] for release in last_year))


def _is_over(context: ActContext, period: Period) -> bool:
    return clock.local(context.crypto.at).date() > period.last


def _count_period(context: ActContext, done: tuple[Published, ...], size: SizeClass, period: Period) -> _PeriodCount:
    """Open the facts in reach, count each case that was never counted, and draft the release."""
    every_case.require_whole(context)
    ledger = release_counts.open_ledger(context)
    cases = {
        case.row.id: (page.revision, Facts.from_json(page.data))
        for case in reading.listed(context, [Section.FACTS])
        for page in case.pages
        if _falls_into(period, page.data) and _is_uncounted(ledger, case.row.id, page.data)
    }
    this_year = tuple(release for release in done if release.period.year == period.year)
    truth = tuple(ledger.counted[release.number].truth for release in this_year)
    year = Year(this_year, (*truth, plan().tally(facts for _, facts in cases.values())))
    ties = ledger.ties(period.year, this_year[-1].number if this_year else 0)
    draft = ReleaseDraft(plan(), size, period, len(done) + 1, year, ties)
    return _PeriodCount(ledger, year, cases, draft.draw())


def _falls_into(period: Period, data: Mapping[str, Any]) -> bool:
    """Tell whether a case is counted in a period: one received by its end, late ones too.

    One that was imported from an old ledger is counted by its own day alone: where the period of that day is closed,
    hundreds of old cases would stand in the next one as if they had happened then.
    """
    received: str = data["received_on"]
    is_late = received < period.first.isoformat()
    return received <= period.last.isoformat() and not (is_late and data.get("imported") == "yes")


def _is_uncounted(ledger: CountRecord, case_id: UUID, data: Mapping[str, Any]) -> bool:
    """Tell whether neither a case nor any case merged into it was ever counted."""
    case_ids = {case_id, *(UUID(hex=merged_id) for merged_id in data.get("merged", "").split())}
    return ledger.cases.isdisjoint(case_ids)


def _compared(counted: _PeriodCount, size: SizeClass, table: Table) -> tuple[Table, Period, tuple[ComparedCell, ...]]:
    """Compare what a table publishes now with the truth, where that is of the cases opened for this period alone."""
    published, releases = counted.draft.published, counted.year.releases
    alone = not releases or table.name in releases[-1].tables
    truth = counted.year.truth[-1]
    cells = tuple(
        ComparedCell(cell, truth[cell] if alone else None, count)
        for cell, count in published.tables[table.name].items()
    )
    return table, plan().span(size, table, published.period), cells


def _record_entry(counted: _PeriodCount) -> Counted:
    return Counted(
        cases={case_id: revision for case_id, (revision, _) in counted.cases.items()},
        truth=counted.year.truth[-1],
        draw=counted.draft.ties.draw,
        far={cell: by for cell, by in counted.draft.deviations.items() if by > NEAR},
    )
