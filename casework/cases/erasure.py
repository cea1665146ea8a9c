"""Erases what one owner wrote of a case; where others wrote of it too, the case passes to one of them."""

from uuid import UUID

from casework import secure_delete
from casework.accounts import staff
from casework.audit import read
from casework.cases import case_labels, reading, writing
from casework.cases.models import ChairNotice, Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label
from casework.cases.states import CaseState
from casework.errors import VaultError
from casework.gate import ActContext
from casework.policy.vocabulary import Act, Section
from casework.vault.integrity import heads
from casework.vault.keys import kept_forms
from casework.vault.models import Document
from casework.vault.states import MemberState

_WITH_REFERRALS = frozenset({Section.LETTER, Section.GROUNDS, Section.NOTICE, Section.TASK})


def erase(context: ActContext, case: VerifiedCase) -> None:
    """Delete every row of a case that is its owner's, and the case too if nobody else wrote in it.

    Letters, notices and what was done by the law go with it, whoever wrote them. What another agency wrote in its own
    sections is its own: it keeps that, with the code, as a closed case of its own. What a circle wrote of which nobody
    is left goes too.
    """
    code = case_labels.code(context, case)
    owner_id = case.row.owner_id
    documents = reading.rows_of_case(context, case, Document)
    others_documents = [
        document
        for document in documents
        if document.owner_id != owner_id
        and document.section not in _WITH_REFERRALS
        and _active_readers(context, document.owner_id)
    ]
    writing.erase_documents(context, case, [document for document in documents if document not in others_documents])
    for model in (ChairNotice, Referral, Ground):
        for row in reading.rows_of_case(context, case, model):
            context.session.delete(row)
        context.session.flush()
    kept_forms.delete_of_case(context.session, context.commune_id, case.id)
    secure_delete.request(context.session, patiently=True)
    if others_documents:
        _transfer(context, case, others_documents[0].owner_id, Label(code=code))
        return
    context.session.delete(case.row)
    context.session.flush()
    heads.erase(context.session, case.head)


def _transfer(context: ActContext, case: VerifiedCase, owner_id: UUID, label: Label) -> None:
    """Make an agency that wrote of the case its owner; it learns the code alone, sealed to it."""
    case.row.owner_id, case.row.standin_id = owner_id, None
    case.row.holder_id = _last_writer(context, case, owner_id)
    if case.row.state == CaseState.OPEN:
        case.row.state, case.row.closed = CaseState.CLOSED, reading.day_of(context.crypto.at)
    writing.save(context, case, label)
    writing.revoke(context, case)


_WRITING = (Act.NOTE_ADD, Act.REFERRAL_OPEN)


def _last_writer(context: ActContext, case: VerifiedCase, agency_id: UUID) -> UUID:
    """Return who of an agency or circle wrote last about a case, or else whoever reads there."""
    active = _active_readers(context, agency_id)
    writers = [line.who for line in read.believed(read.lines_about(context.crypto, case.id, acts=_WRITING))]
    for member_id in (*writers, *active):
        if member_id is not None and member_id in active:
            return member_id
    raise VaultError("nobody of the agency is left")


def _active_readers(context: ActContext, agency_id: UUID) -> list[UUID]:
    """Return who works in an agency or belongs to a circle and can open what it wrote."""
    members = staff.colleagues_with_key(context, agency_id)
    return [member.id for member in members if member.state == MemberState.ACTIVE]
