"""Opens cases: first the head, fresh and verified; then the rows; then what the person's keys can open."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from casework import clock
from casework.audit import freshness
from casework.cases import every_case, opening_rate_limit, scope, whole_case
from casework.cases.models import Case
from casework.cases.scope import CaseScope
from casework.errors import Busy, NotFound, VaultError
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import plain_row, verify_row
from casework.vault.keys.envelopes import DocumentRowWithEnvelope, OpenedDocument, open_document, open_newest
from casework.vault.models import Document, Envelope, Head

T = TypeVar("T")
_EPOCH = clock.moment(0).date().toordinal()
_DOCUMENT, _ENVELOPE = (plain_row(model) for model in (Document, Envelope))
_DOCUMENT_WIDTH = len(_DOCUMENT._fields)


@dataclass(frozen=True)
class VerifiedCase:
    """A case that an act reaches: its row, which can be changed, its verified head, and what was compared with that."""

    row: Case
    head: Head
    compared: whole_case.Compared | None = None

    @property
    def id(self) -> UUID:
        return self.row.id


class ListedCase(NamedTuple):
    """A case in a list: its plain row and the newest pages of the sections asked for."""

    row: Any
    pages: tuple[OpenedDocument, ...]


@dataclass(frozen=True)
class CaseBatch:
    """Every case in reach, verified: by id the plain row and the head.

    A list passes over what does not open, and says how many; where a case that is missing would be wrong, as in a
    count, `passes_over` is false and the first one that does not hold stops the act.
    """

    context: ActContext
    within: CaseScope
    passes_over: bool
    cases: dict[UUID, Any]
    heads: dict[UUID, Any]

    def each(
        self, sections: Iterable[Section], *, of: Collection[UUID] | None = None, once: bool = False
    ) -> Iterator[tuple[UUID, OpenedDocument]]:
        """Open one after the other the newest pages of these sections, each with its case, of some cases or of all.

        The rows of documents need no MAC of their own here: the head's listing holds the hash of each body, and
        the body opens only in the place that it was sealed for. What is listed and does not come is looked into.
        What is read `once` is let go at once: a search opens some thousand pages that no other list of the act shows.
        """
        within = self.within if of is None else narrow_scope(self.within, of)
        wanted, held, heads_by_case = frozenset(sections), self.context.crypto.held, self.heads
        open_page = self._open if once else self._open_and_keep
        seen, opened = set[UUID](), Counter[bytes]()
        rows = scope.document_rows(within, wanted).on(self.context.session).all()
        for row in map(DocumentRowWithEnvelope._make, rows):
            head = heads_by_case.get(row.case_id)
            if row.id in seen or row.agency_id not in held or head is None:
                continue
            seen.add(row.id)
            opened[head.mac] += 1
            try:
                page = open_page(row, head)
            except VaultError as fault:
                self.pass_over(row.case_id, fault)
            else:
                yield row.case_id, page
        self.look_for_missing(wanted, opened, of)

    def _open(self, row: DocumentRowWithEnvelope, head: Any) -> OpenedDocument:
        verify_row(self.context.crypto.server_keys, Envelope, row, head.v)
        return open_newest(self.context.crypto, head.listing, row, row)

    def _open_and_keep(self, row: DocumentRowWithEnvelope, head: Any) -> OpenedDocument:
        """Open a document, once in an act: a first page lists the same cases several times, by acts of their own."""
        opened: dict[UUID, tuple[Any, OpenedDocument]] = self.context.session.info.setdefault("opened_in_lists", {})
        before = opened.get(row.id)
        if before is not None and before[0] == (head.mac, row):
            return before[1]
        page = self._open(row, head)
        opened[row.id] = ((head.mac, row), page)
        return page

    def look_for_missing(
        self, wanted: frozenset[Section], opened: Mapping[bytes, int], of: Collection[UUID] | None = None
    ) -> None:
        """Compare all rows of each case of which less came than its head lists: it may be that something is gone.

        `opened` counts by the MAC of the head. An owner can open whatever the head lists; anybody else has the label,
        unless it was rewritten since.
        """
        permit, agencies = self.context.permit, self.context.actor.agencies
        by_owner = wanted & (permit.opens | permit.own)
        by_others = by_owner & {Section.LABEL}
        pairs = zip(self.cases.values(), self.heads.values(), strict=True)
        chosen = pairs if of is None else [(self.cases[one], self.heads[one]) for one in of if one in self.cases]
        for case, head in chosen:
            expected = heads.count_listed(head.listing, by_owner if case.owner_id in agencies else by_others)
            if opened.get(head.mac, 0) < expected:
                try:
                    whole_case.require_whole(self.context, case, head)
                except VaultError as fault:
                    self.pass_over(case.id, fault)

    def verified(self, kind: type[Any], rows: Iterable[Any]) -> Iterator[Any]:
        """Yield those plain rows of a kind that belong to cases of the batch, each verified."""
        for row in rows:
            if (head := self.heads.get(row.case_id)) is None:
                continue
            try:
                verify_row(self.context.crypto.server_keys, kind, row, head.v)
            except VaultError as fault:
                self.pass_over(row.case_id, fault)
            else:
                yield row

    def pass_over(self, case_id: UUID, fault: VaultError) -> None:
        """Note that a case does not open, or raise the fault where none may be missing."""
        if not self.passes_over:
            fault.about = case_id
            raise fault
        self.context.unreadable[case_id] = fault

    def listed(self, sections: Iterable[Section], *, of: Collection[UUID] | None = None) -> list[ListedCase]:
        """Return cases with these sections open, of some cases or of all; what opens nothing is left out."""
        opened: dict[UUID, list[OpenedDocument]] = {}
        for case_id, page in self.each(sections, of=of):
            opened.setdefault(case_id, []).append(page)
        pages_by_case = opened.items() if of is None else ((key, opened[key]) for key in of if key in opened)
        listed = [ListedCase(self.cases[case_id], tuple(pages)) for case_id, pages in pages_by_case]
        unreadable = self.context.unreadable
        return [case for case in listed if case.row.id not in unreadable] if unreadable else listed


def day_of(at: int) -> int:
    """Return the day since 1970 in the commune's time of a moment in microseconds."""
    return clock.local(at).date().toordinal() - _EPOCH


