"""Transfers a whole case from one owner to another, with everything the old one could read, in one commit."""

from uuid import UUID

from casework.audit import freshness
from casework.cases import access_grants, reading, writing
from casework.cases.models import Referral
from casework.cases.reading import VerifiedCase
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.envelopes import add_envelopes, open_document_key
from casework.vault.models import Document, Envelope


def transfer_ownership(context: ActContext, case: VerifiedCase, to_id: UUID) -> None:
    """Give everything that the owner of a case holds to another agency or circle, and leave the old owner nothing.

    The facts go with it: they lie with the new owner, and with whoever counts for it; a circle counts for itself.
    """
    context.session.flush()
    from_id = case.row.owner_id
    [recipient] = access_grants.recipient_keys(context, [to_id])
    documents = {row.id: row for row in reading.rows_of_case(context, case, Document)}
    envelopes: list[Envelope] = reading.rows_of_case(context, case, Envelope)
    already_sealed = {row.document_id for row in envelopes if row.agency_id == to_id}
    for envelope in envelopes:
        document = documents[envelope.document_id]
        if envelope.agency_id == from_id:
            _move_envelope(context, document, envelope, None if document.id in already_sealed else recipient)
        elif document.section == Section.FACTS and envelope.agency_id != to_id:
            context.session.delete(envelope)
    _change_owner(case, from_id, to_id, list(documents.values()), reading.rows_of_case(context, case, Referral))
    context.session.flush()
    if not freshness.agency(context.session, context.commune_id, to_id).circle:
        _share_facts(context, case, list(documents.values()))
    writing.revoke(context, case)


def _change_owner(
    case: VerifiedCase, from_id: UUID, to_id: UUID, documents: list[Document], referrals: list[Referral]
) -> None:
    for document in documents:
        document.owner_id = to_id if document.owner_id == from_id else document.owner_id
    for referral in referrals:
        referral.from_id = to_id if referral.from_id == from_id else referral.from_id
    case.row.owner_id = to_id


def _move_envelope(context: ActContext, document: Document, envelope: Envelope, recipient: RecipientKey | None) -> None:
    reading.load_late_agency(context, envelope)
    dek = open_document_key(context.crypto, document, envelope)
    if recipient is not None:
        add_envelopes(context.crypto, document, dek, readers=[recipient])
    context.session.delete(envelope)


def _share_facts(context: ActContext, case: VerifiedCase, documents: list[Document]) -> None:
    """Give the facts to whoever counts for the new owner."""
    held = {(row.document_id, row.agency_id): row for row in reading.rows_of_case(context, case, Envelope)}
    for document in documents:
        own = held.get((document.id, case.row.owner_id))
        if document.section != Section.FACTS or own is None:
            continue
        counting = access_grants.counting_agencies(context, case)
        missing = [agency_id for agency_id in counting if (document.id, agency_id) not in held]
        key, readers = (
            open_document_key(context.crypto, document, own),
            access_grants.recipient_keys(context, missing),
        )
        add_envelopes(context.crypto, document, key, readers=readers)
