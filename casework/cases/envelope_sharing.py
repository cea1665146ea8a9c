"""Who holds what of a case: giving agreed sections to an agency, and cutting it off at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.audit import freshness
from casework.cases import reading, writing
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.states import CARRYING_GROUND, LIVE_REFERRAL, READABLE, ReferralState
from casework.codelists import agencies
from casework.gate import ActContext
from casework.policy.words import Section
from casework.vault.integrity import heads
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.envelopes import DocumentRow, add_envelopes, keep_sent, open_document_key
from casework.vault.models import Agency, Document, Envelope
from casework.vault.states import EnvelopeKind

# The first bytes of a referral's id begin the series of each of its letters.
_LETTER_MARK = 8


@dataclass(frozen=True)
class ReceiverAccess:
    """What referrals carry to one agency now.

    `live` are sections whose newest revision it gets, `kept` the newest revisions that it keeps of what is done,
    `entries` the grounds it may see and `letters` the marks of the correspondence it takes part in.
    """

    live: frozenset[Section]
    kept: Mapping[Section, int]
    entries: frozenset[UUID]
    letters: frozenset[bytes]

    def holds(self, document: DocumentRow) -> bool:
        """Tell whether a document is carried."""
        section = Section(document.section)
        if section is Section.GROUNDS:
            return document.series in self.entries
        if section is Section.LETTER:
            return document.series.bytes[:_LETTER_MARK] in self.letters
        return section in self.live or document.revision <= self.kept.get(section, 0)


def is_live(ground: Any, at: int) -> bool:
    """Tell whether a ground carries a referral at a moment (microseconds)."""
    return ground.state in CARRYING_GROUND and (ground.until is None or ground.until > at)


def agreed(ground: Ground) -> frozenset[Section]:
    """Return the sections that a ground speaks of."""
    return frozenset(Section(int(number)) for number in ground.sections.split(",") if number)


def letter_series(referral: Referral, fresh_id: UUID) -> UUID:
    """Return the series of a new letter: it tells to which referral the letter belongs, so that both end together."""
    return UUID(bytes=referral.id.bytes[:_LETTER_MARK] + fresh_id.bytes[_LETTER_MARK:])


def share(context: ActContext, found: VerifiedCase, ground: Ground, to: RecipientKey) -> None:
    """Give one agency the newest revisions of what its ground speaks of, the label, and the ground's own entry."""
    envelopes = _by_document(context, found)
    for document in _newest(context, found):
        held = envelopes.get(document.id, [])
        mine = next((one for one in held if context.crypto.holds(one.agency_id)), None)
        wanted = Section(document.section) in agreed(ground) | {Section.LABEL} or document.series == ground.id
        if wanted and mine is not None and all(one.agency_id != to.agency_id for one in held):
            reading.load_late_agency(context, mine)
            add_envelopes(context.crypto, document, open_document_key(context.crypto, document, mine), readers=[to])
    heads.mark_changed(context.session, found.head)


def keep_envelopes(context: ActContext, found: VerifiedCase) -> None:
    """Turn what was sent to my agency into what it keeps, so that it opens under the agency's own safe key."""
    documents = {one.id: one for one in reading.rows_of_case(context, found, Document)}
    for envelope in reading.rows_of_case(context, found, Envelope):
        if envelope.kind == EnvelopeKind.SENT and context.crypto.holds(envelope.agency_id):
            reading.load_late_agency(context, envelope)
            keep_sent(context.crypto, documents[envelope.document_id], envelope)
    heads.mark_changed(context.session, found.head)


def finish(context: ActContext, found: VerifiedCase, referral: Referral, ground: Ground) -> None:
    """Note which revisions the receiver keeps of a referral that is done: the newest ones now, never the next."""
    if referral.state == ReferralState.DONE and not referral.kept:
        shared = agreed(ground) | {Section.LABEL}
        newest = [one for one in heads.entries(found.head.listing) if one.section in shared]
        referral.kept = ",".join(f"{one.section}:{one.revision}" for one in newest)
        writing.revoke(context, found)


def cut_off(context: ActContext, found: VerifiedCase, agency_id: UUID) -> None:
    """Take from an agency every document that is not its own and that no other referral still carries to it."""
    context.session.flush()
    still = _carried(context, found, agency_id)
    documents = {one.id: one for one in reading.rows_of_case(context, found, Document)}
    for envelope in reading.rows_of_case(context, found, Envelope):
        document = documents[envelope.document_id]
        theirs = agency_id in (document.owner_id, found.case.owner_id) or still.holds(document)
        if envelope.agency_id == agency_id and not theirs:
            context.session.delete(envelope)
    writing.revoke(context, found)