@lru_cache(maxsize=16_384)
def date_of(day: int) -> date:
    """Return the date of a day since 1970; a list asks for few of them many times."""
    return date.fromordinal(_EPOCH + day)


def find_case(context: ActContext, case_id: UUID) -> VerifiedCase:
    """Find one case that this act reaches; raise NotFound if it is out of reach or does not exist."""
    return _find(context, scope.cases(context.permit), case_id)


def find_own_case(context: ActContext, case_id: UUID) -> VerifiedCase:
    """Find one case that this act reaches and whose owner is my agency or circle; raise NotFound for any other."""
    case = find_case(context, case_id)
    if case.row.owner_id not in context.actor.agencies:
        raise NotFound("not the owner", about=case_id)
    return case


def find_draft(context: ActContext, case_id: UUID) -> VerifiedCase:
    """Find one draft that this act reaches; raise NotFound if it is out of reach or does not exist."""
    return _find(context, scope_of_drafts(context), case_id)


def scope_of_drafts(context: ActContext) -> CaseScope:
    """Return what drafts this act reaches today."""
    return scope.drafts(context.permit, today=day_of(context.crypto.at))


def find_voided(context: ActContext, case_id: UUID) -> VerifiedCase:
    """Find one case set aside that this act reaches; raise NotFound if it is out of reach or does not exist."""
    return _find(context, scope.voided(context.permit), case_id)


def find_practice(context: ActContext, case_id: UUID) -> VerifiedCase:
    """Find a practice case, or raise NotFound."""
    return _find(context, scope.practice(context.permit), case_id)


def find_advice(context: ActContext, case_id: UUID) -> VerifiedCase:
    """Find one contact for advice that this act reaches; raise NotFound if it is out of reach or does not exist."""
    return _find(context, scope.advice(context.permit), case_id)


