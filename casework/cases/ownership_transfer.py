"""Passes a whole case from one owner to another, with everything the old one could read, in one commit."""

from uuid import UUID

from casework.audit import freshness
from casework.cases import reading, sharing, writing
from casework.cases.models import Referral
from casework.cases.reading import VerifiedCase
from casework.gate import ActContext
from casework.policy.words import Section
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.envelopes import add_envelopes, open_document_key
from casework.vault.models import Document, Envelope


def transfer_ownership(work: ActContext, found: VerifiedCase, to_id: UUID) -> None:
    """Give everything that the owner of a case holds to another agency or circle, and leave the old owner nothing.

    The facts go with it: they lie with the new owner, and with whoever counts for it; a circle counts for itself.
    """
    work.session.flush()
    from_id = found.case.owner_id
    [lock] = sharing.recipients(work, [to_id])
    documents = {one.id: one for one in reading.rows_of_case(work, found, Document)}
    envelopes: list[Envelope] = reading.rows_of_case(work, found, Envelope)
    there = {one.document_id for one in envelopes if one.agency_id == to_id}
    for envelope in envelopes:
        document = documents[envelope.document_id]
        if envelope.agency_id == from_id:
            _move(work, document, envelope, None if document.id in there else lock)
        elif document.section == Section.FACTS and envelope.agency_id != to_id:
            work.session.delete(envelope)
    _name_owner(found, from_id, to_id, list(documents.values()), reading.rows_of_case(work, found, Referral))
    work.session.flush()
    if not freshness.agency(work.session, work.commune_id, to_id).circle:
        _count_with(work, found, list(documents.values()))
    writing.revoke(work, found)


def _name_owner(
    found: VerifiedCase, from_id: UUID, to_id: UUID, documents: list[Document], referrals: list[Referral]
) -> None:
    for document in documents:
        document.owner_id = to_id if document.owner_id == from_id else document.owner_id
    for referral in referrals:
        referral.from_id = to_id if referral.from_id == from_id else referral.from_id
    found.case.owner_id = to_id


def _move(work: ActContext, document: Document, envelope: Envelope, lock: RecipientKey | None) -> None:
    reading.load_late_agency(work, envelope)
    dek = open_document_key(work.crypto, document, envelope)
    if lock is not None:
        add_envelopes(work.crypto, document, dek, readers=[lock])
    work.session.delete(envelope)


def _count_with(work: ActContext, found: VerifiedCase, documents: list[Document]) -> None:
    """Give the facts to whoever counts for the new owner."""
    held = {(one.document_id, one.agency_id): one for one in reading.rows_of_case(work, found, Envelope)}
    for document in documents:
        mine = held.get((document.id, found.case.owner_id))
        if document.section != Section.FACTS or mine is None:
            continue
        others = [one for one in sharing.counting_agencies(work, found) if (document.id, one) not in held]
        add_envelopes(
            work.crypto,
            document,
            open_document_key(work.crypto, document, mine),
            readers=sharing.recipients(work, others),
        )
