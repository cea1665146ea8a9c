"""Grants an agency access to agreed sections of a case by giving it envelopes, and revokes that access at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from casework.audit import freshness
from casework.cases import key_rotation, reading, writing
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.states import CARRYING_GROUND, LIVE_REFERRAL, READABLE, ReferralState
from casework.codelists import agencies
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.vocabulary import Section
from casework.vault.integrity import heads
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.envelopes import DocumentRow, add_envelopes, keep_sent, open_document_key
from casework.vault.models import Agency, Document, Envelope
from casework.vault.states import AgencyState, EnvelopeKind

# So many first bytes of a referral's id begin the series of each of its letters.
_REFERRAL_PREFIX = 8
# What no role opens in the case of another agency, as who reported, goes to nobody, whatever a ground says.
_SHAREABLE = frozenset[Section]().union(*policy().sections.values())


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

    def carries(self, document: DocumentRow) -> bool:
        """Tell whether a referral gives the agency this document."""
        section = Section(document.section)
        if section is Section.GROUNDS:
            return document.series in self.entries
        if section is Section.LETTER:
            return document.series.bytes[:_REFERRAL_PREFIX] in self.letters
        return section in self.live or document.revision <= self.kept.get(section, 0)


class _Routing(NamedTuple):
    """The grounds of a case by id and its referrals, as they are at a moment (microseconds)."""

    at: int
    grounds: Mapping[UUID, Ground]
    referrals: Sequence[Referral]


def ground_is_live(ground: Any, at: int) -> bool:
    """Tell whether a ground carries a referral at a moment (microseconds)."""
    return ground.state in CARRYING_GROUND and (ground.until is None or ground.until > at)


def agreed_sections(ground: Ground) -> frozenset[Section]:
    """Return the sections that a ground allows to be shared; never one that nobody but its owner may open."""
    return frozenset(Section(int(number)) for number in ground.sections.split(",") if number) & _SHAREABLE


def letter_series(referral: Referral, fresh_id: UUID) -> UUID:
    """Return the series of a new letter: it tells to which referral the letter belongs, so that both end together."""
    return UUID(bytes=referral.id.bytes[:_REFERRAL_PREFIX] + fresh_id.bytes[_REFERRAL_PREFIX:])


def grant_access(
    context: ActContext, case: VerifiedCase, ground: Ground, referral: Referral, recipient: RecipientKey
) -> None:
    """Give one agency the newest revisions of what its ground allows, label, the ground's entry, and its letters.

    Of the letters those that its receiver holds: what the owner alone holds is no letter to anybody.
    """
    shared = agreed_sections(ground) | {Section.LABEL}
    sent = {
        row.document_id for row in reading.rows_of_case(context, case, Envelope) if row.agency_id != case.row.owner_id
    }
    documents = [
        row
        for row in _newest_documents(context, case)
        if Section(row.section) in shared
        or row.series == ground.id
        or (_is_letter_of(row, referral) and row.id in sent)
    ]
    _give(context, case, documents, recipient)


def grant_entry(context: ActContext, case: VerifiedCase, ground: Ground, recipient: RecipientKey) -> None:
    """Give one agency the entry of the ground that carries it from now on, and nothing else."""
    _give(context, case, [row for row in _newest_documents(context, case) if row.series == ground.id], recipient)


def _give(context: ActContext, case: VerifiedCase, documents: Iterable[Document], recipient: RecipientKey) -> None:
    """Seal the keys of documents that I can open to one agency, where it holds none yet."""
    envelopes = _envelopes_by_document(context, case)
    for document in documents:
        held = envelopes.get(document.id, [])
        own = next((row for row in held if context.crypto.holds(row.agency_id)), None)
        if own is not None and all(row.agency_id != recipient.agency_id for row in held):
            reading.load_late_agency(context, own)
            key = open_document_key(context.crypto, document, own)
            add_envelopes(context.crypto, document, key, readers=[recipient])
    heads.mark_changed(context.session, case.head)


def transfer_letters(context: ActContext, case: VerifiedCase, referral: Referral, from_id: UUID) -> None:
    """Make whoever a referral is sealed to now the owner of the letters that its former readers wrote."""
    for document in reading.rows_of_case(context, case, Document):
        if document.owner_id == from_id and _is_letter_of(document, referral):
            document.owner_id = referral.to_id


def _is_letter_of(document: Document, referral: Referral) -> bool:
    mark = referral.id.bytes[:_REFERRAL_PREFIX]
    return document.section == Section.LETTER and document.series.bytes[:_REFERRAL_PREFIX] == mark


def keep_sent_envelopes(context: ActContext, case: VerifiedCase) -> None:
    """Seal again, under the agency's symmetric key, the document keys that were sent to its public key by HPKE."""
    documents = {row.id: row for row in reading.rows_of_case(context, case, Document)}
    for envelope in reading.rows_of_case(context, case, Envelope):
        if envelope.kind == EnvelopeKind.SENT and context.crypto.holds(envelope.agency_id):
            reading.load_late_agency(context, envelope)
            keep_sent(context.crypto, documents[envelope.document_id], envelope)
    heads.mark_changed(context.session, case.head)


