"""Writes cases: a new revision of a section, a new entry of a ledger, revocation and erasure."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from casework.audit import freshness
from casework.cases import commune_merger, scope
from casework.cases.models import Case, ChairNotice, Ground, Referral
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import LEDGERS
from casework.errors import Conflict, Refused, gettext_noop
from casework.gate import ActContext
from casework.policy.permit import issue
from casework.policy.vocabulary import Act, Section
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import SignedRow
from casework.vault.keys.envelopes import Plaintext, seal_revision
from casework.vault.models import Document, Envelope

RECORDED_BEFORE = gettext_noop(
    "Tờ này đã được ghi một lần rồi, và bản đã ghi nay không còn ở chỗ bạn: đã bỏ, đã xóa hoặc đã giao. "
    "Nếu là chuyện mới, hãy mở một tờ mới."
)


def add_case(context: ActContext, row: Case, *, replaces: bool = False) -> VerifiedCase:
    """Add a case under an id that none has ever had; raise Conflict for one that is or was another's.

    Raises CommuneMerged where the commune takes none any more, unless the row `replaces` one that it has. A form that
    is sent again names the same id. Were it given to a new case once the first was erased, a restore would erase the
    new one as well.
    """
    if not replaces:
        commune_merger.require_taking_cases(context)
    if freshness.was_logged(context.session, context.commune_id, row.id):
        raise Conflict(RECORDED_BEFORE, about=row.id)
    head = heads.create(context.session, context.commune_id, "case", row.id)
    context.session.add(row)
    context.session.flush()
    context.about = row.id
    return VerifiedCase(row, head)


def save(
    context: ActContext,
    case: VerifiedCase,
    data: SectionData,
    *,
    base: int | None = None,
    readers: Iterable[UUID] | None = None,
) -> Document:
    """Seal a new revision of a section for these agencies, or for the owner alone if none is named.

    `base` is the revision that the writer was editing; raises Conflict if somebody wrote in between.
    """
    return save_json(context, case, data.section, data.to_json(), base=base, readers=readers)


def save_json(
    context: ActContext,
    case: VerifiedCase,
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
    newest = heads.newest_revision(case.head.listing, section, series)
    if base is not None and base != (newest.revision if newest else 0):
        raise Conflict("Trong lúc chị gõ, người khác đã sửa phần này.", about=case.id)
    text = Plaintext(
        section=section,
        data=data,
        by=context.me,
        owner_id=owner_id or case.row.owner_id,
        author_agency_id=context.actor.agency_id or case.row.owner_id,
        series=series,
    )
    reader_ids = [text.owner_id] if readers is None else list(readers)
    return seal_revision(
        context.crypto, case.head, text, readers=freshness.recipients(context.crypto, dict.fromkeys(reader_ids))
    )


def writable(context: ActContext) -> frozenset[Section]:
    """Return the sections that this person's roles may write by `section.write`; facts are derived, never written."""
    try:
        return issue(context.actor, Act.SECTION_WRITE).own - {Section.FACTS}
    except Refused:
        return frozenset()


def revoke(context: ActContext, case: VerifiedCase) -> None:
    """Raise the version of a case and sign again every row that belongs to it, so that it can be read on at once."""
    context.session.flush()
    heads.revoke(context.session, case.head, _signed_rows(context, case))
    context.session.flush()


def erase_section(context: ActContext, case: VerifiedCase, section: Section) -> None:
    """Delete every document of a section with its envelopes, as a draft is when it has become a case."""
    rows = _signed_rows(context, case)
    documents = [row for row in rows if isinstance(row, Document) and row.section == section]
    deleted = _delete_documents(context, case, rows, documents)
    heads.revoke(context.session, case.head, [row for row in rows if id(row) not in deleted])
    context.session.flush()


def erase_documents(context: ActContext, case: VerifiedCase, documents: Iterable[Document]) -> None:
    """Delete documents with every envelope of them and remove them from the head; the caller revokes."""
    _delete_documents(context, case, _signed_rows(context, case), list(documents))
    context.session.flush()


def _delete_documents(
    context: ActContext, case: VerifiedCase, rows: Iterable[SignedRow], documents: Iterable[Document]
) -> set[int]:
    by_id = {document.id: document for document in documents}
    envelopes = [row for row in rows if isinstance(row, Envelope) and row.document_id in by_id]
    for envelope in envelopes:
        context.session.delete(envelope)
    context.session.flush()
    for document in by_id.values():
        heads.unlist(case.head, section=document.section, series=document.series)
        context.session.delete(document)
    return {id(row) for row in (*envelopes, *by_id.values())}


def _signed_rows(context: ActContext, case: VerifiedCase) -> list[SignedRow]:
    """Load every row that belongs to a case and is signed together with the version of its head."""
    rows: list[SignedRow] = []
    for model in (Case, Document, Envelope, Ground, Referral, ChairNotice):
        rows += scope.rows_of_case(context.permit, model, case.id).on(context.session).scalars().all()
    return rows