def _find(context: ActContext, within: CaseScope, case_id: UUID) -> VerifiedCase:
    context.about = case_id
    opening_rate_limit.enforce(context)
    try:
        head = freshness.head(context.session, context.commune_id, case_id)
        row = scope.one_case(within.only([case_id])).on(context.session).scalar_one_or_none()
    except NotFound:
        row = None
    if row is None:
        # It takes the same whether there is such a case or not; one that is out of reach because somebody has changed
        # its rows is an error for whoever would have found it.
        every_case.compare(context, passes_over=True, routing=True)
        raise context.unreadable.get(case_id) or NotFound("case", about=case_id)
    return VerifiedCase(row, head, whole_case.require_whole(context, row, head))


def of_each(context: ActContext, case_ids: Iterable[UUID], look: Callable[[VerifiedCase], T]) -> Iterator[T]:
    """Find one case after the other and look into it; one that does not open is passed over, for the others go on."""
    for case_id in case_ids:
        try:
            found = look(find_case(context, case_id))
        except VaultError as fault:
            context.unreadable[case_id] = fault
        else:
            yield found


def open_newest_of(
    context: ActContext, case: VerifiedCase, sections: Iterable[Section], *, within: CaseScope | None = None
) -> list[OpenedDocument]:
    """Open the newest pages of these sections, as far as permit and keys allow, in order of section and time.

    `within` is for what is no case: a draft, or a contact for advice.
    """
    reached = (within or scope.cases(context.permit)).only([case.id])
    rows = scope.documents(reached, frozenset(sections)).on(context.session)
    opened = []
    for document, envelope in _verified_pairs(context, rows, {case.id: case.head.v}):
        verify_row(context.crypto.server_keys, Document, document, case.head.v)
        opened.append(open_newest(context.crypto, case.head.listing, document, envelope))
    return sorted(opened, key=lambda page: (page.section, page.at, page.series.bytes))


def newest_page(context: ActContext, case: VerifiedCase, section: Section) -> OpenedDocument | None:
    """Open the newest page of one section, or None if there is none that this person may open."""
    opened = open_newest_of(context, case, [section])
    return opened[0] if opened else None


def rows_of_case(context: ActContext, case: VerifiedCase, model: type[Any]) -> list[Any]:
    """Load every row of one kind that belongs to a case, verified, as rows that can be changed."""
    return list(scope.rows_of_case(context.permit, model, case.id).on(context.session).scalars())


def sections_present(context: ActContext, case: VerifiedCase) -> frozenset[Section]:
    """Return the sections of a case for which this person has an envelope and permission, of any revision."""
    permit, agencies = context.permit, context.actor.agencies
    if (compared := case.compared) is None:
        raise LookupError("asked in an act that has changed the case")
    held = {row.document_id for row in compared.envelopes if row.agency_id in agencies}
    return frozenset(
        Section(row.section)
        for row in compared.documents
        if row.id in held and (row.section in permit.opens or (row.section in permit.own and row.owner_id in agencies))
    )


def current_sections(context: ActContext, case: VerifiedCase) -> frozenset[Section]:
    """Return the sections of a case of whose newest revision this person has an envelope and permission."""
    within = scope.cases(context.permit).only([case.id])
    rows = scope.documents(within, frozenset(Section)).on(context.session)
    return frozenset(Section(row.section) for row, _ in _verified_pairs(context, rows, {case.id: case.head.v}))


def history(context: ActContext, case: VerifiedCase, section: Section) -> list[OpenedDocument]:
    """Open every kept revision of a section, newest first."""
    within = scope.cases(context.permit).only([case.id])
    return _histories(context, within, {case.id: case.head}, section).get(case.id, [])


def histories(batch: CaseBatch, section: Section) -> dict[UUID, list[OpenedDocument]]:
    """Open every kept revision of a section of all cases of a batch, by case, newest first."""
    opened = _histories(batch.context, batch.within, batch.heads, section)
    series = {batch.heads[case_id].mac: len({page.series for page in pages}) for case_id, pages in opened.items()}
    batch.look_for_missing(frozenset([section]), series)
    return opened


