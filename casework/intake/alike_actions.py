"""Whether somebody may be recorded a second time, among the cases that one may open."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from casework.cases import alike_cases, opening_rate_limit, reading
from casework.cases.models import Case
from casework.cases.reading import CaseBatch
from casework.cases.sections import Contact, Identity, Label
from casework.cases.states import CaseState
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section


@dataclass(frozen=True)
class AlikeCase:
    """A case that may be of the same person: its code and nickname, what is the same, whether it is open."""

    id: UUID
    code: str
    nickname: str
    same: tuple[str, ...]
    is_open: bool


@action(Act.CASE_ALIKE)
def find_alike(context: ActContext, identity: Identity, contact: Contact) -> tuple[AlikeCase, ...]:
    """Find the cases in reach that may be of this person; of a case out of reach nothing is looked at or said.

    It is a search, and counts as one: raises Throttled after 30 within a minute.
    """
    if not alike_cases.keys_of(identity, contact):
        return ()
    opening_rate_limit.enforce_searches(context)
    batch = reading.load_batch(context, passes_over=True)
    found = alike_cases.alike(batch, identity, contact)
    context.reason = f"{len(found)} hits"
    lines = (_line(row, label, found[row.id]) for row, label in _by_label(batch, found).values())
    return tuple(sorted(lines, key=lambda line: (-len(line.same), line.code)))


@action(Act.CASE_ALIKE_PAIRS)
def find_pairs(context: ActContext) -> tuple[tuple[AlikeCase, AlikeCase], ...]:
    """Find cases of the agency that may be of one person though whoever holds one cannot see the other."""
    batch = reading.load_batch(context, passes_over=True)
    pairs = alike_cases.pairs(batch)
    known = _by_label(batch, {case_id for one, other, _ in pairs for case_id in (one, other)})
    return tuple(
        (_line(*known[one], same), _line(*known[other], same))
        for one, other, same in pairs
        if {one, other} <= known.keys()
    )


def _by_label(batch: CaseBatch, of: Collection[UUID]) -> dict[UUID, tuple[Case, Label]]:
    return {
        case.row.id: (case.row, Label.from_json(page.data))
        for case in batch.listed([Section.LABEL], of=of)
        for page in case.pages
    }


def _line(row: Case, label: Label, same: frozenset[str]) -> AlikeCase:
    return AlikeCase(row.id, label.code, label.nickname, tuple(sorted(same)), row.state == CaseState.OPEN)
