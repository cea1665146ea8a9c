"""Whom nothing lets us tell yet of somebody in danger or of a child; the number to call until there is a ground."""

from casework.cases import age_groups, consent_and_grounds, duty_numbers, reading
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label
from casework.cases.states import CaseState
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.referrals import readers_though_named
from casework.referrals.unsent_view_models import MissingGround
from casework.vault.states import MemberState

_POLICE, _CHILD_PROTECTION = "police", "child_protection"
_WHO_MUST_NOT_KNOW = (Section.SAFETY_PLAN, Section.PERPETRATOR)


def for_police(context: ActContext, case: VerifiedCase, label: Label) -> MissingGround | None:
    """Return whom to call where there is danger now and nothing lets us tell the police; None for the police."""
    if label.danger != "yes" or not _is_ours(context, case) or context.permit.record is Section.POLICE:
        return None
    if _POLICE in consent_and_grounds.agencies_with_ground(context, case):
        return None
    child = label.age_group == age_groups.CHILD
    without = duty_numbers.must_not_know(context, case)
    numbers = duty_numbers.called_of_kind(context, _POLICE, without=without)
    pages = reading.open_newest_of(context, case, _WHO_MUST_NOT_KNOW)
    named = readers_though_named.named(readers_though_named.load_staff(context), pages)
    there = [member for member, _ in named if member.agency_kind == _POLICE and member.state != MemberState.LEFT]
    return MissingGround(numbers, tuple(dict.fromkeys(member.name for member in there)), child)


def for_child_protection(context: ActContext, case: VerifiedCase, label: Label) -> bool:
    """Tell whether nothing yet lets us report a child to who protects children, and we are not those ourselves."""
    child = label.age_group == age_groups.CHILD and _is_ours(context, case)
    if not child or context.permit.record is Section.CHILD:
        return False
    return _CHILD_PROTECTION not in consent_and_grounds.agencies_with_ground(context, case)


def _is_ours(context: ActContext, case: VerifiedCase) -> bool:
    return case.row.state == CaseState.OPEN and case.row.owner_id in context.actor.agencies