def _histories(
    context: ActContext, within: CaseScope, heads_by_case: Mapping[UUID, Any], section: Section
) -> dict[UUID, list[OpenedDocument]]:
    versions = {case_id: head.v for case_id, head in heads_by_case.items()}
    rows = scope.revisions(within, frozenset([section])).on(context.session)
    opened: dict[UUID, list[OpenedDocument]] = {}
    for document, envelope in _verified_pairs(context, rows, versions):
        head = heads_by_case[document.case_id]
        verify_row(context.crypto.server_keys, Document, document, head.v)
        newest = heads.newest_revision(head.listing, document.section, document.series)
        if newest is not None and newest.revision == document.revision:
            page = open_newest(context.crypto, head.listing, document, envelope)
        else:
            page = open_document(context.crypto, document, envelope)
        opened.setdefault(document.case_id, []).append(page)
    for case_id, pages in opened.items():
        _require_newest(heads_by_case[case_id], pages)
    return {case_id: sorted(pages, key=lambda page: -page.revision) for case_id, pages in opened.items()}


def _require_newest(head: Any, opened: Iterable[OpenedDocument]) -> None:
    """Raise VaultError if a history lacks the revision that its head calls the newest."""
    for series in {(page.section, page.series) for page in opened}:
        newest = heads.newest_revision(head.listing, *series)
        if newest is None or (*series, newest.revision) not in {(p.section, p.series, p.revision) for p in opened}:
            raise VaultError("unopened")


def listed(context: ActContext, sections: Iterable[Section], *, passes_over: bool = False) -> list[ListedCase]:
    """Open these sections of every case in reach, as lists do; cases that open nothing are left out."""
    return load_batch(context, passes_over=passes_over).listed(sections)


def load_batch(
    context: ActContext, within: CaseScope | None = None, *, passes_over: bool = False, routing: bool = False
) -> CaseBatch:
    """Load every case in reach with its head, both verified and no older than the log; nothing is opened yet.

    What does not hold raises VaultError, or is noted in the context if the batch passes it over. With `routing` no
    case is left of which grounds, referrals or notices do not hold.
    """
    every = every_case.compare(context, passes_over=passes_over, routing=routing)
    within = within or scope.cases(context.permit)
    batch = CaseBatch(context, within, passes_over, {}, {})
    for case_id in scope.ids(within).on(context.session).scalars():
        if (fault := every.fault(case_id)) is not None:
            batch.pass_over(case_id, fault)
        # A row whose id is none has no head; where it was, it is missed and noted.
        elif (found := every.cases.get(case_id)) is not None:
            batch.cases[case_id], batch.heads[case_id] = found
    return batch


def narrow_scope(within: CaseScope, of: Collection[UUID]) -> CaseScope:
    """Leave only these cases of those in reach, unless they are many: then all are opened together and picked from."""
    return within.only(of) if len(of) <= scope.NAMED_ONE_BY_ONE else within


def _verified_pairs(context: ActContext, rows: Iterable[Any], versions: dict[UUID, int]) -> Iterator[tuple[Any, Any]]:
    """Take each row apart into a document and a verified envelope of it that my keys open, each document once."""
    seen: set[UUID] = set()
    for row in rows:
        document, envelope = _DOCUMENT._make(row[:_DOCUMENT_WIDTH]), _ENVELOPE._make(row[_DOCUMENT_WIDTH:])
        if document.id in seen or not context.crypto.holds(envelope.agency_id):
            continue
        seen.add(document.id)
        if envelope.case_id != document.case_id or document.case_id not in versions:
            raise VaultError("unopened")
        verify_row(context.crypto.server_keys, Envelope, envelope, versions[document.case_id])
        load_late_agency(context, envelope)
        yield document, envelope


def load_late_agency(context: ActContext, envelope: Any) -> None:
    """Load the agency of an envelope that came late: the links to earlier epochs are bound to its head.

    Raises Busy if the agency got a new key after this person's request had begun.
    """
    epoch = context.crypto.keys(envelope.agency_id).epoch
    if envelope.epoch > epoch:
        raise Busy("Khóa của cơ quan vừa được thay. Không có gì bị mất; hãy thử lại.")
    if envelope.epoch < epoch:
        freshness.agency(context.session, context.commune_id, envelope.agency_id)
