"""What ends and what stays, by article, when a ground is withdrawn or a case closes: planned, shown, and then done.

Whoever presses the button has read the same plan that is carried out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.cases import access_grants, consent_and_grounds, ground_rules, reading
from casework.cases.access_grants import agreed_sections, ground_is_live, referral_state
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry
from casework.cases.states import READABLE, GroundState, ReferralState
from casework.clock import MICROSECOND
from casework.gate import ActContext
from casework.policy.vocabulary import Section

_DAY = 86_400 * MICROSECOND


@dataclass(frozen=True)
class Outcome:
    """What becomes of one referral: it goes on upon a ground with these sections until a moment, or it ends.

    `before` are the sections that its receiver reads on it now; `until` is microseconds, None leaves the ground's own.
    """

    referral: Referral
    before: frozenset[Section]
    ground: Ground | None = None
    sections: frozenset[Section] = frozenset()
    until: int | None = None


@dataclass(frozen=True)
class StayingAccess:
    """What an agency goes on reading, on which ground; `until` is microseconds or None."""

    entry: GroundEntry
    sections: tuple[Section, ...]
    until: int | None


@dataclass(frozen=True)
class AgencyEnding:
    """What one receiver can no longer read after an ending, and what stays on which ground."""

    receiver_id: UUID
    ends: tuple[Section, ...]
    stays: tuple[StayingAccess, ...]


@dataclass(frozen=True)
class SharedCase:
    """The grounds and referrals of a case at a moment (microseconds), with the opened entries."""

    grounds: Mapping[UUID, Ground]
    referrals: tuple[Referral, ...]
    entries: Mapping[UUID, GroundEntry]
    at: int

    def readable(self) -> list[Referral]:
        """Return the referrals by which somebody reads something now, the newest first."""
        rows = [row for row in self.referrals if referral_state(row, self.grounds[row.ground_id], self.at) in READABLE]
        return sorted(rows, key=lambda row: -row.sent)

    def read_on(self, referral: Referral) -> frozenset[Section]:
        """Return the sections that a referral gives; one that is done gives what its receiver keeps."""
        if referral.state == ReferralState.DONE:
            return frozenset(section for section, _ in access_grants.kept_revisions(referral)) - {Section.LABEL}
        return agreed_sections(self.grounds[referral.ground_id])

    def kept_by(self, ground: Ground) -> frozenset[Section]:
        """Return the least that a ground keeps of what it carries; an entry that cannot be opened keeps nothing."""
        entry = self.entries.get(ground.id)
        return ground_rules.kept(entry) & agreed_sections(ground) if entry else frozenset()

    def days_of(self, ground: Ground) -> int:
        entry = self.entries.get(ground.id)
        return ground_rules.days_after_closing(entry) if entry else 0

    def kind_of(self, ground: Ground) -> str:
        """Return the kind of a ground; empty for one whose entry cannot be opened."""
        return self.entries.get(ground.id, GroundEntry()).kind

    def carried_on(self, ground: Ground, ending: Ground) -> frozenset[Section]:
        """Return what a ground carries on after another one has ended: the least of a law, or what was agreed to.

        A consent carries on what a law or danger gave, never what the person has taken back with another consent.
        """
        agrees = self.kind_of(ground) == ground_rules.CONSENT and ground.state == GroundState.LIVE
        if agrees and self.kind_of(ending) in (ground_rules.DANGER, ground_rules.DUTY):
            return agreed_sections(ground)
        return self.kept_by(ground)

    def heirs(self, ending: Ground) -> Iterator[Ground]:
        """Yield the live grounds of the same receiver on which nothing was sent yet, and which carry something on.

        Those by law come first.
        """
        used = {referral.ground_id for referral in self.readable()}
        by_law_first = sorted(self.grounds.values(), key=lambda row: (not self.kept_by(row), row.id.bytes))
        for ground in by_law_first:
            same = ground.receiver_id == ending.receiver_id and ground.id not in {ending.id, *used}
            if same and ground_is_live(ground, self.at) and self.carried_on(ground, ending):
                yield ground


def load(context: ActContext, case: VerifiedCase) -> SharedCase:
    """Load what is shared of a case, with every entry that I can open."""
    return SharedCase(
        {row.id: row for row in reading.rows_of_case(context, case, Ground)},
        tuple(reading.rows_of_case(context, case, Referral)),
        consent_and_grounds.entries(context, case),
        context.crypto.at,
    )


def after_withdrawal(shared: SharedCase, ending: Ground, successor: Ground | None = None) -> list[Outcome]:
    """Plan the end of one ground: the newest referral on it goes on upon a ground by law, with what that one keeps.

    It goes on upon a narrower consent, the successor, where the law keeps nothing that this one does not carry; what a
    law or danger gave goes on upon a consent on which nothing was sent. Nobody reads more than before: what stays was
    carried by the ground that ends.
    """
    outcomes = []
    agreed = _taken_over(shared, ending, successor)
    heirs = list(shared.heirs(ending))
    for referral in (row for row in shared.readable() if row.ground_id == ending.id):
        before = shared.read_on(referral)
        heir = next((ground for ground in heirs if shared.carried_on(ground, ending) & before - agreed), None)
        kept = shared.carried_on(heir, ending) & before if heir else agreed
        outcomes.append(Outcome(referral, before, heir or (successor if agreed else None), kept))
        heirs, agreed = ([], frozenset()) if kept else (heirs, agreed)
    return outcomes


def _taken_over(shared: SharedCase, ending: Ground, successor: Ground | None) -> frozenset[Section]:
    """Return what a newer consent takes over of one that ends: all of it, or nothing where it says more or is used."""
    if successor is None or successor.state != GroundState.LIVE:
        return frozenset()
    used = any(row.ground_id == successor.id for row in shared.readable())
    agreed = agreed_sections(successor)
    return frozenset() if used or not agreed <= agreed_sections(ending) else agreed


def after_closing(shared: SharedCase) -> list[Outcome]:
    """Plan the end of a case: what the law needs after it stays for the days of its article, the rest ends."""
    outcomes, served = [], set[UUID]()
    for referral in shared.readable():
        own, before = shared.grounds[referral.ground_id], shared.read_on(referral)
        candidates = [own] if own.receiver_id in served else [own, *shared.heirs(own)]
        staying = next((row for row in candidates if shared.days_of(row) and shared.kept_by(row) & before), None)
        if staying is None:
            outcomes.append(Outcome(referral, before))
            continue
        served.add(own.receiver_id)
        until = shared.at + shared.days_of(staying) * _DAY
        outcomes.append(Outcome(referral, before, staying, shared.kept_by(staying) & before, until))
    return outcomes


def by_agency(shared: SharedCase, outcomes: Iterable[Outcome]) -> tuple[AgencyEnding, ...]:
    """Say for each receiver what ends and what stays, other grounds of the same receiver included."""
    planned = {outcome.referral.id: outcome for outcome in outcomes}
    receivers = {shared.grounds[outcome.referral.ground_id].receiver_id for outcome in planned.values()}
    endings = []
    for receiver_id in sorted(receivers):
        before, stays = frozenset[Section](), []
        for referral in shared.readable():
            ground = shared.grounds[referral.ground_id]
            if ground.receiver_id != receiver_id:
                continue
            before |= shared.read_on(referral)
            outcome = planned.get(referral.id, Outcome(referral, frozenset(), ground, shared.read_on(referral)))
            if outcome.ground is not None:
                entry = shared.entries.get(outcome.ground.id, GroundEntry())
                until = outcome.until or outcome.ground.until
                stays.append(StayingAccess(entry, tuple(sorted(outcome.sections)), until))
        left = frozenset[Section]().union(*(stay.sections for stay in stays))
        endings.append(AgencyEnding(receiver_id, tuple(sorted(before - left)), tuple(stays)))
    return tuple(endings)


def end_ground(context: ActContext, case: VerifiedCase, ground: Ground, *, successor: Ground | None = None) -> None:
    """End a ground as planned: what rests on it is cut off, but for what another ground by law or a successor keeps."""
    shared = load(context, case)
    outcomes = after_withdrawal(shared, ground, successor)
    resting = {row.to_id for row in shared.referrals if row.ground_id == ground.id}
    ground.state = GroundState.WITHDRAWN
    _carry_out(context, case, outcomes, ReferralState.WITHDRAWN)
    for agency_id in sorted({ground.receiver_id, *resting}):
        access_grants.revoke_access(context, case, agency_id)


def end_at_closing(context: ActContext, case: VerifiedCase) -> None:
    """End every referral of a case that closes, but for what an article keeps for its days; danger ends with it."""
    shared = load(context, case)
    outcomes = after_closing(shared)
    for outcome in outcomes:
        if outcome.ground is None:
            shared.grounds[outcome.referral.ground_id].until = context.crypto.at
    for ground in shared.grounds.values():
        if ground_is_live(ground, shared.at) and shared.kind_of(ground) == ground_rules.DANGER:
            ground.until = context.crypto.at
    for outcome in outcomes:
        if outcome.ground is not None:
            outcome.ground.until = outcome.until
    _carry_out(context, case, outcomes, ReferralState.EXPIRED)
    for agency_id in sorted({outcome.referral.to_id for outcome in outcomes}):
        access_grants.revoke_access(context, case, agency_id)
    access_grants.end_expired_referrals(context, case)


def _carry_out(context: ActContext, case: VerifiedCase, outcomes: Iterable[Outcome], ended: str) -> None:
    """Do what was planned: move referrals to the grounds that keep them, and end the others; the caller cuts off."""
    carried = dict[UUID, frozenset[Section]]()
    for outcome in outcomes:
        if outcome.ground is None:
            _end(outcome.referral, ended)
            continue
        outcome.referral.ground_id = outcome.ground.id
        carried[outcome.ground.id] = carried.get(outcome.ground.id, frozenset()) | outcome.sections
        outcome.ground.sections = consent_and_grounds.joined(carried[outcome.ground.id])
        access_grants.keep_only(outcome.referral, outcome.sections)
        [recipient] = access_grants.recipient_keys(context, [outcome.referral.to_id])
        access_grants.grant_entry(context, case, outcome.ground, recipient)


def _end(referral: Referral, ended: str) -> None:
    """Put a referral into the state in which it ended; what was done and has run out is over."""
    was_done = referral.state == ReferralState.DONE
    referral.state = ReferralState.OVER if was_done and ended == ReferralState.EXPIRED else ended
