"""The register as a table: what goes out comes in unchanged; a messy one is told row by row, and nothing is lost."""

import io
import json
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from casework.addresses import actions as addresses
from casework.cases import trusted_addresses
from casework.web.workbook_writer import SheetTable, workbook
from tests.addresses.test_records import SHELTER
from tests.house import only_sqlite
from tests.stories import HALL

pytestmark = only_sqlite
CLINIC = replace(HALL, name="Trạm Y tế xã", hamlet="Thôn Bãi Dâu", kind="health_station", contact="0900000101")
TITLES = ["Tên nơi này", "Loại địa chỉ", "Thôn", "Người phụ trách", "Số điện thoại", "Giờ mở cửa"]
GOOD = ["Nhà bà Tư", "nha nguoi co uy tin", "thon dong", "Đỗ Thị Tư", "+84 90 000 0105", "ngày và đêm"]


def sent(client, rows, name="bang.xlsx"):
    """Send a table as a file and return the page that shows it."""
    file = (io.BytesIO(workbook(SheetTable("Bảng", rows[0], rows[1:]))), name)
    return client.post("/dia-chi/nhap", data={"table": file}, content_type="multipart/form-data")


def exported(client):
    answer = client.get("/dia-chi/bang.xlsx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=dia-chi-tin-cay.xlsx"
    return answer.data


def rows_in(page: str) -> str:
    """Return what the page of a preview sends back."""
    form = page.split('name="rows"')[1]
    return form.split('value="')[1].split('"')[0].replace("&#34;", '"').replace("&amp;", "&")


def confirmed(client, page):
    return client.post("/dia-chi/nhap/ghi", data={"rows": rows_in(page.text)})


def test_what_went_out_comes_in_unchanged(browser, hoa):
    for entry in (HALL, CLINIC, SHELTER):
        hoa.does(addresses.add_address, entry)
    client = browser("hoa")
    before = hoa.does(trusted_addresses.list_addresses)
    file = (io.BytesIO(exported(client)), "dia-chi-tin-cay.xlsx")
    page = client.post("/dia-chi/nhap", data={"table": file}, content_type="multipart/form-data")
    assert "Bảng không có gì mới so với danh sách." in page.text
    assert "3 hàng giống như đã ghi." in page.text
    assert hoa.does(trusted_addresses.list_addresses) == before


def test_a_workbook_has_texts_dates_and_numbers_and_no_formula(browser, hoa):
    hoa.does(
        addresses.add_address, replace(SHELTER, name="=HYPERLINK(0)", note="+84", directions="@sum", decision="-1")
    )
    sheet = openpyxl.load_workbook(io.BytesIO(exported(browser("hoa")))).worksheets[0]
    cells: Any = {str(title.value): cell for title, cell in zip(sheet[1], sheet[2], strict=True)}
    assert [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"] == []
    assert cells["Tên nơi này"].value == "=HYPERLINK(0)"
    assert cells["Số điện thoại"].value == "0900 000 777"
    assert cells["Ở tạm được mấy người"].value == 4
    assert cells["Ngày công nhận"].value.date().isoformat() == "2026-03-12"


def test_rows_are_new_changed_or_the_same_and_nothing_is_written_before_it_was_looked_at(browser, hoa, lan):
    hoa.does(addresses.add_address, replace(HALL, directions="cạnh giếng"))
    hoa.does(addresses.add_address, SHELTER)
    client = browser("hoa")
    changed = [HALL.name.upper(), "Nhà văn hóa thôn", "Thôn Đoài", HALL.host, "0900 000 999", HALL.opening]
    page = sent(
        client,
        [
            TITLES,
            GOOD,
            changed,
            [SHELTER.name, "Nhà tạm lánh của xã", SHELTER.hamlet, *["Vi Thị Nhàn", "0900000777", SHELTER.opening]],
        ],
    )
    assert page.status_code == 200
    assert "Ghi 2 địa chỉ" in page.text
    assert len(lan.does(trusted_addresses.list_addresses).places) == 2
    assert confirmed(client, page).status_code == 303
    entries = {place.entry.name: place.entry for place in lan.does(trusted_addresses.list_addresses).places}
    assert entries[HALL.name.upper()] == replace(
        HALL, name=HALL.name.upper(), contact="0900000999", directions="cạnh giếng"
    )
    assert entries["Nhà bà Tư"].kind == "private_home"
    assert (entries["Nhà bà Tư"].hamlet, entries["Nhà bà Tư"].contact) == ("Thôn Đông", "0900000105")
    assert entries[SHELTER.name] == SHELTER


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (1, "nhà nghỉ", "Loại địa chỉ"),
        (2, "Thôn Không Có", "Thôn"),
        (4, "12", "Số điện thoại"),
        (3, "", "Người phụ trách"),
        (1, "Nhà tạm lánh của xã", "không bao giờ công bố"),
        (0, "Nhà bà Tư, ngõ 3", "không ghi số nhà"),
    ],
)
def test_a_wrong_row_is_told_by_its_number_and_nothing_is_written(browser, lan, column, value, said):
    wrong = [*GOOD]
    wrong[column] = value
    client = browser("hoa")
    page = sent(client, [[*TITLES, "Công bố"], [*GOOD, "có"], [*wrong, "có"]])
    assert "Hàng 3:" in page.text
    assert said in page.text
    assert "/dia-chi/nhap/ghi" not in page.text
    assert lan.does(trusted_addresses.list_addresses).places == ()


