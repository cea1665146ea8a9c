"""A ledger between its upload and its last row, as it is sealed to the person who brought it."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from casework.accounts.own_account_actions import own_session
from casework.audit import freshness
from casework.errors import BadInput, NotFound, gettext_noop
from casework.gate import ActContext
from casework.ledger_import.columns import LedgerRow, LedgerSheet
from casework.ledger_import.rows import Place
from casework.sealed import Sealed
from casework.vault.keys import kept_forms, sessions
from casework.vault.keys.sessions import SessionToken
from casework.vault.models import KeptForm

MOST_BYTES = 4 * 1024 * 1024
_TOO_LARGE = gettext_noop("Sổ có nhiều chữ quá, không giữ lại được. Hãy chia thành nhiều tệp, ví dụ mỗi năm một tệp.")


@dataclass(frozen=True)
class KeptLedger(Sealed):
    """What was read of a file and has not become a case: a row that has is no longer here.

    `key` makes the ids of the cases, so that a row becomes one case however often it is confirmed, and nobody without
    it knows which cases came of which file. `mapping` gives the field of a column by the key of its title; it is empty
    until it was looked at. `total` is how many rows the file had, `imported` how many have become cases.
    """

    sheets: tuple[LedgerSheet, ...]
    key: str = field(default_factory=lambda: secrets.token_hex(32))
    mapping: Mapping[str, str] = field(default_factory=dict)
    chosen: bool = False
    confirmed: bool = False
    with_duplicates: bool = False
    imported: int = 0

    @property
    def total(self) -> int:
        return self.imported + sum(len(sheet.rows) for sheet in self.sheets)

    def case_id(self, place: Place) -> UUID:
        """Return the id of the case that a row becomes."""
        return UUID(bytes=sha256(f"{self.key} {place.sheet} {place.number}".encode()).digest()[:16], version=4)

    def without(self, places: frozenset[Place]) -> "KeptLedger":
        """Return what is left once these rows have become cases."""
        sheets = tuple(
            replace(sheet, rows=tuple(row for row in sheet.rows if Place(number, row.number) not in places))
            for number, sheet in enumerate(self.sheets)
        )
        return replace(self, sheets=sheets, imported=self.imported + len(places))

    def to_json(self) -> dict[str, Any]:
        sheets = [[one.name, one.header, one.titles, [_row_json(row) for row in one.rows]] for one in self.sheets]
        flags = {"chosen": self.chosen, "confirmed": self.confirmed, "with_duplicates": self.with_duplicates}
        return {"sheets": sheets, "key": self.key, "mapping": self.mapping, "imported": self.imported, **flags}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "KeptLedger":
        sheets = tuple(
            LedgerSheet(name, header, tuple(titles), tuple(_row(row) for row in rows))
            for name, header, titles, rows in data.pop("sheets")
        )
        return cls(sheets=sheets, **data)


def _row_json(row: LedgerRow) -> list[Any]:
    return [row.number, row.cells, row.filled]


def _row(data: list[Any]) -> LedgerRow:
    number, cells, filled = data
    return LedgerRow(number, tuple(cells), tuple(filled))


def keep(context: ActContext, ledger_id: UUID, ledger: KeptLedger) -> None:
    """Seal a ledger to the person, in the place of what it was; raise BadInput for one of too many words."""
    text = json.dumps(ledger.to_json(), ensure_ascii=False).encode()
    if len(text) > MOST_BYTES:
        raise BadInput(_TOO_LARGE)
    member = freshness.member(context.session, context.commune_id, context.me)
    row = KeptForm(
        commune_id=context.commune_id,
        id=ledger_id,
        member_id=context.me,
        case_id=None,
        page=kept_forms.LEDGER,
        at=0,
        blob=b"",
    )
    kept_forms.keep(context.crypto, member, row, text)


def open_all(context: ActContext, token: SessionToken) -> dict[UUID, KeptLedger]:
    """Open the ledgers that the person has brought within a week, the newest first, by their ids."""
    seed = sessions.seed_of(own_session(context, token.sid), token, context.crypto.server_keys)
    member = freshness.member(context.session, context.commune_id, context.me)
    rows = kept_forms.of_member(context.session, member, ledgers=True)
    oldest = kept_forms.expires_before(context.crypto.at)
    opened = ((row.id, json.loads(kept_forms.text_of(row, seed))) for row in rows if row.at >= oldest)
    return {ledger_id: KeptLedger.from_json(data) for ledger_id, data in opened}


def open_one(context: ActContext, ledger_id: UUID, token: SessionToken) -> KeptLedger:
    """Open one's own ledger; raise NotFound for one of somebody else, or one that is gone."""
    found = open_all(context, token).get(ledger_id)
    if found is None:
        raise NotFound("ledger", about=ledger_id)
    return found
