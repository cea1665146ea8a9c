"""The sealed record of what each release counted: opened by whoever closes a period, and appended to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.audit import freshness
from casework.cases import scope
from casework.errors import VaultError
from casework.gate import ActContext
from casework.sealed import Sealed
from casework.statistics.plan import Cell
from casework.statistics.published_tables import cells_of
from casework.statistics.rounding import Ties
from casework.vault.keys import count_ledger
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.count_ledger import Series
from casework.vault.keys.envelopes import open_newest
from casework.vault.models import Document, Envelope, Head


@dataclass(frozen=True)
class Counted(Sealed):
    """What one release counted: each case once with the revision of its facts, and the true counts of its period.

    `draw` is how often ties were drawn again, `far` the deviation of each cell that lies more than 2 from the truth.
    """

    cases: Mapping[UUID, int]
    truth: Counter[Cell]
    draw: int
    far: Mapping[Cell, int]

    def to_json(self) -> dict[str, Any]:
        """Return the entry as it is sealed."""
        return {
            "cases": {case_id.hex: revision for case_id, revision in self.cases.items()},
            "truth": {cell.key: count for cell, count in self.truth.items()},
            "draw": self.draw,
            "far": {cell.key: by for cell, by in self.far.items()},
        }


@dataclass(frozen=True)
class CountRecord(Sealed):
    """The opened ledger: what each release counted, by its number, and the key of each year."""

    head: Head
    owner_id: UUID
    counted: Mapping[int, Counted]
    keys: Mapping[int, bytes]

    @property
    def cases(self) -> frozenset[UUID]:
        return frozenset(case_id for entry in self.counted.values() for case_id in entry.cases)

    def ties(self, year: int, after: int) -> Ties:
        """Return the ties of a year whose newest release so far is number `after`, 0 if it has none."""
        return Ties(self.keys[year], self.counted[after].draw if after else 0)


def open_ledger(context: ActContext) -> CountRecord:
    """Open every entry; raise VaultError if one is missing, changed or not sealed to this person's keys."""
    ledger_id = count_ledger.ledger_id(context.commune_id)
    head = freshness.head(context.session, context.commune_id, ledger_id)
    rows = scope.rows_of_case(context.permit, Envelope, ledger_id).on(context.session).scalars()
    envelopes = {row.document_id: row for row in rows if context.crypto.holds(row.agency_id)}
    documents = scope.rows_of_case(context.permit, Document, ledger_id).on(context.session).scalars().all()
    opened: dict[tuple[Series, int], Mapping[str, Any]] = {}
    for document in documents:
        if document.id not in envelopes:
            raise VaultError("unopened")
        page = open_newest(context.crypto, head.listing, document, envelopes[document.id])
        opened[count_ledger.place_of(page.series)] = page.data
    if set(opened) != set(count_ledger.places(head.listing)):
        raise VaultError("unopened")
    return CountRecord(
        head=head,
        owner_id=documents[0].owner_id,
        counted={number: _counted(data) for (kind, number), data in opened.items() if kind == Series.COUNTED},
        keys={year: bytes.fromhex(data["key"]) for (kind, year), data in opened.items() if kind == Series.KEY},
    )


def _counted(data: Mapping[str, Any]) -> Counted:
    return Counted(
        cases={UUID(hex=case_id): revision for case_id, revision in data["cases"].items()},
        truth=Counter(cells_of(data["truth"])),
        draw=data["draw"],
        far=cells_of(data["far"]),
    )


def remember(context: ActContext, opened: CountRecord, number: int, counted: Counted) -> None:
    """Seal what a release counted, so that no case is ever counted twice."""
    count_ledger.add(
        context.crypto, opened.head, _recipient(context, opened), (Series.COUNTED, number), counted.to_json()
    )


def prepare_year(context: ActContext, opened: CountRecord, year: int) -> None:
    """Make the key of a year that is about to begin."""
    count_ledger.add_key(context.crypto, opened.head, _recipient(context, opened), year=year)


def _recipient(context: ActContext, opened: CountRecord) -> RecipientKey:
    return freshness.recipients(context.crypto, [opened.owner_id])[0]