def test_a_messy_table_is_read_as_people_write_it(browser, lan):
    """Words above the titles, other columns, a date as a text, an empty row, titles without marks."""
    rows = [
        ["DANH SÁCH ĐỊA CHỈ TIN CẬY"],
        ["STT", *[title.lower() for title in TITLES], "Ngày công nhận", "Công bố", "Ghi chú của tôi"],
        ["1", *GOOD, "12/3/2026", "", "xong"],
        [""],
        [
            "2",
            "Nhà kín",
            "Nhà tạm lánh của xã",
            "Thôn Đông",
            "Vi Thị Nhàn",
            "0900000777",
            "ngày và đêm",
            "",
            "KHÔNG",
            "",
        ],
    ]
    width = max(len(row) for row in rows)
    client = browser("hoa")
    page = sent(client, [row + [""] * (width - len(row)) for row in rows])
    assert confirmed(client, page).status_code == 303
    first, second = lan.does(trusted_addresses.list_addresses).places
    assert (first.entry.name, first.entry.recognised, first.entry.published) == ("Nhà bà Tư", "2026-03-12", False)
    assert (second.entry.name, second.entry.published) == ("Nhà kín", False)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("Loại địa chỉ", "nhà nghỉ", ["Trạm Y tế xã", "Nhà tạm lánh của xã"]),
        ("Thôn", "Thôn Không Có", ["Thôn Đông", "Thôn Đoài"]),
        ("Công bố", "vâng", ["những từ này: có, không."]),
    ],
)
def test_a_cell_that_is_on_no_list_is_told_with_the_words_that_are(browser, column, value, said):
    row = dict(zip(TITLES, GOOD, strict=True)) | {column: value}
    page = sent(browser("hoa"), [[*row], [*row.values()]])
    assert "Câu trả lời vừa chọn" not in page.text
    told = page.text.partition(f"{column}: Hãy ghi một trong những từ này: ")
    assert told[1]
    assert [words for words in said if words not in told[1] + told[2]] == []


def test_a_row_without_a_name_is_told_and_not_passed_over(browser, lan):
    client = browser("hoa")
    page = sent(client, [TITLES, GOOD, ["", *GOOD[1:]]])
    assert "Hàng 3:" in page.text
    assert "Tên nơi này: Hãy điền vào ô" in page.text
    assert lan.does(trusted_addresses.list_addresses).places == ()


def test_the_preview_says_of_each_row_whether_everybody_will_read_it(browser):
    titles = [*TITLES, "Công bố"]
    open_one = sent(browser("hoa"), [titles, [*GOOD, "có"]]).text
    hidden = sent(browser("hoa"), [titles, [*GOOD, "không"]]).text
    unsaid = sent(browser("hoa"), [TITLES, GOOD]).text
    assert ["Không công bố" in page for page in (open_one, hidden, unsaid)] == [False, True, True]


@pytest.mark.parametrize("rows", [[["Tên", "Số"], ["a", "1"]], [TITLES[:2], GOOD[:2]]])
def test_a_table_of_something_else_is_refused_with_what_to_do(browser, rows):
    answer = sent(browser("hoa"), rows)
    assert answer.status_code == 422
    assert "Hãy xuất bảng ra rồi điền vào đó." in answer.text


def test_a_table_of_three_hundred_and_one_rows_is_refused(browser):
    answer = sent(browser("hoa"), [TITLES, *[[f"Nhà {number}", *GOOD[1:]] for number in range(301)]])
    assert answer.status_code == 422
    assert "300 hàng" in answer.text


def test_the_same_place_in_two_rows_is_told(browser):
    page = sent(browser("hoa"), [TITLES, GOOD, [GOOD[0].upper(), *GOOD[1:]]])
    assert "Nơi này đã có ở một hàng trên" in page.text


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "x",
        "[]",
        "{}",
        "[1]",
        "[" * 100_000,
        '[{"name": ""}]',
        '[{"id": "x", "name": "a", "kind": "b"}]',
    ],
)
def test_rows_that_no_page_has_made_are_told_and_written_nowhere(browser, lan, rows):
    assert browser("hoa").post("/dia-chi/nhap/ghi", data={"rows": rows}).status_code == 422
    assert lan.does(trusted_addresses.list_addresses).places == ()


def test_more_rows_than_a_page_has_are_not_even_read(browser, lan):
    good = {"name": "Nhà", "kind": GOOD[1], "hamlet": "Thôn Đông", "host": GOOD[3], "contact": "0900 000 105"}
    rows = [good | {"name": f"Nhà {number}", "opening": GOOD[5], "published": "có"} for number in range(301)]
    client = browser("hoa")
    answer = client.post("/dia-chi/nhap/ghi", data={"rows": json.dumps(rows)})
    assert (answer.status_code, "Nhà 300" in answer.text) == (422, False)
    assert lan.does(trusted_addresses.list_addresses).places == ()
    assert client.post("/dia-chi/nhap/ghi", data={"rows": json.dumps(rows[1:])}).status_code == 303


def test_no_file_and_a_file_that_is_none_are_told(browser):
    client = browser("hoa")
    assert client.post("/dia-chi/nhap", data={}).status_code == 422
    broken = (io.BytesIO(b"PK\x03\x04" + b"x" * 90), "a.xlsx")
    answer = client.post("/dia-chi/nhap", data={"table": broken}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Không đọc được tệp này" in answer.text
