"""Erases what one owner wrote of a case; where others wrote of it too, the case passes to one of them."""

from uuid import UUID

from casework import secure_delete
from casework.accounts import staff
from casework.audit import read
from casework.cases import case_labels, reading, writing
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label
from casework.cases.states import CaseState
from casework.errors import VaultError
from casework.gate import ActContext
from casework.policy.words import Act, Section
from casework.vault.integrity import heads
from casework.vault.models import Document
from casework.vault.states import MemberState

_WITH_REFERRALS = frozenset({Section.LETTER, Section.GROUNDS})


def erase(context: ActContext, found: VerifiedCase) -> None:
    """Delete every document, envelope, ground and referral of a case's owner; the case too if nobody else wrote in it.

    Letters go with their referral, whoever wrote them. What another agency wrote in its own sections is its own: it
    keeps that, with the code, as a closed case of its own.
    """
    label = case_labels.label(context, found)
    owner_id = found.case.owner_id
    documents = reading.rows_of_case(context, found, Document)
    left = [one for one in documents if one.owner_id != owner_id and one.section not in _WITH_REFERRALS]
    writing.erase_documents(context, found, [one for one in documents if one not in left])
    for kind in (Referral, Ground):
        for row in reading.rows_of_case(context, found, kind):
            context.session.delete(row)
        context.session.flush()
    secure_delete.request(context.session)
    if left:
        _pass_on(context, found, left[0].owner_id, Label(code=label.code if label else ""))
        return
    context.session.delete(found.case)
    context.session.flush()
    heads.erase(context.session, found.head)


def _pass_on(context: ActContext, found: VerifiedCase, owner_id: UUID, label: Label) -> None:
    """Make an agency that wrote of the case its owner; it learns the code alone, sealed to it."""
    found.case.owner_id, found.case.standin_id = owner_id, None
    found.case.holder_id = _holder(context, found, owner_id)
    if found.case.state == CaseState.OPEN:
        found.case.state, found.case.closed = CaseState.CLOSED, reading.day_of(context.crypto.at)
    writing.save(context, found, label)
    writing.revoke(context, found)


def _holder(context: ActContext, found: VerifiedCase, agency_id: UUID) -> UUID:
    """Return who of an agency wrote last about a case, or else whoever works there."""
    there = [
        one.id for one in staff.colleagues(context) if one.agency_id == agency_id and one.state == MemberState.ACTIVE
    ]
    wrote = [line.who for line in read.about(context.crypto, found.id, acts=[Act.NOTE_ADD, Act.REFERRAL_OPEN])]
    for member_id in (*wrote, *there):
        if member_id is not None and member_id in there:
            return member_id
    raise VaultError("nobody of the agency is left")