def end_all(context: ActContext, found: VerifiedCase) -> None:
    """End every referral of a case that closes: each receiver keeps only what it wrote itself."""
    grounds = {one.id: one for one in reading.rows_of_case(context, found, Ground)}
    for referral in reading.rows_of_case(context, found, Referral):
        if referral.state in READABLE:
            grounds[referral.ground_id].until = context.crypto.at
    end_expired(context, found)


def end_expired(context: ActContext, found: VerifiedCase) -> None:
    """End every referral whose ground carries it no longer, and take back what it gave."""
    grounds = {one.id: one for one in reading.rows_of_case(context, found, Ground)}
    over = [
        one
        for one in reading.rows_of_case(context, found, Referral)
        if state_of(one, grounds[one.ground_id], context.crypto.at) != one.state
    ]
    for referral in over:
        referral.state = state_of(referral, grounds[referral.ground_id], context.crypto.at)
    for agency_id in sorted({one.to_id for one in over}):
        cut_off(context, found, agency_id)


def state_of(referral: Any, ground: Any, at: int) -> str:
    """Return the state of a referral as it is at a moment: without a live ground it has expired, or is over."""
    state: str = referral.state
    if state not in READABLE or is_live(ground, at):
        return state
    return ReferralState.OVER if state == ReferralState.DONE else ReferralState.EXPIRED


def readers_of(context: ActContext, found: VerifiedCase, section: Section) -> list[UUID]:
    """Return who gets a new revision: the owner, and each agency that a live referral on a live ground gives it to."""
    live = sorted({one.to_id for one in reading.rows_of_case(context, found, Referral) if one.state in LIVE_REFERRAL})
    return [found.case.owner_id, *(to for to in live if section in _carried(context, found, to).live)]


def brought_by(context: ActContext, found: VerifiedCase) -> UUID | None:
    """Return the newest referral by which my agency or circle reads somebody else's case."""
    mine = [
        one
        for one in reading.rows_of_case(context, found, Referral)
        if one.to_id in context.actor.agencies and one.state in READABLE
    ]
    return max(mine, key=lambda one: one.sent).id if mine else None


def counting_agencies(context: ActContext, found: VerifiedCase) -> list[UUID]:
    """Return who gets the facts for counting: the owner, and the agency that counts for the whole commune.

    A case sealed to a circle is counted by its members alone.
    """
    owner_id = found.case.owner_id
    if owner_id in context.actor.circles:
        return [owner_id]
    union = select(Agency.id).where(Agency.commune_id == context.commune_id, Agency.kind == agencies.coordinating())
    return [owner_id, *context.session.execute(union).scalars()]


def recipients(context: ActContext, agency_ids: Iterable[UUID]) -> list[RecipientKey]:
    """Return the locks of agencies, from fresh rows."""
    return freshness.recipients(context.crypto, dict.fromkeys(agency_ids))


def _carried(context: ActContext, found: VerifiedCase, agency_id: UUID) -> ReceiverAccess:
    grounds = {one.id: one for one in reading.rows_of_case(context, found, Ground) if is_live(one, context.crypto.at)}
    mine = [
        one
        for one in reading.rows_of_case(context, found, Referral)
        if one.to_id == agency_id and one.state in READABLE and one.ground_id in grounds
    ]
    live: set[Section] = set()
    kept: dict[Section, int] = {}
    for referral in mine:
        if referral.state in LIVE_REFERRAL:
            live |= agreed(grounds[referral.ground_id]) | {Section.LABEL}
        for section, revision in _kept(referral):
            kept[section] = max(revision, kept.get(section, 0))
    return ReceiverAccess(
        live=frozenset(live),
        kept=kept,
        entries=frozenset(one.ground_id for one in mine),
        letters=frozenset(one.id.bytes[:_LETTER_MARK] for one in mine),
    )


def _kept(referral: Referral) -> list[tuple[Section, int]]:
    pairs = [pair.split(":") for pair in referral.kept.split(",") if pair]
    return [(Section(int(section)), int(revision)) for section, revision in pairs]


def _newest(context: ActContext, found: VerifiedCase) -> list[Document]:
    newest = {(one.section, one.series): one.revision for one in heads.entries(found.head.listing)}
    return [
        one
        for one in reading.rows_of_case(context, found, Document)
        if newest.get((one.section, one.series)) == one.revision
    ]


def _by_document(context: ActContext, found: VerifiedCase) -> dict[UUID, list[Envelope]]:
    by: dict[UUID, list[Envelope]] = {}
    for one in reading.rows_of_case(context, found, Envelope):
        by.setdefault(one.document_id, []).append(one)
    return by
