"""Hôm nay: everything that is due for a person, from whichever list it comes, in one order; overdue first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from casework import clock
from casework.cases.reading import date_of
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.codelists.working_days import calendar, working_day_after, working_day_before
from casework.desk.due_items import PAPER, CaseDue, DuePage, end_of, item_id, morning_after
from casework.desk.view_models import CaseLine, Home
from casework.intake.advice_actions import AdviceContact
from casework.policy.vocabulary import Section
from casework.referrals.view_models import Box
from casework.web.list_pages import Filter, ListKind, Order, by_code

# What comes after these days is no matter of today.
HORIZON_DAYS = 7
# Somebody who was not asked at once is asked within a week: a target of the product.
_ASK_WITHIN = timedelta(days=7)
LATE, TODAY, SOON = "qua-han", "hom-nay", "sap-toi"
# The office closes at five; what is due on the morning of the next working day is prepared before.
_EVENING, _NOON = 17 * 3600 * MICROSECOND, 12 * 3600 * MICROSECOND


@dataclass(frozen=True)
class DueLine:
    """Something due: its kind (a code of `due_kind`), its last moment in microseconds, where it is done.

    `code` is that of its case, or empty. `case_id` and `id` are given where it has a page of its own. `holder` is the
    name of whose it is where it is not mine; `sealed` tells that its case is of a circle: a list says no word of it.
    """

    kind: str
    due: int
    url: str
    code: str = ""
    case_id: UUID | None = None
    id: UUID | None = None
    mine: bool = True
    holder: str = ""
    sealed: bool = False
    how: str = ""
    what: str = ""

    @property
    def timed(self) -> bool:
        """Tell whether it is due to the minute, not with the end of a day."""
        at = clock.local(self.due + MICROSECOND)
        return (at.hour, at.minute) != (0, 0)

    @property
    def on(self) -> date:
        return clock.local(self.due).date()

    @property
    def late(self) -> bool:
        return self.due < clock.micros()

    @property
    def when(self) -> str:
        """Return the part of the list in which it stands, as a word of an address."""
        if self.late:
            return LATE
        return TODAY if self.on <= clock.today() else SOON

    @property
    def moves(self) -> bool:
        return codelist("due_kind").get(self.kind).flag("moves")

    @property
    def can_be_done(self) -> bool:
        """Tell whether one tap on its own page records that it is done."""
        return codelist("due_kind").get(self.kind).flag("done")


def lines_of(home: Home, me: UUID | None) -> list[DueLine]:
    """Return what is due for a person within a week, and what is overdue for others whose cases they may open."""
    until = end_of(clock.today() + timedelta(days=HORIZON_DAYS))
    return [line for line in _in_order(home, me) if (line.due <= until if line.mine else line.late)]


def _in_order(home: Home, me: UUID | None) -> list[DueLine]:
    """Return everything that is due in reach, whenever and whose it is."""
    lines = [*_of_cases(home, me), *_elsewhere(home)]
    return sorted(lines, key=lambda line: (line.due, line.code, line.kind))


def due_by_tonight(lines: Iterable[DueLine]) -> list[DueLine]:
    """Return what is mine and overdue or due today."""
    return [line for line in lines if line.mine and line.when != SOON]


def line_of(page: DuePage) -> DueLine:
    """Return what is due on its own page as a line, which leads to where it is done."""
    item = page.item
    endpoint = _PAGES.get(item.kind, "desk.case")
    url = url_for(endpoint, case_id=item.case_id, **_WORDS.get(item.kind, {}))
    mine = not page.holder
    return DueLine(
        item.kind, item.due, url, page.code, item.case_id, item.id, mine, page.holder, how=item.how, what=item.what
    )


def _of_cases(home: Home, me: UUID | None) -> Iterator[DueLine]:
    """Yield what is due in cases, with where it was moved and to whom it was handed."""
    for item in _items(home):
        line = home.by_id.get(item.case_id)
        if line is not None:
            yield _case_line(home, line, item, me)


def _case_line(home: Home, line: CaseLine, item: CaseDue, me: UUID | None) -> DueLine:
    moved = home.dues.moved.get(item.id)
    to = (moved.to if moved else None) or item.to
    whose = to or (line.holder_id if line.ours else me)
    mine = whose == me or (to is None and line.id in home.dues.standing_in)
    due = item.due
    if moved and moved.task.due_on and codelist("due_kind").get(item.kind).flag("moves"):
        due = moved.due
    holder = "" if mine or whose is None else home.dues.names.get(whose, "")
    sealed = line.id in home.dues.sealed
    url = url_for("desk.today.item", case_id=line.id, due=item.kind, item_id=item.id)
    if item.kind == PAPER:
        # A closed case has no page for what is due in it, and its paper may still be about.
        url = url_for(_PAGES[PAPER], case_id=line.id)
    shown = DueLine(item.kind, due, url, line.code, line.id, item.id, mine, holder, sealed)
    return shown if sealed else replace(shown, how=item.how, what=item.what)


def _items(home: Home) -> Iterator[CaseDue]:
    """Yield what is due in cases of ours, each with its page of its own."""
    yield from home.dues.items
    for running in home.clocks:
        begun = item_id(running.case_id, "clock", running.clock.code.code)
        yield CaseDue("clock", begun, running.case_id, running.clock.due)
    for call in home.promises.calls:
        called = item_id(call.case_id, "call", f"{call.ground_id} {call.on}")
        yield CaseDue("call", called, call.case_id, end_of(call.on))
    for ask in home.promises.asks:
        begun_on = clock.local(ask.since).date()
        due = end_of(begun_on if ask.expired else begun_on + _ASK_WITHIN)
        yield CaseDue("ask", item_id(ask.case_id, "ask", f"{ask.receiver} {ask.since}"), ask.case_id, due)
    yield from _about_sharing(home)


# Where something is done; what is not named here, on the page of its case.
_PAGES = {
    "unplanned": "desk.today.plan",
    PAPER: "desk.paper.paper",
    "idle": "desk.ask_closing",
    "review": "desk.sections.edit",
    "call": "referrals.case",
    "ask": "referrals.case",
    "awaited": "referrals.case",
    "ground_review": "referrals.case",
    "unsent": "referrals.unsent.read",
    "untold": "referrals.unsent.read",
}
_WORDS: dict[str, dict[str, Any]] = {"review": {"word": "assessment"}}


def _about_sharing(home: Home) -> Iterator[CaseDue]:
    """Yield what was said and not sent, and the answers that are waited for."""
    for unsent in home.unsent:
        said = item_id(unsent.case_id, "unsent", str(unsent.since))
        yield CaseDue("unsent", said, unsent.case_id, morning_after(clock.local(unsent.since).date()))
    for untold in home.untold:
        told = item_id(untold.case_id, "untold", str(untold.opened))
        yield CaseDue("untold", told, untold.case_id, end_of(date_of(untold.opened)))
    box = home.box or Box(())
    for line in (*box.waiting, *box.unopened):
        yield CaseDue("awaited", item_id(line.case_id, "awaited", f"{line.id} {line.sent}"), line.case_id, line.due)
    for review in home.reviews:
        waits = item_id(review.case_id, "ground_review", str(review.ground_id))
        yield CaseDue("ground_review", waits, review.case_id, review.review.due)


def _elsewhere(home: Home) -> Iterator[DueLine]:
    """Yield what is due outside cases of ours: referrals received, answers, notices, drafts, talks."""
    box, tonight = home.box or Box(()), end_of(clock.today())
    for kind, lines in (("incoming", box.incoming), ("answered", box.answered)):
        for line in lines:
            url = url_for("referrals.referral", case_id=line.case_id, referral_id=line.id)
            yield DueLine(kind, line.next_due if line.incoming else tonight, url, line.code)
    for notice in (*home.notices.received, *home.notices.unreceived, *home.notices.answered):
        url = url_for("notices.notice", case_id=notice.case_id, notice_id=notice.id)
        yield DueLine("notice", notice.decide_by or notice.due or tonight, url, notice.first.code)
    for draft in home.drafts:
        due = morning_after(clock.local(draft.started).date())
        yield DueLine("draft", due, url_for("intake.resume", draft_id=draft.id), mine=draft.mine)
    for talk in home.again:
        on = clock.today() if not talk.advice.again_on else date.fromisoformat(talk.advice.again_on)
        yield DueLine("talk", end_of(on), _page_of_talk(talk), mine=talk.mine)


def _page_of_talk(talk: AdviceContact) -> str:
    """Return where a promised talk is kept: with the advice, or in the plan of the case that it has become."""
    if talk.opened:
        return url_for("desk.sections.edit", case_id=talk.id, word=Section.PLAN.code)
    return url_for("intake.advice.contact", contact_id=talk.id)


_WHEN = {LATE: _("Quá hạn"), TODAY: _("Hôm nay"), SOON: _("Trong bảy ngày tới")}
_MINE, _OTHERS = "cua-toi", "nguoi-khac"
_WHOSE = {_MINE: _("Việc của tôi"), _OTHERS: _("Quá hạn của đồng nghiệp")}


def _whose(line: DueLine) -> str:
    return _MINE if line.mine else _OTHERS


TODAY_LIST = ListKind[DueLine](
    orders={"": Order(_("Hạn gần nhất"), lambda line: line.due), "ma": Order(_("Mã vụ việc"), lambda line: line.code)},
    filters=(
        Filter(
            "khi", _("Khi nào"), lambda line: line.when, by_code(lambda: list(_WHEN.items()), lambda line: line.when)
        ),
        Filter("ai", _("Của ai"), _whose, by_code(lambda: list(_WHOSE.items()), _whose)),
    ),
    first=lambda line: not line.late,
)


def sheet(lines: Iterable[DueLine]) -> list[tuple[str, date, str]]:
    """Return code, day and hour ("HH:MM", or empty for a whole day) of what is due by tonight, each once."""
    due = [line for line in due_by_tonight(lines) if line.code]
    return list(dict.fromkeys((line.code, line.on, _hour(line)) for line in due))


def _hour(line: DueLine) -> str:
    return clock.local(line.due).strftime("%H:%M") if line.timed and not line.late else ""


@dataclass(frozen=True)
class Weekend:
    """What is due in reach while offices are closed, whosever it is.

    It begins in the evening of the working day `begins` and lasts until the morning of the next one, `ends`.
    """

    begins: date
    ends: date
    lines: list[DueLine]


def weekend(home: Home, me: UUID | None) -> Weekend:
    """Return the days off that come, or are now: a weekend, or a holiday."""
    first = clock.today()
    while calendar().works(first):
        first += timedelta(days=1)
    last_before, next_after = working_day_before(first), working_day_after(first, 1)
    begins, ends = clock.midnight(last_before) + _EVENING, clock.midnight(next_after) + _NOON
    return Weekend(last_before, next_after, [line for line in _in_order(home, me) if begins <= line.due <= ends])