def record_kept_revisions(context: ActContext, case: VerifiedCase, referral: Referral, ground: Ground) -> None:
    """Note which revisions the receiver keeps of a referral that is done: the newest ones now, never the next."""
    if referral.state == ReferralState.DONE and not referral.kept:
        shared = agreed_sections(ground) | {Section.LABEL}
        newest = [entry for entry in heads.listed_revisions(case.head.listing) if entry.section in shared]
        referral.kept = ",".join(f"{entry.section}:{entry.revision}" for entry in newest)
        writing.revoke(context, case)


def revoke_access(context: ActContext, case: VerifiedCase, agency_id: UUID) -> None:
    """Take from an agency every document that is not its own and that no other referral still carries to it.

    A circle that is left nothing is closed: it was made for one referral.
    """
    context.session.flush()
    access = _receiver_access(_routing_of(context, case), agency_id)
    documents = {document.id: document for document in reading.rows_of_case(context, case, Document)}
    held = [row for row in reading.rows_of_case(context, case, Envelope) if row.agency_id == agency_id]
    ended = []
    for envelope in held:
        document = documents[envelope.document_id]
        if agency_id not in (document.owner_id, case.row.owner_id) and not access.carries(document):
            context.session.delete(envelope)
            ended.append(envelope)
    writing.revoke(context, case)
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    if agency.circle and held == ended and agency.state == AgencyState.ACTIVE:
        key_rotation.close_circle(context, agency)


def keep_only(referral: Referral, sections: frozenset[Section]) -> None:
    """Leave to the receiver of a referral that is done only these of the revisions that it keeps, and the label."""
    kept = [pair for pair in kept_revisions(referral) if pair[0] in sections | {Section.LABEL}]
    referral.kept = ",".join(f"{section.value}:{revision}" for section, revision in kept)


def end_all_referrals(context: ActContext, case: VerifiedCase) -> None:
    """End every referral of a case that was a mistake: each receiver keeps only what it wrote itself."""
    grounds = {ground.id: ground for ground in reading.rows_of_case(context, case, Ground)}
    for referral in reading.rows_of_case(context, case, Referral):
        if referral.state in READABLE:
            grounds[referral.ground_id].until = context.crypto.at
    end_expired_referrals(context, case)


def end_expired_referrals(context: ActContext, case: VerifiedCase) -> None:
    """End every referral whose ground carries it no longer, and take back what it gave."""
    grounds = {row.id: row for row in reading.rows_of_case(context, case, Ground)}
    expired = [
        row
        for row in reading.rows_of_case(context, case, Referral)
        if referral_state(row, grounds[row.ground_id], context.crypto.at) != row.state
    ]
    for referral in expired:
        referral.state = referral_state(referral, grounds[referral.ground_id], context.crypto.at)
    for agency_id in sorted({row.to_id for row in expired}):
        revoke_access(context, case, agency_id)


def referral_state(referral: Any, ground: Any, at: int) -> str:
    """Return the state of a referral at a moment (microseconds): without a live ground it has expired, or is over."""
    state: str = referral.state
    if state not in READABLE or ground_is_live(ground, at):
        return state
    return ReferralState.OVER if state == ReferralState.DONE else ReferralState.EXPIRED


def reading_agencies(context: ActContext, case: VerifiedCase, section: Section) -> list[UUID]:
    """Return the agencies that get a new revision: the owner, and each with a live referral on a live ground for it."""
    return _readers_of_next_revision(_routing_of(context, case), case.row.owner_id, section)


