"""Finds referrals and grounds: an id under a wrong case, or under a case out of reach, is the same NotFound."""

from dataclasses import dataclass
from uuid import UUID

from casework.cases import access_grants, reading
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.errors import NotFound
from casework.gate import ActContext
from casework.policy.vocabulary import Act
from casework.referrals import transitions


@dataclass(frozen=True)
class VerifiedReferral:
    """The row of a referral with its verified case and the ground that carries it; `state` is its state now."""

    verified: VerifiedCase
    row: Referral
    ground: Ground
    state: str

    def step(self, act: Act, *, goes_on: bool = False) -> None:
        """Take the referral one step on, or leave it in hand (`goes_on`); raise Conflict if this act does not fit."""
        (transitions.go_on if goes_on else transitions.step)(self.row, act, state=self.state)

    def require(self, act: Act) -> None:
        """Raise Conflict if an act does not lead on from here."""
        transitions.require(self.row.case_id, act, state=self.state)


def find_referral(context: ActContext, case_id: UUID, referral_id: UUID) -> VerifiedReferral:
    """Find a referral of this case that my agency sent or received; raise NotFound otherwise."""
    verified = reading.find_case(context, case_id)
    for referral in referrals(context, verified):
        if referral.row.id == referral_id:
            return referral
    raise NotFound("referral", about=case_id)


def find_received(context: ActContext, case_id: UUID, referral_id: UUID) -> VerifiedReferral:
    """Find a referral that was sent to my agency; the sending side gets the same NotFound as a stranger."""
    referral = find_referral(context, case_id, referral_id)
    if not is_receiver(context, referral):
        raise NotFound("referral", about=case_id)
    return referral


def find_sent(context: ActContext, case_id: UUID, referral_id: UUID) -> VerifiedReferral:
    """Find a referral that the owner of the case has sent."""
    referral = find_referral(context, case_id, referral_id)
    if is_receiver(context, referral):
        raise NotFound("referral", about=case_id)
    return referral


def is_receiver(context: ActContext, referral: VerifiedReferral) -> bool:
    """Tell whether I stand on the receiving side of a referral."""
    return referral.verified.row.owner_id not in context.actor.agencies


def find_ground(context: ActContext, verified: VerifiedCase, ground_id: UUID) -> Ground:
    """Find a ground of this case; raise NotFound otherwise."""
    for ground in grounds(context, verified):
        if ground.id == ground_id:
            return ground
    raise NotFound("ground", about=verified.id)


def grounds(context: ActContext, verified: VerifiedCase) -> list[Ground]:
    return reading.rows_of_case(context, verified, Ground)


def referrals(context: ActContext, verified: VerifiedCase) -> list[VerifiedReferral]:
    """Return the referrals of this case that concern my agency, as they stand now."""
    by_id = {ground.id: ground for ground in grounds(context, verified)}
    agencies = context.actor.agencies
    return [
        VerifiedReferral(
            verified,
            row,
            by_id[row.ground_id],
            access_grants.referral_state(row, by_id[row.ground_id], context.crypto.at),
        )
        for row in reading.rows_of_case(context, verified, Referral)
        if verified.row.owner_id in agencies or row.to_id in agencies
    ]
