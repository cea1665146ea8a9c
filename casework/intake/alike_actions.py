"""Whether somebody may be recorded a second time, among the cases that one may open."""

from dataclasses import dataclass
from uuid import UUID

from casework.cases import alike_cases, opening_rate_limit, reading
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
    labels = {
        case.row.id: (case.row, Label.from_json(page.data))
        for case in batch.listed([Section.LABEL], of=found)
        for page in case.pages
    }
    context.reason = f"{len(found)} hits"
    lines = [
        AlikeCase(row.id, label.code, label.nickname, tuple(sorted(found[row.id])), row.state == CaseState.OPEN)
        for row, label in labels.values()
    ]
    return tuple(sorted(lines, key=lambda line: (-len(line.same), line.code)))


@action(Act.CASE_ALIKE_PAIRS)
def find_pairs(context: ActContext) -> tuple[tuple[AlikeCase, AlikeCase], ...]:
    """Find cases of the agency that may be of one person though whoever holds one cannot see the other."""
    batch = reading.load_batch(context, passes_over=True)
    pairs = alike_cases.pairs(batch)
    labels = {
        case.row.id: (case.row, Label.from_json(page.data))
        for case in batch.listed([Section.LABEL])
        for page in case.pages
    }

    def line(case_id: UUID, same: frozenset[str]) -> AlikeCase:
        row, label = labels[case_id]
        return AlikeCase(row.id, label.code, label.nickname, tuple(sorted(same)), row.state == CaseState.OPEN)

    return tuple((line(one, same), line(other, same)) for one, other, same in pairs if {one, other} <= labels.keys())