def _readers_of_next_revision(routing: _Routing, owner_id: UUID, section: Section) -> list[UUID]:
    receiver_ids = sorted({row.to_id for row in routing.referrals if row.state in LIVE_REFERRAL})
    return [owner_id, *(to for to in receiver_ids if section in _receiver_access(routing, to).live)]


def receivers_of_next_revision(context: ActContext, case: VerifiedCase, section: Section) -> set[UUID]:
    """Return the agencies other than the owner that read a section as soon as it is written, in full or by a circle."""
    routing = _routing_of(context, case)
    reading_ids = {*_readers_of_next_revision(routing, case.row.owner_id, section)}
    live = [row for row in routing.referrals if row.state in LIVE_REFERRAL and row.to_id in reading_ids]
    return {routing.grounds[row.ground_id].receiver_id for row in live}


def newest_referral(context: ActContext, case: VerifiedCase) -> Referral | None:
    """Return the newest referral by which my agency or circle reads another's case; None if none does."""
    rows = reading.rows_of_case(context, case, Referral)
    received = [row for row in rows if row.to_id in context.actor.agencies and row.state in READABLE]
    return max(received, key=lambda row: row.sent, default=None)


def keeper_of_own_record(context: ActContext, case: VerifiedCase) -> UUID:
    """Return to whom what I write for my own agency is sealed: the owner, or whoever of mine a case was referred to.

    Where it was referred to some people of the agency by name, the agency's own record is theirs alone too.
    """
    referral = None if case.row.owner_id in context.actor.agencies else newest_referral(context, case)
    return referral.to_id if referral else case.row.owner_id


def counting_agencies(context: ActContext, case: VerifiedCase) -> list[UUID]:
    """Return who gets the facts for counting: the owner, and the agency that counts for the whole commune.

    A case sealed to a circle is counted by its members alone.
    """
    owner_id = case.row.owner_id
    if owner_id in context.actor.circles:
        return [owner_id]
    ids = select(Agency.id).where(Agency.commune_id == context.commune_id, Agency.kind == agencies.coordinating())
    return [owner_id, *context.session.execute(ids).scalars()]


def recipient_keys(context: ActContext, agency_ids: Iterable[UUID]) -> list[RecipientKey]:
    """Return the recipient keys of agencies, from fresh rows."""
    return freshness.recipients(context.crypto, dict.fromkeys(agency_ids))


def _routing_of(context: ActContext, case: VerifiedCase) -> _Routing:
    grounds = {row.id: row for row in reading.rows_of_case(context, case, Ground)}
    return _Routing(context.crypto.at, grounds, reading.rows_of_case(context, case, Referral))


def _receiver_access(routing: _Routing, agency_id: UUID) -> ReceiverAccess:
    grounds = {ground_id: row for ground_id, row in routing.grounds.items() if ground_is_live(row, routing.at)}
    referrals = [
        row
        for row in routing.referrals
        if row.to_id == agency_id and row.state in READABLE and row.ground_id in grounds
    ]
    live: set[Section] = set()
    kept: dict[Section, int] = {}
    for referral in referrals:
        if referral.state in LIVE_REFERRAL:
            live |= agreed_sections(grounds[referral.ground_id]) | {Section.LABEL}
        for section, revision in kept_revisions(referral):
            kept[section] = max(revision, kept.get(section, 0))
    return ReceiverAccess(
        live=frozenset(live),
        kept=kept,
        entries=frozenset(row.ground_id for row in referrals),
        letters=frozenset(row.id.bytes[:_REFERRAL_PREFIX] for row in referrals),
    )


def kept_revisions(referral: Referral) -> list[tuple[Section, int]]:
    pairs = [pair.split(":") for pair in referral.kept.split(",") if pair]
    return [(Section(int(section)), int(revision)) for section, revision in pairs]


def _newest_documents(context: ActContext, case: VerifiedCase) -> list[Document]:
    newest = {(row.section, row.series): row.revision for row in heads.listed_revisions(case.head.listing)}
    return [
        row
        for row in reading.rows_of_case(context, case, Document)
        if newest.get((row.section, row.series)) == row.revision
    ]


def _envelopes_by_document(context: ActContext, case: VerifiedCase) -> dict[UUID, list[Envelope]]:
    by_document: dict[UUID, list[Envelope]] = {}
    for envelope in reading.rows_of_case(context, case, Envelope):
        by_document.setdefault(envelope.document_id, []).append(envelope)
    return by_document
