"""The lists of a whole first page besides the cases, each an act of its own, read in one commit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from casework import clock
from casework.audit import read
from casework.cases import commune_merger, duty_gaps, reading
from casework.cases.reading import ListedCase
from casework.desk import reporting_duty
from casework.desk.due_actions import list_dues
from casework.desk.task_actions import list_clocks
from casework.desk.view_models import CaseLine, Home, Welcome
from casework.gate import ActContext, Action
from casework.intake.advice_actions import due_contacts
from casework.notices.actions import list_due, list_notices
from casework.notices.view_models import NoticeBox
from casework.oversight import home_panel
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Section
from casework.referrals.ground_actions import list_reviews
from casework.referrals.named_actions import list_named
from casework.referrals.promise_actions import list_promises
from casework.referrals.receiving_actions import list_referrals
from casework.referrals.unsent_actions import list_unsent
from casework.retention.actions import list_requests
from casework.staffing import detail_actions

# New cases are to be compared with the others so long.
_COMPARED_DAYS = 7
# Each list of a whole first page by its field of Home.
_OTHER_LISTS: Mapping[str, Action[[], Any]] = {
    "box": list_referrals,
    "notices": list_notices,
    "untold": list_due,
    "endings": list_requests,
    "reviews": list_reviews,
    "unsent": list_unsent,
    "promises": list_promises,
    "clocks": list_clocks,
    "named": list_named,
    "dues": list_dues,
}


def welcome(context: ActContext) -> Welcome:
    """Return the first page of a role that works on no case."""
    panel, duty = home_panel.panel_for(context), reporting_duty.of_actor(context)
    return Welcome(panel, duty, detail_actions.count_for_me(context), commune_merger.for_first_page(context))


def with_other_lists(context: ActContext, home: Home) -> Home:
    """Add the lists that this person may see, each with a log line of its own."""
    if allowed(context.actor, Act.ADVICE_LIST):
        home = replace(home, again=due_contacts(context))
    if allowed(context.actor, Act.CASE_ALIKE_PAIRS):
        home = replace(home, to_compare=_to_compare(context, home.cases))
    if allowed(context.actor, Act.DUTY_EDIT):
        home = replace(home, duty_gaps=duty_gaps.gaps(context))
    lists = {name: doing for name, doing in _OTHER_LISTS.items() if allowed(context.actor, doing.act)}
    home = replace(home, **{name: context.also(doing) for name, doing in lists.items()})
    home = replace(home, notices=_without_kin(home), changes=detail_actions.count_for_me(context))
    home = replace(home, merged=commune_merger.for_first_page(context))
    return replace(home, cases=tuple(line for line in home.cases if line.id not in context.unreadable))


def _without_kin(home: Home) -> NoticeBox:
    """Return the notices so that nobody is offered for a call who must not know of the case."""
    kin = {case.case_id: case.names for case in home.named}
    lines = (replace(line, kin=kin[line.case_id]) if line.case_id in kin else line for line in home.notices.lines)
    return NoticeBox(tuple(lines))


def _to_compare(context: ActContext, cases: Iterable[CaseLine]) -> tuple[CaseLine, ...]:
    """Return what colleagues have opened in seven days, unless I have looked since whether it was opened twice."""
    today, week = clock.today(), timedelta(days=_COMPARED_DAYS)
    new = [line for line in cases if line.ours and not line.mine and today - week <= line.opened < today]
    if not new:
        return ()
    # A row tells the day alone: what is of today is asked for tomorrow, and a look counts from the day after.
    since = clock.midnight(max(line.opened for line in new) + timedelta(days=1))
    looked = read.exceeded(context.crypto, [Act.CASE_ALIKE_PAIRS], who=context.me, since=since, most=1)
    return () if looked else tuple(new)


def contacts_to_renew(context: ActContext, cases: Iterable[ListedCase]) -> frozenset[UUID]:
    """Return the cases that I took over from a member who left, and whose safe contact that member still knows."""
    left_at = read.changed_by(context.crypto, Act.ACCOUNT_LEAVE)
    held = [case.row.id for case in cases if case.row.id in left_at and case.row.holder_id == context.me]
    if not held:
        return frozenset()
    contacts = reading.load_batch(context, passes_over=True).each([Section.CONTACT], of=held)
    return frozenset(held) - {case_id for case_id, page in contacts if page.at > left_at[case_id]}
