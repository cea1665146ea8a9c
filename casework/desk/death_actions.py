"""A person has died: whoever holds the case asks, a lead closes it; from the asking on nobody is sent to call them."""

from dataclasses import dataclass, replace
from uuid import UUID

from casework.accounts import staff
from casework.cases import access_grants, case_labels, reading, writing
from casework.cases.deaths import DIED, has_died
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label, Plan
from casework.cases.states import CaseState
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, Refused
from casework.gate import ActContext, action
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from casework.sealed import Sealed
from casework.vault.states import MemberState

# What the label says of a death: that a lead is asked for their word, and that the case was closed with it.
ASKED, YES = "asked", "yes"


@dataclass(frozen=True)
class DeathClosing(Sealed):
    """What the page about a death shows: what was asked by whom and when (microseconds, 0 where nobody asked).

    `leads` are the names of those without whose word the case is not closed; `decides` tells that I am one, or that
    nobody leads where this case belongs.
    """

    case_id: UUID
    code: str
    words: str
    children_after: str
    by: str
    at: int
    leads: tuple[str, ...]
    decides: bool


@action(Act.DEATH_READ)
def read_closing(context: ActContext, case_id: UUID) -> DeathClosing:
    """Return what was asked about the closing of an open case, and whose word it needs; Conflict if it is closed."""
    case = _find_open(context, case_id)
    page = reading.newest_page(context, case, Section.PLAN)
    plan = Plan.from_json(page.data) if page else Plan()
    asked, leads = has_died(page), _leads(context, case)
    return DeathClosing(
        case_id=case_id,
        code=case_labels.code(context, case),
        words=plan.closing_words if asked else "",
        children_after=plan.children_after if asked else "",
        by=staff.names(context).get(page.by, "") if page and asked else "",
        at=page.at if page and asked else 0,
        leads=tuple(leads.values()),
        decides=not leads or context.me in leads,
    )


@action(Act.DEATH_ASK)
def ask_closing(context: ActContext, case_id: UUID, *, words: str, children_after: str, mistaken: bool = False) -> None:
    """Ask a lead to close a case because the person has died, or (`mistaken`) take that back.

    Raises BadInput where nobody says who cares for the children now.
    """
    case = _find_open(context, case_id)
    page = reading.newest_page(context, case, Section.PLAN)
    before = Plan.from_json(page.data) if page else Plan()
    if mistaken:
        if before.outcome != DIED:
            raise Conflict("Không còn lời xin đóng nào ở đây. Hãy mở lại trang để xem.", about=case_id)
        asked = Plan(actions=before.actions)
    else:
        require_children(case_id, children_after)
        asked = replace(before, outcome=DIED, closing_words=words, children_after=children_after)
    context.reason = "mistaken" if mistaken else ASKED
    writing.save(context, case, asked)
    note_in_label(context, case, died="" if mistaken else ASKED)


def require_word_of_lead(context: ActContext, case: VerifiedCase, outcome: str) -> None:
    """Raise Refused where a reason needs the word of a lead, one can open the case, and the actor is none."""
    if outcome and codelist("closing_reason").get(outcome).flag("review"):
        leads = _leads(context, case)
        if leads and context.me not in leads:
            raise Refused("a lead decides", about=case.id)


def require_children(case_id: UUID, children_after: str) -> None:
    if not children_after.strip():
        raise BadInput("Hãy ghi các cháu nhỏ bây giờ ai chăm sóc. Không có cháu nào thì ghi: không có.", about=case_id)


def note_in_label(context: ActContext, case: VerifiedCase, **changes: str) -> None:
    """Write what lists and receivers must know into the label, for everybody who reads it; nothing where it says so."""
    page = reading.newest_page(context, case, Section.LABEL)
    before = Label.from_json(page.data) if page else Label()
    if (after := replace(before, **changes)) != before:
        writing.save(context, case, after, readers=access_grants.reading_agencies(context, case, Section.LABEL))


def _find_open(context: ActContext, case_id: UUID) -> VerifiedCase:
    case = reading.find_own_case(context, case_id)
    if case.row.state != CaseState.OPEN:
        raise Conflict("Vụ việc này vừa được đóng hoặc mở lại. Hãy xem lại trang.", about=case_id)
    return case


def _leads(context: ActContext, case: VerifiedCase) -> dict[UUID, str]:
    """Return the active leads who can open a case, by id; a circle or an agency may have none."""
    return {
        member.id: member.name
        for member in staff.colleagues_with_key(context, case.row.owner_id)
        if member.state == MemberState.ACTIVE and not policy().leads.isdisjoint(member.roles)
    }
