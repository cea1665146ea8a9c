"""Writes cases: a new revision of a section, a new entry of a ledger, and what is taken away."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from casework.audit import freshness
from casework.cases import scope
from casework.cases.models import Case, Ground, Referral
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import LEDGERS
from casework.errors import Conflict, Refused
from casework.gate import ActContext
from casework.policy.permit import issue
from casework.policy.words import Act, Section
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import SignedRow
from casework.vault.keys.envelopes import Plaintext, seal_revision
from casework.vault.models import Document, Envelope


def add_case(context: ActContext, case: Case) -> VerifiedCase:
    """Put a new case with its head into the book."""
    head = heads.create(context.session, context.commune_id, "case", case.id)
    context.session.add(case)
    context.session.flush()
    context.about = case.id
    return VerifiedCase(case, head)


def save(
    context: ActContext,
    found: VerifiedCase,
    data: SectionData,
    *,
    base: int | None = None,
    readers: Iterable[UUID] | None = None,
) -> Document:
    """Seal a new revision of a section for these agencies, or for the owner alone if none is named.

    `base` is the revision that the writer had before her eyes; raises Conflict if somebody wrote in between.
    """
    return save_json(context, found, data.section, data.to_json(), base=base, readers=readers)


def save_json(
    context: ActContext,
    found: VerifiedCase,
    section: Section,
    data: dict[str, object],
    *,
    base: int | None = None,
    series: UUID | None = None,
    owner_id: UUID | None = None,
    readers: Iterable[UUID] | None = None,
) -> Document:
    """Seal the fields of a section as they stand; see `save`."""
    series = series or (uuid4() if section in LEDGERS else heads.SINGLE)
    newest = heads.newest(found.head.listing, section, series)
    if base is not None and base != (newest.revision if newest else 0):
        raise Conflict("Trong lúc chị gõ, người khác đã sửa phần này.", about=found.id)
    text = Plaintext(
        section=section,
        data=data,
        by=context.me,
        owner_id=owner_id or found.case.owner_id,
        author_agency_id=context.actor.agency_id or found.case.owner_id,
        series=series,
    )
    to = [text.owner_id] if readers is None else list(readers)
    return seal_revision(
        context.crypto, found.head, text, readers=freshness.recipients(context.crypto, dict.fromkeys(to))
    )


def writable(context: ActContext) -> frozenset[Section]:
    """Return the sections that this person's roles may write by `section.write`; facts are derived, never written."""
    try:
        return issue(context.actor, Act.SECTION_WRITE).own - {Section.FACTS}
    except Refused:
        return frozenset()


def revoke(context: ActContext, found: VerifiedCase) -> None:
    """Raise the version of a case and sign again every row that hangs on it, so that it can be read on at once."""
    context.session.flush()
    heads.revoke(context.session, found.head, _hanging_on(context, found))
    context.session.flush()


def erase_section(context: ActContext, found: VerifiedCase, section: Section) -> None:
    """Delete every document of a section with its envelopes, as a draft is when it has become a case."""
    rows = _hanging_on(context, found)
    doomed = [row for row in rows if isinstance(row, Document) and row.section == section]
    gone = _erased(context, found, rows, doomed)
    heads.revoke(context.session, found.head, [row for row in rows if id(row) not in gone])
    context.session.flush()


def erase_documents(context: ActContext, found: VerifiedCase, doomed: Iterable[Document]) -> None:
    """Delete documents with every envelope of them and strike them from the head; the caller takes away."""
    _erased(context, found, _hanging_on(context, found), list(doomed))
    context.session.flush()


def _erased(
    context: ActContext, found: VerifiedCase, rows: Iterable[SignedRow], doomed: Iterable[Document]
) -> set[int]:
    documents = {one.id: one for one in doomed}
    shut = [row for row in rows if isinstance(row, Envelope) and row.document_id in documents]
    for envelope in shut:
        context.session.delete(envelope)
    context.session.flush()
    for document in documents.values():
        heads.unlist(found.head, section=document.section, series=document.series)
        context.session.delete(document)
    return {id(row) for row in (*shut, *documents.values())}


def _hanging_on(context: ActContext, found: VerifiedCase) -> list[SignedRow]:
    """Load every row that hangs on a case and is signed together with the version of its head."""
    rows: list[SignedRow] = []
    for kind in (Case, Document, Envelope, Ground, Referral):
        rows += scope.rows_of_case(context.permit, kind, found.id).on(context.session).scalars().all()
    return rows
