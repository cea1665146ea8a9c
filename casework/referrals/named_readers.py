"""Who at the receiving agency reads a referral: all who hold its key, or a circle of people chosen by name.

Whoever must not know is taken out by proposal and refused when put back; their name never reaches the other side.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness
from casework.cases import name_matching, reading
from casework.cases.models import Ground
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Perpetrator, SafetyPlan
from casework.cases.states import READABLE
from casework.errors import Ungrounded
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.referrals import lookup
from casework.referrals.receiving_side import ProposedReader, ReceivingSide
from casework.vault.keys import provisioning
from casework.vault.keys.envelopes import OpenedDocument
from casework.vault.states import MemberState


class WrongReaders(Ungrounded):
    """The people who would read a referral cannot be those: one of them must not know, or too few are left."""


def propose(
    context: ActContext, verified: VerifiedCase, ground: Ground, *, changing: UUID | None = None
) -> ReceivingSide:
    """Return who would read on a ground, and who of them is taken out by proposal and why.

    Somebody who must not know is listed though they have no key yet: the agency's key may be theirs tomorrow.
    `changing` is a referral whose readers are about to change: who reads by that one alone is no hindrance.
    """
    plan, other = _who_must_not_know(context, verified)
    holder_ids = staff.key_holder_ids(context, ground.receiver_id)
    readers = []
    for member in staff.colleagues(context):
        if member.state == MemberState.LEFT or not (member.id in holder_ids or member.agency_id == ground.receiver_id):
            continue
        active, reason = member.state == MemberState.ACTIVE and member.id in holder_ids, reason_of(member, plan, other)
        if active or reason:
            readers.append(ProposedReader(member.id, member.name, member.roles[0], reason, active))
    return ReceivingSide(
        readers=tuple(readers),
        by_name=verified.row.owner_id in context.actor.circles or plan.somebody == "yes",
        reading=_already_reading(context, verified, readers, changing),
    )


def choose(
    context: ActContext,
    verified: VerifiedCase,
    ground: Ground,
    *,
    without: Collection[UUID] = (),
    changing: UUID | None = None,
) -> frozenset[UUID] | None:
    """Return the ids of who shall read a referral by name, or None if it goes to the whole agency.

    Raises WrongReaders if somebody who must not know is left in or reads already, or too few are left.
    """
    side = propose(context, verified, ground, changing=changing)
    if problem := side.problem(without):
        raise WrongReaders(problem, about=verified.id)
    if not side.needs_circle(without):
        return None
    return frozenset(reader.id for reader in side.left(without))


def receiving_end(context: ActContext, ground: Ground, chosen: Collection[UUID] | None) -> UUID:
    """Return what a referral is sealed to: the agency, or a new circle whose key is wrapped for its members alone."""
    if chosen is None:
        return ground.receiver_id
    members = [freshness.member(context.session, context.commune_id, member_id) for member_id in sorted(chosen)]
    return provisioning.make_circle(context.crypto, members).agency_id


def _already_reading(
    context: ActContext, verified: VerifiedCase, readers: Iterable[ProposedReader], changing: UUID | None
) -> tuple[str, ...]:
    """Return the names of those who must not know and who read the case by an earlier referral."""
    out = [reader for reader in readers if reader.reason]
    held: set[UUID] = set()
    for referral in lookup.referrals(context, verified) if out else ():
        if referral.state in READABLE and referral.row.id != changing:
            held |= staff.key_holder_ids(context, referral.row.to_id)
    return tuple(reader.name for reader in out if reader.id in held)


def _who_must_not_know(context: ActContext, verified: VerifiedCase) -> tuple[SafetyPlan, Perpetrator]:
    return who_must_not_know(reading.open_newest_of(context, verified, [Section.SAFETY_PLAN, Section.PERPETRATOR]))


def who_must_not_know(pages: Iterable[OpenedDocument]) -> tuple[SafetyPlan, Perpetrator]:
    """Return from opened pages what says who must not know."""
    data = {page.section: page.data for page in pages}
    return (
        SafetyPlan.from_json(data.get(Section.SAFETY_PLAN, {})),
        Perpetrator.from_json(data.get(Section.PERPETRATOR, {})),
    )


def reason_of(member: Colleague, plan: SafetyPlan, other: Perpetrator) -> str:
    """Return why somebody is taken out: they are named as who must not know, or as who was violent; else nothing."""
    if name_matching.names_a_colleague(member.name, plan.who_must_not_know):
        return "named"
    return "violent" if name_matching.names_a_colleague(member.name, other.name) else ""
