"""Passes a whole case from one owner to another, with everything the old one could read, in one commit."""

from uuid import UUID

from casework.audit import freshness
from casework.cases import envelope_sharing, reading, writing
from casework.cases.models import Referral
from casework.cases.reading import VerifiedCase
from casework.gate import ActContext
from casework.policy.words import Section
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.envelopes import add_envelopes, open_document_key
from casework.vault.models import Document, Envelope


def transfer_ownership(context: ActContext, found: VerifiedCase, to_id: UUID) -> None:
    """Give everything that the owner of a case holds to another agency or circle, and leave the old owner nothing.

    The facts go with it: they lie with the new owner, and with whoever counts for it; a circle counts for itself.
    """
    context.session.flush()
    from_id = found.case.owner_id
    [lock] = envelope_sharing.recipients(context, [to_id])
    documents = {one.id: one for one in reading.rows_of_case(context, found, Document)}
    envelopes: list[Envelope] = reading.rows_of_case(context, found, Envelope)
    there = {one.document_id for one in envelopes if one.agency_id == to_id}
    for envelope in envelopes:
        document = documents[envelope.document_id]
        if envelope.agency_id == from_id:
            _move(context, document, envelope, None if document.id in there else lock)
        elif document.section == Section.FACTS and envelope.agency_id != to_id:
            context.session.delete(envelope)
    _name_owner(found, from_id, to_id, list(documents.values()), reading.rows_of_case(context, found, Referral))
    context.session.flush()
    if not freshness.agency(context.session, context.commune_id, to_id).circle:
        _count_with(context, found, list(documents.values()))
    writing.revoke(context, found)


def _name_owner(
    found: VerifiedCase, from_id: UUID, to_id: UUID, documents: list[Document], referrals: list[Referral]
) -> None:
    for document in documents:
        document.owner_id = to_id if document.owner_id == from_id else document.owner_id
    for referral in referrals:
        referral.from_id = to_id if referral.from_id == from_id else referral.from_id
    found.case.owner_id = to_id


def _move(context: ActContext, document: Document, envelope: Envelope, lock: RecipientKey | None) -> None:
    reading.load_late_agency(context, envelope)
    dek = open_document_key(context.crypto, document, envelope)
    if lock is not None:
        add_envelopes(context.crypto, document, dek, readers=[lock])
    context.session.delete(envelope)


def _count_with(context: ActContext, found: VerifiedCase, documents: list[Document]) -> None:
    """Give the facts to whoever counts for the new owner."""
    held = {(one.document_id, one.agency_id): one for one in reading.rows_of_case(context, found, Envelope)}
    for document in documents:
        mine = held.get((document.id, found.case.owner_id))
        if document.section != Section.FACTS or mine is None:
            continue
        others = [one for one in envelope_sharing.counting_agencies(context, found) if (document.id, one) not in held]
        add_envelopes(
            context.crypto,
            document,
            open_document_key(context.crypto, document, mine),
            readers=envelope_sharing.recipients(context, others),
        )
