"""What a cell of a ledger says: as people write days, ages, telephones and "as above", or in one sentence why not."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.ledger_import import cells, columns
from casework.ledger_import.cells import UnreadableCell
from casework.ledger_import.columns import LedgerRow, LedgerSheet
from casework.ledger_import.rows import read_rows
from casework.web.uploads import RawSheet

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    "text",
    ["5/9/2024", "05/09/2024", "5-9-2024", "5.9.24", "2024-09-05", "45540", "ngày 5 tháng 9 năm 2024", "5 / 9 / 2024"],
)
def test_a_day_is_read_as_people_and_spreadsheets_write_it(text):
    assert cells.read_day(text, TODAY) == date(2024, 9, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rằm tháng 7", "âm lịch"),
        ("mùng 5 tháng giêng", "âm lịch"),
        ("15/7 ÂL", "âm lịch"),
        ("12/8/2024 (AL)", "âm lịch"),
        ("31/2/2024", "không có trong lịch"),
        ("5/13/2024", "không có trong lịch"),
        ("1/1/2031", "chưa đến"),
        ("1/1/1924", "trước năm 1990"),
        ("9/2024", "thiếu ngày"),
        ("hôm qua", "không phải là ngày"),
        ("7", "không phải là ngày"),
    ],
)
def test_what_is_no_day_says_why(text, said):
    with pytest.raises(UnreadableCell, match=said):
        cells.read_day(text, TODAY)


def test_the_day_of_the_incident_may_be_a_month_or_a_year():
    assert cells.read_date("9/2024", TODAY).isoformat() == "2024-09"
    assert cells.read_date("2023", TODAY).isoformat() == "2023"


@pytest.mark.parametrize(
    ("text", "year"), [("1987", 1987), ("39", 1985), ("39 tuổi", 1985), ("39t", 1985), ("5/6/1987", 1987)]
)
def test_a_year_of_birth_may_be_an_age_at_the_time(text, year):
    assert cells.read_birth(text, date(2024, 1, 1))[0] == year


def test_a_telephone_that_lost_its_zero_gets_it_back_and_says_so():
    assert cells.read_phone("912345678")[0] == "0912345678"
    assert "số 0" in cells.read_phone("912345678")[1]
    assert cells.read_phone("0912 345 678") == ("0912345678", "")


@pytest.mark.parametrize("text", ["nt", "NT", "n.t", "-nt-", '"', "''", "〃", "như trên", " ″ ", "//"])
def test_as_above_is_written_in_many_ways(text):
    assert columns.is_ditto(text)


@pytest.mark.parametrize("text", ["", "-", ".", "Nt Hoa", "0", "x"])
def test_what_is_not_as_above_stays(text):
    assert not columns.is_ditto(text)


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_read_or_refused_and_never_stops_the_file(text):
    for read in (
        lambda: cells.read_date(text, TODAY),
        lambda: cells.read_birth(text, TODAY),
        lambda: cells.read_phone(text),
        lambda: cells.read_sex(text),
        lambda: cells.read_relation(text),
        lambda: cells.read_acts(text),
    ):
        with suppress(UnreadableCell):
            read()


@given(st.lists(st.lists(st.text(max_size=12), max_size=6).map(tuple), min_size=1, max_size=8))
def test_whatever_a_sheet_holds_every_row_that_says_something_is_told_of_once(rows):
    if not any(any(row) for row in rows):
        return
    sheet = columns.under_header(RawSheet("", tuple(rows)))
    mapping = columns.propose(sheet.titles, {})
    read = list(read_rows((sheet,), mapping, TODAY))
    below = [number for number, row in enumerate(rows, start=1) if any(row) and number > sheet.header]
    assert [row.place.number for row in read] == below


def test_a_surname_is_no_line_of_totals():
    titles = ("Họ tên", "Ngày tiếp nhận", "Nội dung")
    rows = (LedgerRow(2, ("Tống Thị Mai", "3/2/2024", "x")), LedgerRow(3, ("Tổng cộng: 1 vụ",)), LedgerRow(4, titles))
    mapping = columns.propose(titles, {})
    read = list(read_rows((LedgerSheet("", 1, titles, rows),), mapping, TODAY))
    assert [row.skipped for row in read] == [False, True, True]


def test_words_that_name_no_act_stay_as_words():
    assert cells.read_acts("đánh, chửi mắng; bắt phơi nắng") == (("A", "B"), ("bắt phơi nắng",))
