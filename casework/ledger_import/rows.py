"""What each row of a ledger says and what is wrong with it, in one sentence each; nothing is guessed unsaid."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _

from casework.cases.questions import LIMITS
from casework.ledger_import import cells
from casework.ledger_import.cells import UnreadableCell
from casework.ledger_import.columns import LedgerRow, LedgerSheet, key_of
from casework.sealed import Sealed

T = TypeVar("T")
SEX_UNKNOWN = "KHAC_KHONG_GHI"
_TOTAL = re.compile(r"(tổng|cộng|tổng cộng|tổng số)\b.*", re.IGNORECASE | re.DOTALL)
_FIRST_CELLS = 3
_LONGEST_NUMBER = 40
# Where nothing of these is known, a row tells of nobody.
_TELLING = ("name", "perpetrator_name", "content", "acts")


@dataclass(frozen=True)
class Place:
    """Where a row stands: the place of its sheet, from 0, and its number there, as a spreadsheet shows it."""

    sheet: int
    number: int


@dataclass(frozen=True)
class ReadRow(Sealed):
    """A row as it is understood. `notes` say what was understood otherwise or left in words, `wrong` why it stays out.

    `skipped` is no case at all: a line of totals, a header repeated. `left` are the words that become a note.
    """

    place: Place
    number: str = ""
    received: date | None = None
    happened: str = ""
    name: str = ""
    birth_year: int | None = None
    sex: str = SEX_UNKNOWN
    hamlet: str = ""
    address: str = ""
    phone: str = ""
    perpetrator_name: str = ""
    relation: str = ""
    acts: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    skipped: bool = False

    @property
    def readable(self) -> bool:
        return not (self.wrong or self.skipped)


def read_rows(sheets: tuple[LedgerSheet, ...], mapping: Mapping[str, str], today: date) -> Iterator[ReadRow]:
    """Yield every row of every sheet; `mapping` gives the field of a column by the key of its title, "" for none."""
    for place, sheet in enumerate(sheets):
        fields = [mapping.get(key_of(title), "") for title in sheet.titles]
        for row in sheet.rows:
            yield _Reading(sheet, row, fields, today).read(Place(place, row.number))


@dataclass
class _Reading:
    """One row while it is read."""

    sheet: LedgerSheet
    row: LedgerRow
    fields: list[str]
    today: date
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def read(self, place: Place) -> ReadRow:
        if (why := self._no_case()) is not None:
            return ReadRow(place, wrong=(why,), skipped=True)
        if self.row.filled:
            titles = ", ".join(self.sheet.titles[column] for column in self.row.filled if self._is_asked(column))
            if titles:
                self.notes.append(_("“Như trên” ở cột %(titles)s: lấy của hàng ngay trên.", titles=titles))
        received = self._received()
        values = self._values(received)
        if not any(self._cell(asked) for asked in _TELLING):
            self.wrong.append(_("Hàng không có tên ai và không có nội dung gì để ghi."))
        elif not self._cell("name"):
            self.notes.append(_("Không có tên người bị bạo lực: ghi là chưa biết tên."))
        self._leave_words()
        left, notes, wrong = map(tuple, (self.left, self.notes, self.wrong))
        return ReadRow(place, received=received, left=left, notes=notes, wrong=wrong, **values)

    def _no_case(self) -> str | None:
        """Return why a row is none of a case: it sums up, or repeats the header."""
        firsts = [cell for cell in self.row.cells if cell][:_FIRST_CELLS]
        if any(_TOTAL.fullmatch(cell) for cell in firsts):
            return _("Hàng cộng, không phải một ca: bỏ qua.")
        same = sum(
            key_of(cell) == key_of(title) for cell, title in zip(self.row.cells, self.sheet.titles, strict=False)
        )
        if same >= min(3, len(firsts)) and same:
            return _("Hàng tên cột nhắc lại, không phải một ca: bỏ qua.")
        return None

    def _is_asked(self, column: int) -> bool:
        return column < len(self.fields) and bool(self.fields[column])

    def _cell(self, asked: str) -> str:
        """Return what the columns of a field say, those that say anything, joined."""
        found = [self._at(column) for column, kind in enumerate(self.fields) if kind == asked]
        return "\n".join(filter(None, found))

    def _at(self, column: int) -> str:
        return self.row.cells[column] if column < len(self.row.cells) else ""

    def _received(self) -> date | None:
        text = self._cell("received")
        if not text:
            self.wrong.append(_("Thiếu ngày tiếp nhận. Hãy ghi ngày ca đến, ví dụ 5/9/2024."))
            return None
        try:
            return cells.read_day(text, self.today)
        except UnreadableCell as cause:
            self.wrong.append(_("Ngày tiếp nhận %(why)s", why=str(cause)))
            return None

    def _values(self, received: date | None) -> dict[str, Any]:
        """Read what may be missing; what cannot be read becomes words of the note, so that nothing is lost."""
        unknown: tuple[int | None, str] = (None, "")
        birth = self._understood("birth", lambda text: cells.read_birth(text, received or self.today), unknown)
        phone = self._understood("phone", cells.read_phone, ("", ""))
        self.notes += [note for note in (birth[1], phone[1]) if note]
        happened = self._understood("happened", lambda text: cells.read_date(text, self.today).isoformat(), "")
        if happened and received and happened[:10] > received.isoformat():
            self.notes.append(_("Ngày xảy ra sau ngày tiếp nhận: hãy xem lại sau khi nhập."))
        return {
            "number": self._short("number", _LONGEST_NUMBER),
            "happened": happened,
            "name": self._named("name"),
            "birth_year": birth[0],
            "sex": self._understood("sex", cells.read_sex, SEX_UNKNOWN),
            "hamlet": self._short("hamlet", LIMITS["text"]),
            "address": self._short("address", LIMITS["text"]),
            "phone": phone[0],
            "perpetrator_name": self._named("perpetrator_name"),
            "relation": self._understood("relation", cells.read_relation, ""),
            "acts": self._acts(),
        }

    def _understood(self, asked: str, read: Callable[[str], T], otherwise: T) -> T:
        """Return what a cell says, or `otherwise` with a note where it is empty or cannot be read."""
        text = self._cell(asked)
        if not text:
            return otherwise
        try:
            return read(text)
        except UnreadableCell as cause:
            self._keep_as_words(asked, text, str(cause))
            return otherwise

    def _keep_as_words(self, asked: str, text: str, why: str) -> None:
        self.notes.append(_("%(why)s Chữ này được giữ trong ghi chú.", why=why))
        title = next(title for title, kind in zip(self.sheet.titles, self.fields, strict=True) if kind == asked)
        self.left.append(f"{title}: {text}")

    def _short(self, asked: str, limit: int) -> str:
        text = " ".join(self._cell(asked).split())
        if len(text) <= limit:
            return text
        self._keep_as_words(asked, text, _("Ô dài quá %(limit)s chữ.", limit=limit))
        return ""

    def _named(self, asked: str) -> str:
        name = self._short(asked, 100)
        if name and not any(letter.isalpha() for letter in name):
            self._keep_as_words(asked, name, _("“%(text)s” không phải là tên.", text=name))
            return ""
        return name

    def _acts(self) -> tuple[str, ...]:
        text = self._cell("acts")
        codes, unknown = cells.read_acts(text)
        if unknown:
            words = ", ".join(unknown)
            self._keep_as_words("acts", text, _("Hành vi “%(words)s” chưa có trong danh sách.", words=words))
        return codes

    def _leave_words(self) -> None:
        """Put the columns of free words into the note, each under its title."""
        for column, (title, kind) in enumerate(zip(self.sheet.titles, self.fields, strict=True)):
            if kind in ("content", "done") and self._at(column):
                self.left.append(f"{title}: {self._at(column)}")
