"""Circles: a case sealed to a few named people, restricted from its first byte or later, changed, and given back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from casework.accounts import key_holders
from casework.accounts.staff import Colleague, colleagues
from casework.audit import freshness
from casework.cases import case_labels, key_rotation, name_matching, ownership_transfer, reading, writing
from casework.cases.reading import ListedCase, VerifiedCase
from casework.cases.sections import Label, SafetyPlan
from casework.errors import BadInput, Conflict, Refused
from casework.gate import ActContext, action
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from casework.vault.integrity import heads
from casework.vault.keys import epochs, provisioning
from casework.vault.keys.recovery import sheets
from casework.vault.models import Agency
from casework.vault.states import MemberState
from casework.vietnamese_text import fold

_SMALLEST = 2


@dataclass(frozen=True)
class Readers:
    """Who reads a case by name, who holds it, and who else of the agency could be named.

    `restricted` tells whether it is sealed to them alone; `keepers` have the recovery sheets of its circle, and it is
    `lonely` if one person alone can open it and nobody has tried the sheets lately.
    """

    case_id: UUID
    code: str
    restricted: bool
    holder_id: UUID
    standin_id: UUID | None
    reading: tuple[Colleague, ...]
    others: tuple[Colleague, ...]
    mine: bool
    keepers: tuple[str, ...]
    lonely: bool


@dataclass(frozen=True)
class SealedCaseAtRisk:
    """A case of a circle of mine that one person alone can open (`alone`), or that some of its people no longer can."""

    case_id: UUID
    code: str
    alone: bool
    lost: tuple[str, ...]


def sealed_cases_at_risk(context: ActContext, listed: Iterable[ListedCase]) -> tuple[SealedCaseAtRisk, ...]:
    """Return which sealed cases may be lost: told to their readers alone, for nobody else may know that they exist."""
    sealed = [case for case in listed if case.row.owner_id in context.actor.circles]
    everybody = {member.id: member for member in colleagues(context)} if sealed else {}
    found = [_risk_of(context, case, everybody) for case in sealed]
    return tuple(risk for risk in found if risk.alone or risk.lost)


def _risk_of(context: ActContext, case: ListedCase, everybody: Mapping[UUID, Colleague]) -> SealedCaseAtRisk:
    circle = freshness.agency(context.session, context.commune_id, case.row.owner_id)
    holders = epochs.key_holders(context.crypto, circle)
    able = {member_id for member_id in holders if everybody[member_id].state == MemberState.ACTIVE}
    named = holders | {member_id for member_id in (case.row.holder_id, case.row.standin_id) if member_id}
    return SealedCaseAtRisk(
        case_id=case.row.id,
        code=(case_labels.label_of(case.pages) or Label()).code,
        alone=len(able) < _SMALLEST and not key_holders.drilled_lately(context.crypto, circle.id),
        lost=tuple(sorted(everybody[member_id].name for member_id in named - able)),
    )


@action(Act.CIRCLE_READ)
def read_readers(context: ActContext, case_id: UUID) -> Readers:
    """Return who can read a case of ours by name, and who could."""
    case = reading.find_own_case(context, case_id)
    restricted = case.row.owner_id in context.actor.circles
    eligible = [member for member in colleagues(context) if may_join(context, member)]
    holder_ids = reader_ids(context, case.row, eligible)
    readers = [member for member in eligible if member.id in holder_ids]
    return Readers(
        case_id=case_id,
        code=case_labels.code(context, case),
        restricted=restricted,
        holder_id=case.row.holder_id,
        standin_id=case.row.standin_id,
        reading=tuple(readers),
        others=tuple(member for member in eligible if member.id not in holder_ids),
        mine=case.row.holder_id == context.me,
        keepers=tuple(member.name for member in sheets.officers(context.crypto, case.row.owner_id))
        if restricted
        else (),
        lonely=restricted
        and len(readers) < _SMALLEST
        and not key_holders.drilled_lately(context.crypto, case.row.owner_id),
    )


def reader_ids(context: ActContext, row: Any, eligible: Sequence[Colleague]) -> set[UUID]:
    """Return the ids of who reads a case of ours by its row: its circle, or holder, stand-in, lead and deputies."""
    if row.owner_id in context.actor.circles:
        return epochs.key_holders(context.crypto, freshness.agency(context.session, context.commune_id, row.owner_id))
    leads = {member.id for member in eligible if not {"lead", "deputy"}.isdisjoint(member.roles)}
    return leads | {member_id for member_id in (row.holder_id, row.standin_id) if member_id is not None}


@action(Act.CIRCLE_MAKE)
def make_circle(context: ActContext, members: Sequence[UUID]) -> UUID:
    """Make a circle of the author and at least one other named member, for a case that nobody else may read."""
    named = {context.me, *members}
    eligible = {colleague.id for colleague in colleagues(context) if may_join(context, colleague)}
    if len(named) < _SMALLEST or not named <= eligible:
        raise BadInput("Hãy chọn ít nhất một người khác được đọc vụ việc này.")
    chosen = [freshness.member(context.session, context.commune_id, member_id) for member_id in sorted(named)]
    keys = provisioning.make_circle(context.crypto, chosen)
    if context.crypto.keyring is not None:
        context.crypto = epochs.with_keys(context.crypto, keys)
    context.about = keys.agency_id
    return keys.agency_id


def may_join(context: ActContext, colleague: Colleague) -> bool:
    """Tell whether somebody may be named into a circle: an active member of my agency who works on cases."""
    works_on_cases = not set(policy().rows[Act.CASE_OPEN].who).isdisjoint(colleague.roles)
    return colleague.state == MemberState.ACTIVE and colleague.agency_id == context.actor.agency_id and works_on_cases


@action(Act.CASE_RESTRICT)
def restrict(context: ActContext, case_id: UUID, members: Sequence[UUID], *, whom: str = "") -> None:
    """Seal a case to me and these colleagues alone, all of it, from now on; whoever is left out cannot tell it exists.

    `whom` is who must not know: raises BadInput if that is one of those named. It is kept in the safety plan, which the
    circle alone opens, so that whatever is sent later leaves that person out.
    """
    case = reading.find_case(context, case_id)
    if case.row.owner_id != context.actor.agency_id:
        raise Conflict("Vụ việc này không do cơ quan mình giữ, hoặc đã giữ kín rồi.", about=case_id)
    _must_not_be_named(context, members, whom)
    circle_id = context.also(make_circle, [member_id for member_id in members if member_id != context.me])
    _keep_holder_inside(context, case, {context.me, *members})
    _keep_who_must_not_know(context, case, whom)
    ownership_transfer.transfer_ownership(context, case, circle_id)


@action(Act.CIRCLE_CHANGE)
def change(context: ActContext, case_id: UUID, members: Sequence[UUID], *, whom: str = "") -> None:
    """Let exactly these and me read a restricted case; for whoever is left out its key is renewed in this commit."""
    case, circle = find_restricted(context, case_id)
    _must_not_be_named(context, members, whom)
    _must_keep_no_sheet(context, circle, whom)
    _keep_who_must_not_know(context, case, whom)
    chosen, current = {context.me, *members}, epochs.key_holders(context.crypto, circle)
    eligible = {colleague.id for colleague in colleagues(context) if may_join(context, colleague)}
    if len(chosen) < _SMALLEST or not chosen - current <= eligible:
        raise BadInput("Hãy chọn ít nhất một người khác được đọc vụ việc này.")
    head = freshness.head(context.session, context.commune_id, circle.id)
    for member_id in sorted(chosen - current):
        member = freshness.member(context.session, context.commune_id, member_id)
        provisioning.wrap_for_member(context.crypto, context.crypto.keys(circle.id), member)
        heads.mark_changed(context.session, head)
    context.session.flush()
    if current - chosen:
        key_rotation.renew(context, circle, without=current - chosen)
    if _keep_holder_inside(context, case, chosen):
        writing.revoke(context, case)


@action(Act.CIRCLE_LIFT)
def lift(context: ActContext, case_id: UUID) -> None:
    """Give a restricted case back to the agency of its holder; the circle is closed and its key is gone."""
    case, circle = find_restricted(context, case_id)
    if case.row.holder_id != context.me or context.actor.agency_id is None:
        raise Refused("only its holder", about=case_id)
    ownership_transfer.transfer_ownership(context, case, context.actor.agency_id)
    key_rotation.close_circle(context, circle)


def find_restricted(context: ActContext, case_id: UUID) -> tuple[VerifiedCase, Agency]:
    """Return a case that is sealed to a circle of mine, and that circle; raise Conflict for one that is not."""
    case = reading.find_own_case(context, case_id)
    if case.row.owner_id not in context.actor.circles:
        raise Conflict("Vụ việc này không giữ kín riêng.", about=case_id)
    return case, freshness.agency(context.session, context.commune_id, case.row.owner_id)


def _keep_who_must_not_know(context: ActContext, case: VerifiedCase, whom: str) -> None:
    page = reading.newest_page(context, case, Section.SAFETY_PLAN)
    plan = SafetyPlan.from_json(page.data) if page else SafetyPlan()
    if whom.strip() and fold(whom) not in fold(plan.who_must_not_know):
        named = "; ".join(filter(None, (plan.who_must_not_know, whom.strip())))
        writing.save(context, case, replace(plan, somebody="yes", who_must_not_know=named))


def _must_not_be_named(context: ActContext, members: Collection[UUID], whom: str) -> None:
    for colleague in colleagues(context):
        if colleague.id in members and name_matching.names_a_colleague(colleague.name, whom):
            raise BadInput("Có người được chọn trùng tên với người không được biết. Hãy bỏ chọn người ấy.")


def _must_keep_no_sheet(context: ActContext, circle: Agency, whom: str) -> None:
    if any(
        name_matching.names_a_colleague(officer.name, whom) for officer in sheets.officers(context.crypto, circle.id)
    ):
        raise BadInput("Người không được biết đang giữ một tờ khôi phục. Hãy làm các tờ mới trước.")


def _keep_holder_inside(context: ActContext, case: VerifiedCase, members: Collection[UUID]) -> bool:
    """Let nobody outside hold the case or stand in: I hold it then; return whether anything changed."""
    before = (case.row.holder_id, case.row.standin_id)
    if case.row.holder_id not in members:
        case.row.holder_id = context.me
    if case.row.standin_id not in members or case.row.standin_id == case.row.holder_id:
        case.row.standin_id = None
    return before != (case.row.holder_id, case.row.standin_id)
