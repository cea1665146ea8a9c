"""What somebody who left has left to do: her cases need another way to reach the person, one that she never knew."""

from collections.abc import Collection
from uuid import UUID

from casework.cases import reading, scope
from casework.gate import Work
from casework.policy.words import Act, Section


def to_reach_anew(work: Work, mine: Collection[UUID]) -> frozenset[UUID]:
    """Return which cases of mine were taken over from somebody who left, and have the way of contact she knew."""
    changed = scope.changed(scope.cases(work.permit), Act.ACCOUNT_LEAVE).on(work.session)
    left = {row.head: row.last for row in changed if row.head in mine}
    if not left:
        return frozenset()
    contacts = reading.book(work).each([Section.CONTACT], of=left)
    return frozenset(left) - {case_id for case_id, page in contacts if page.at > left[case_id]}
