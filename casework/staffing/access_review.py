"""The access review, confirmed twice a year: each member's roles, state, last sign-in, key and cases."""

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from casework.accounts import access_review_due, staff
from casework.accounts.staff import Colleague
from casework.audit.models import AuditLine
from casework.cases import reading
from casework.clock import MICROSECOND
from casework.errors import Conflict
from casework.gate import OK, ActContext, action
from casework.policy.vocabulary import Act, Reach
from casework.staffing import directory
from casework.vault.states import MemberState

_SIGN_INS = (Act.SIGN_IN, Act.SECOND_FACTOR, Act.PAPER_CODE)
_LONG_AGO = 45 * 86_400 * MICROSECOND


@dataclass(frozen=True)
class ReviewedMember:
    """One member: whether they hold their agency's key, their last sign-in (microseconds, 0 for never), their cases.

    `cases` is None for a reader who may not know it; `long_ago` that there was no sign-in for 45 days.
    """

    who: Colleague
    key: bool
    seen: int
    cases: int | None
    long_ago: bool


@dataclass(frozen=True)
class ReviewGroup:
    """An agency with its members; with an empty name, the members of none."""

    name: str
    people: tuple[ReviewedMember, ...]


@dataclass(frozen=True)
class Review:
    """What is reviewed: members by agency, the last review (microseconds, by whom), when it is due, and its mark."""

    groups: tuple[ReviewGroup, ...]
    last: int
    by: str
    due: int
    mark: str


@action(Act.REVIEW_READ)
def read_review(context: ActContext) -> Review:
    """Return who has access: the own agency's members for a lead, everybody for an administrator."""
    return _review(context)


@action(Act.REVIEW_CONFIRM)
def confirm_review(context: ActContext, mark: str) -> None:
    """Confirm that everybody on the list belongs there; raise Conflict if it is no longer the list that was seen."""
    review = _review(context)
    context.about = access_review_due.review_scope(context)
    if review.mark != mark:
        raise Conflict("Danh sách vừa thay đổi. Hãy xem lại rồi xác nhận.", about=context.about)
    context.reason = f"{sum(len(group.people) for group in review.groups)} people"


def _review(context: ActContext) -> Review:
    last_sign_in, held = _last_sign_ins(context), _cases_by_holder(context)
    groups = []
    for agency in directory.agencies_in_reach(context):
        members = [
            entry
            for entry in agency.people
            if entry.who.state != MemberState.LEFT and directory.is_in_reach(context, entry.who.agency_id)
        ]
        reviewed_members = tuple(_reviewed_member(context, entry, last_sign_in, held) for entry in members)
        if reviewed_members:
            groups.append(ReviewGroup(agency.name, reviewed_members))
    status = access_review_due.review_status(context)
    by = staff.names(context).get(status.by, "") if status.by else ""
    return Review(tuple(groups), status.at, by, status.due, _mark(groups))


def _reviewed_member(
    context: ActContext, entry: directory.StaffEntry, last_sign_in: dict[UUID, int], case_counts: Counter[UUID] | None
) -> ReviewedMember:
    seen = last_sign_in.get(entry.who.id, 0)
    cases = None if case_counts is None else case_counts[entry.who.id]
    return ReviewedMember(entry.who, entry.key, seen, cases, long_ago=seen < context.crypto.at - _LONG_AGO)


def _last_sign_ins(context: ActContext) -> dict[UUID, int]:
    """Return each member's last sign-in in microseconds; the whole log is read for it, twice a year."""
    sign_ins = (AuditLine.commune_id == context.commune_id, AuditLine.act.in_(_SIGN_INS), AuditLine.outcome == OK)
    rows = select(AuditLine.who, func.max(AuditLine.at)).where(*sign_ins, AuditLine.who.is_not(None))
    return {who: at for who, at in context.session.execute(rows.group_by(AuditLine.who)) if who is not None}


def _cases_by_holder(context: ActContext) -> Counter[UUID] | None:
    """Count the agency's own cases by holder, but for restricted ones; None for a reader who reaches no case."""
    if context.permit.reach < Reach.AGENCY:
        return None
    cases = reading.load_batch(context).cases.values()
    return Counter(case.holder_id for case in cases if case.owner_id == context.actor.agency_id)


def _mark(groups: list[ReviewGroup]) -> str:
    """Return a hash (128 bits, hex) of all members, roles, states and keys: what is confirmed is what was seen."""
    rows = [
        [reviewed.who.id.hex, reviewed.who.state, ",".join(reviewed.who.roles), reviewed.key]
        for group in groups
        for reviewed in group.people
    ]
    return sha256(json.dumps(sorted(rows)).encode()).hexdigest()[:32]
