"""A paper ledger as somebody typed it over years: 300 rows in two sheets, with everything that goes wrong in one.

Names, numbers and stories are made up. Which row holds which trouble follows from its number, so that tests can ask.
"""

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from openpyxl import Workbook

ROWS_A_SHEET = 150
TITLES = (
    "STT",
    "Ngày tiếp nhận",
    "Họ và tên nạn nhân",
    "Năm sinh/tuổi",
    "Giới tính",
    "Thôn",
    "Điện thoại",
    "Người gây bạo lực",
    "Quan hệ",
    "Hình thức bạo lực",
    "Ngày xảy ra",
    "Nội dung",
    "Kết quả xử lý",
)
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Tống")
GIVEN = (
    "Thị Hạnh",
    "Thị Nụ",
    "Thị Mùi",
    "Thị Sáu",
    "Thị Ngần",
    "Thị Bưởi",
    "Thị Chắt",
    "Thị Lụa",
    "Thị Đào",
    "Thị Mận",
)
_TROUBLE = 15


def ledger(change: Callable[[Workbook], None] | None = None) -> bytes:
    """Return the ledger as an .xlsx file."""
    book = Workbook()
    for place, year in enumerate((2024, 2025)):
        _fill(book.create_sheet(f"Năm {year}", place), year)
    del book["Sheet"]
    if change is not None:
        change(book)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain_row(number: int, year: int) -> list[Any]:
    """Return a row without any trouble."""
    day = date(year, 1, 3) + timedelta(days=2 * number)
    # Every name has another year of birth in each sheet, so that no row tells of the same person by chance.
    name = f"{FAMILY[number % 10]} {GIVEN[number // 10 % 10]}"
    born = 1950 + number // 100 * 20 + (year - 2024) * 10 + number % 7
    phone = f"09{12_000_000 + number:08d}"
    acts, husband = "đánh, chửi", f"{FAMILY[number % 10]} Văn Khoát"
    return [
        number,
        day.strftime("%d/%m/%Y"),
        name,
        born,
        "Nữ",
        "Thôn Đoài",
        phone,
        husband,
        "chồng",
        acts,
        day.strftime("%d/%m/%Y"),
        f"Chồng say rượu về đánh, việc thứ {number}",
        "Đã gặp, đã khuyên",
    ]


def _fill(sheet: Any, year: int) -> None:
    sheet.append([f"SỔ THEO DÕI CÁC VỤ BẠO LỰC GIA ĐÌNH NĂM {year}"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=13)
    sheet.append([])
    sheet.append(list(TITLES))
    for number in range(1, ROWS_A_SHEET + 1):
        row = plain_row(number, year)
        TROUBLES[number % _TROUBLE](row, year)
        sheet.append(row)
        if number % 50 == 0:
            sheet.append([])
    sheet.append(["", "Tổng cộng", f"{ROWS_A_SHEET} vụ"])
    sheet.merge_cells("F6:F8")


def _nothing(row: list[Any], year: int) -> None:
    """Leave a row as it is."""


def _day_of(row: list[Any], year: int) -> date:
    day, month, _ = map(int, row[1].split("/"))
    return date(year, month, day)


def _serial_date(row: list[Any], year: int) -> None:
    row[1] = (_day_of(row, year) - date(1899, 12, 30)).days


def _true_date(row: list[Any], year: int) -> None:
    row[1] = _day_of(row, year)


def _lunar_received(row: list[Any], year: int) -> None:
    row[1] = "mùng 5 tháng giêng"


def _lunar_happened(row: list[Any], year: int) -> None:
    row[10] = "rằm tháng 7 âm lịch"


def _no_name(row: list[Any], year: int) -> None:
    row[2] = None


def _decomposed(row: list[Any], year: int) -> None:
    row[2] = unicodedata.normalize("NFD", row[2])


def _formula(row: list[Any], year: int) -> None:
    row[12] = '=HYPERLINK("http://example.org","xem")'


def _phone_as_number(row: list[Any], year: int) -> None:
    row[6] = int(row[6])


def _age(row: list[Any], year: int) -> None:
    row[3] = year - row[3]


def _ditto(row: list[Any], year: int) -> None:
    row[5], row[8], row[9] = "nt", '"', "-nt-"


def _no_day(row: list[Any], year: int) -> None:
    row[1] = None


def _impossible_day(row: list[Any], year: int) -> None:
    row[1] = f"31/02/{year}"


def _short_phone(row: list[Any], year: int) -> None:
    row[6] = "091 234"


def _unknown_act(row: list[Any], year: int) -> None:
    row[9] = "đánh, bắt phơi nắng"


# By the remainder of the number of a row: what is wrong in it.
TROUBLES: tuple[Callable[[list[Any], int], None], ...] = (
    _nothing,
    _serial_date,
    _true_date,
    _lunar_received,
    _lunar_happened,
    _no_name,
    _decomposed,
    _formula,
    _phone_as_number,
    _age,
    _ditto,
    _no_day,
    _impossible_day,
    _short_phone,
    _unknown_act,
)
# What stays out: rows without a day of reception that can be read.
LEFT_OUT = frozenset({3, 11, 12})
