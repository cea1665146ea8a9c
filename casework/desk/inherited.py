"""What somebody who left has left to do: her cases need another way to reach the person, one that she never knew."""

from collections.abc import Iterable
from uuid import UUID

from casework.audit import read
from casework.cases import reading
from casework.cases.reading import Listed
from casework.gate import Work
from casework.policy.words import Act, Section


def to_reach_anew(work: Work, listed: Iterable[Listed]) -> frozenset[UUID]:
    """Return which cases that I hold were taken over from somebody who left, and have the way of contact she knew."""
    left = read.changed_by(work.hands, Act.ACCOUNT_LEAVE)
    mine = [one.row.id for one in listed if one.row.id in left and one.row.holder_id == work.me] if left else []
    if not mine:
        return frozenset()
    contacts = reading.book(work).each([Section.CONTACT], of=mine)
    return frozenset(mine) - {case_id for case_id, page in contacts if page.at > left[case_id]}
