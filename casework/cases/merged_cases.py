"""Cases that were opened twice and merged: what stands in them is read and found through the case that stays."""

from dataclasses import dataclass
from uuid import UUID

from casework.cases import case_search, reading, scope
from casework.cases.case_search import Match, SearchQuery
from casework.cases.reading import CaseBatch, VerifiedCase
from casework.cases.sections import Facts, Label
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.sealed import Sealed


@dataclass(frozen=True)
class MergedCase(Sealed):
    """A case that was merged into another, with the code that it bore."""

    id: UUID
    code: str


def merged_into(context: ActContext, kept: VerifiedCase, label: Label) -> tuple[MergedCase, ...]:
    """Return the cases that were merged into a case and were not restored since."""
    if not label.former:
        return ()
    page = reading.newest_page(context, kept, Section.FACTS)
    merged_ids = _merged_ids(Facts.from_json(page.data)) if page else []
    within = scope.voided(context.permit).only(merged_ids)
    batch = reading.load_batch(context, within, passes_over=True)
    labels = {case.row.id: Label.from_json(case.pages[0].data) for case in batch.listed([Section.LABEL])}
    return tuple(MergedCase(merged_id, labels[merged_id].code) for merged_id in merged_ids if merged_id in labels)


def find_matches(context: ActContext, batch: CaseBatch, query: SearchQuery) -> dict[UUID, Match]:
    """Return how well each case of a batch answers a query, by itself or by what was merged into it."""
    fields = case_search.searched_fields(batch)
    matches = case_search.matching(fields, query)
    absorbing = [case_id for case_id, of_case in fields.items() if of_case.absorbed]
    kept_by_merged = {
        merged_id: case_id
        for case_id, page in (batch.each([Section.FACTS], of=absorbing) if absorbing else ())
        for merged_id in _merged_ids(Facts.from_json(page.data))
    }
    if kept_by_merged:
        merged = reading.load_batch(context, scope.voided(context.permit).only(kept_by_merged), passes_over=True)
        for merged_id, matched in case_search.matching(case_search.searched_fields(merged), query).items():
            kept_id = kept_by_merged[merged_id]
            matches[kept_id] = min(matched, matches.get(kept_id, matched))
    return matches


def _merged_ids(facts: Facts) -> list[UUID]:
    return [UUID(hex=merged_id) for merged_id in facts.merged.split()]
