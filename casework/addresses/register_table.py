"""The register as a table: its columns, its rows, and what a row of somebody's table says in the words of the form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from casework.addresses.forms import AddressForm
from casework.cases.trusted_addresses import AddressEntry, AddressRegister, TrustedAddress
from casework.codelists import codelist
from casework.errors import BadInput, gettext_noop
from casework.vietnamese_text import plain
from casework.web import phones
from casework.web.choice_fields import NO, YES, code_words
from casework.web.forms import parse_uuid
from casework.web.workbook_writer import Cell, SheetTable
from casework.web.wtforms_messages import NOT_LISTED

MOST_ROWS = 300
# The columns by the names of the form's fields; an id tells which address a row is about.
COLUMNS: Mapping[str, str] = {
    "id": gettext_noop("Mã (không sửa)"),
    "name": gettext_noop("Tên nơi này"),
    "kind": gettext_noop("Loại địa chỉ"),
    "hamlet": gettext_noop("Thôn"),
    "host": gettext_noop("Người phụ trách"),
    "contact": gettext_noop("Số điện thoại"),
    "opening": gettext_noop("Giờ mở cửa"),
    "capacity": gettext_noop("Ở tạm được mấy người"),
    "note": gettext_noop("Điều cần biết"),
    "published": gettext_noop("Công bố"),
    "directions": gettext_noop("Đường vào, số nhà"),
    "decision": gettext_noop("Quyết định công nhận"),
    "recognised": gettext_noop("Ngày công nhận"),
}
_TOO_MANY = gettext_noop("Bảng có hơn 300 hàng. Hãy chia thành nhiều tệp.")
_NO_TITLES = gettext_noop(
    "Không thấy hàng có các cột “Tên nơi này”, “Loại địa chỉ” và “Thôn”. Hãy xuất bảng ra rồi điền vào đó."
)
_NEEDED = ("name", "kind", "hamlet")
_DATE_PARTS = ("day", "month", "year")


@dataclass(frozen=True)
class TableRow:
    """A row of somebody's table: its number, what the form makes of it, and which address it changes (None: a new one).

    `wrong` are messages of the form with the title of their column.
    """

    number: int
    given: Mapping[str, str]
    entry: AddressEntry | None = None
    address_id: UUID | None = None
    changes: tuple[str, ...] = ()
    wrong: tuple[tuple[str, str], ...] = field(default=())


def table_of(places: Iterable[TrustedAddress]) -> SheetTable:
    """Return the register as a table that can be read in again."""
    rows = [_cells(place) for place in places]
    return SheetTable(gettext("Địa chỉ tin cậy"), [gettext(title) for title in COLUMNS.values()], rows)


def _cells(place: TrustedAddress) -> list[Cell]:
    entry = place.entry
    return [
        str(place.id),
        entry.name,
        code_words(entry.kind, "address_kind"),
        entry.hamlet,
        entry.host,
        phones.grouped(entry.contact) if entry.contact else "",
        entry.opening,
        entry.capacity,
        entry.note,
        gettext("có") if entry.published else gettext("không"),
        entry.directions,
        entry.decision,
        date.fromisoformat(entry.recognised) if entry.recognised else None,
    ]


def rows_of(sheets: Iterable[Sequence[Sequence[str]]], register: AddressRegister) -> list[TableRow]:
    """Read the first sheet that has the titles; raise BadInput for none, and for more than 300 rows."""
    for rows in sheets:
        for number, titles in enumerate(rows[:10]):
            columns = _columns(titles)
            if set(_NEEDED) <= set(columns.values()):
                given = [
                    (at, _given(row, columns)) for at, row in enumerate(rows[number + 1 :], number + 2) if any(row)
                ]
                if len(given) > MOST_ROWS:
                    raise BadInput(_TOO_MANY)
                return _distinct([read_row(at, row, register) for at, row in given if any(row.values())])
    raise BadInput(_NO_TITLES)


def _columns(titles: Sequence[str]) -> dict[int, str]:
    names = {plain(title): name for name, words in COLUMNS.items() for title in (words, gettext(words))}
    return {number: names[plain(title)] for number, title in enumerate(titles) if plain(title) in names}


def _given(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    return {name: row[number].strip() for number, name in columns.items() if number < len(row)}


def read_row(number: int, given: Mapping[str, str], register: AddressRegister) -> TableRow:
    """Ask the form what it makes of a row; a cell that the table does not have keeps what the register says."""
    place = _place_of(given, register)
    hamlets = dict.fromkeys((*register.hamlets, *([place.entry.hamlet] if place else ())))
    known = _cells_by_name(place) if place else {"capacity": "0", "published": "không"}
    published = given.get("published") or known["published"]
    sent = _as_sent({**known, **given, "published": published}, hamlets)
    form = AddressForm(hamlets, formdata=sent, meta={"csrf": False})
    if not form.validate():
        wrong = [
            (_title(one.short_name), _instead(one) if message == NOT_LISTED else str(message))
            for one in form
            if one.short_name in COLUMNS
            for message in one.errors
        ]
        return TableRow(number, given, wrong=tuple(wrong))
    entry = form.entry()
    return TableRow(number, given, entry, place.id if place else None, _changes(place, entry))


def _instead(one: Any) -> str:
    """Say which words a cell may have: somebody who fills in a table has no list to choose from."""
    words = [str(label) for value, label, *_ in one.iter_choices() if value]
    if one.short_name == "published":
        words = [gettext("có"), gettext("không")]
    return gettext("Hãy ghi một trong những từ này: %(words)s.", words=", ".join(words))


def _place_of(given: Mapping[str, str], register: AddressRegister) -> TrustedAddress | None:
    """Return the address that a row is about: by its id, else by name and hamlet."""
    wanted, called = parse_uuid(given.get("id", "")), _called(given.get("name", ""), given.get("hamlet", ""))
    by_name = [place for place in register.standing if _called(place.entry.name, place.entry.hamlet) == called]
    return next((place for place in register.standing if place.id == wanted), by_name[0] if len(by_name) == 1 else None)


def _called(name: str, hamlet: str) -> tuple[str, str]:
    return plain(name), plain(hamlet)


def _cells_by_name(place: TrustedAddress) -> dict[str, str]:
    cells = zip(COLUMNS, _cells(place), strict=True)
    return {name: "" if cell is None else str(cell) for name, cell in cells}


def _as_sent(row: Mapping[str, str], hamlets: Iterable[str]) -> MultiDict[str, str]:
    """Return a row as a browser would send it: codes in the place of words, a date in its three boxes."""
    kinds = {plain(words): code.code for code in codelist("address_kind") for words in (code.vi, code.en)}
    names = {plain(name): name for name in hamlets}
    sent = {name: value for name, value in row.items() if name not in {"id", "recognised"}}
    sent["kind"] = kinds.get(plain(row.get("kind", "")), row.get("kind", ""))
    sent["hamlet"] = names.get(plain(row.get("hamlet", "")), row.get("hamlet", ""))
    sent["published"] = {"co": YES, "khong": NO, "yes": YES, "no": NO}.get(plain(row.get("published", "")), "?")
    boxes = zip(_DATE_PARTS, _parts(row.get("recognised", "")), strict=False)
    return MultiDict(sent | {f"recognised-{part}": value for part, value in boxes})


def _parts(day: str) -> list[str]:
    """Return day, month and year of "2026-03-12" or "12/3/2026"; of anything else the whole text as a day."""
    for mark, order in (("-", slice(None, None, -1)), ("/", slice(None))):
        parts = day.split()[0].split(mark)[order] if day.strip() else []
        if len(parts) == len(_DATE_PARTS):
            return parts
    return [day]


def _title(name: str) -> str:
    return gettext(COLUMNS[name])


def _changes(place: TrustedAddress | None, entry: AddressEntry) -> tuple[str, ...]:
    """Return the titles of the columns in which a row says something else than the register."""
    if place is None:
        return ()
    titles = {name: title for name, title in COLUMNS.items() if name != "id"}
    return tuple(gettext(title) for name, title in titles.items() if getattr(place.entry, name) != getattr(entry, name))


def _distinct(rows: list[TableRow]) -> list[TableRow]:
    """Refuse the later of two rows that are about one address."""
    seen: set[object] = set()
    told = []
    for row in rows:
        about = row.address_id or _called(row.given.get("name", ""), row.given.get("hamlet", ""))
        twice = about in seen and not row.wrong
        words = (_title("name"), gettext("Nơi này đã có ở một hàng trên. Hãy bỏ một hàng."))
        told.append(TableRow(row.number, row.given, wrong=(words,)) if twice else row)
        seen.add(about)
    return told
