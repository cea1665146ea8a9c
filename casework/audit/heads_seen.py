"""How new each head was when this process last believed it: an earlier one is refused, whatever the log's columns say.

A head is the newest by the search columns of the log, which whoever has the database can blank. Lists read every head
of the commune, so all of them are known soon after a start. Nothing is kept: after a start the marks in the files
decide, and the comparison of the log itself.
"""

from itertools import count
from typing import Any
from uuid import UUID

from casework.errors import OutdatedHead


class HeadsSeen:
    """By the id of a head the number of its line in the log, and when that was learnt among all that was."""

    def __init__(self) -> None:
        self._learnt: dict[UUID, tuple[int, int]] = {}
        self._moments = count()
        self._listed: dict[UUID, frozenset[UUID]] = {}

    def view(self) -> "HeadsView":
        """Return what a transaction compares with that begins now: its snapshot may be older than what others learn."""
        return HeadsView(self, next(self._moments))

    def learnt(self, head_id: UUID) -> tuple[int, int]:
        return self._learnt.get(head_id, (0, 0))

    def listed(self, commune_id: UUID) -> frozenset[UUID]:
        return self._listed.get(commune_id, frozenset())

    def list_cases(self, commune_id: UUID, case_ids: frozenset[UUID]) -> None:
        self._listed[commune_id] = case_ids

    def learn(self, head_id: UUID, n: int) -> None:
        self._learnt[head_id] = (n, next(self._moments))


class HeadsView:
    """What was known at one moment."""

    def __init__(self, seen: HeadsSeen, began: int) -> None:
        self._seen, self._began = seen, began

    def listed_before(self, commune_id: UUID, case_ids: frozenset[UUID]) -> frozenset[UUID]:
        """Return the cases that this process has listed last and that are not among these; remember all of them."""
        gone = self._seen.listed(commune_id) - case_ids
        self._seen.list_cases(commune_id, case_ids | gone)
        return gone

    def require_no_older(self, head: Any) -> None:
        """Raise OutdatedHead for a verified head that is older than one believed before; remember one that is newer."""
        n, moment = self._seen.learnt(head.id)
        if head.n > n:
            self._seen.learn(head.id, head.n)
        elif head.n < n and moment < self._began:
            raise OutdatedHead(row=head.kind)
