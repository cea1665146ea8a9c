"""Finds referrals: a child id under a wrong parent, or under a case out of reach, is the same 404."""

from dataclasses import dataclass
from uuid import UUID

from casework.cases import envelope_sharing, reading
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.errors import NotFound
from casework.gate import ActContext
from casework.policy.words import Act
from casework.referrals import states


@dataclass(frozen=True)
class FoundReferral:
    """A referral with its case and the ground that carries it, all verified; `state` is how it stands now."""

    held: VerifiedCase
    referral: Referral
    ground: Ground
    state: str

    def step(self, act: Act) -> None:
        """Take the referral one step on; raise Conflict if this act does not lead on from here."""
        states.step(self.referral, act, state=self.state)


def referral(context: ActContext, case_id: UUID, referral_id: UUID) -> FoundReferral:
    """Find a referral of this case that my agency sent or received; raise NotFound otherwise."""
    held = reading.find_case(context, case_id)
    for one in referrals(context, held):
        if one.referral.id == referral_id:
            return one
    raise NotFound("referral", about=case_id)


def received(context: ActContext, case_id: UUID, referral_id: UUID) -> FoundReferral:
    """Find a referral that was sent to my agency; the sending side gets the same NotFound as a stranger."""
    found = referral(context, case_id, referral_id)
    if not is_receiver(context, found):
        raise NotFound("referral", about=case_id)
    return found


def sent(context: ActContext, case_id: UUID, referral_id: UUID) -> FoundReferral:
    """Find a referral that the owner of the case has sent."""
    found = referral(context, case_id, referral_id)
    if is_receiver(context, found):
        raise NotFound("referral", about=case_id)
    return found


def is_receiver(context: ActContext, found: FoundReferral) -> bool:
    """Tell whether I stand on the receiving side of a referral."""
    return found.held.case.owner_id not in context.actor.agencies


def ground(context: ActContext, held: VerifiedCase, ground_id: UUID) -> Ground:
    """Find an entry of the ledger of this case; raise NotFound otherwise."""
    for one in grounds(context, held):
        if one.id == ground_id:
            return one
    raise NotFound("ground", about=held.id)


def grounds(context: ActContext, held: VerifiedCase) -> list[Ground]:
    """Return every entry of the ledger of this case."""
    return reading.rows_of_case(context, held, Ground)


def referrals(context: ActContext, held: VerifiedCase) -> list[FoundReferral]:
    """Return the referrals of this case that concern my agency, as they stand now."""
    by_id = {one.id: one for one in grounds(context, held)}
    mine = context.actor.agencies
    return [
        FoundReferral(
            held, one, by_id[one.ground_id], envelope_sharing.state_of(one, by_id[one.ground_id], context.crypto.at)
        )
        for one in reading.rows_of_case(context, held, Referral)
        if held.case.owner_id in mine or one.to_id in mine
    ]
