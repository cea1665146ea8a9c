"""A file may be anything: it is read in memory, in little of it, and what is no ledger is refused with what to do."""

import csv
import io
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from casework.errors import BadInput
from casework.web import uploads
from casework.web.uploads import read_upload
from tests.ledger_import.messy_ledger import ledger

TITLES = "STT,Ngày tiếp nhận,Họ và tên"
OLD_EXCEL = Path(__file__).with_name("old_ledger.xls")
ODS_CELL = '<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def rebuilt(content: bytes, **changed: bytes) -> bytes:
    """Return a workbook with some of its parts replaced; `__` in a name stands for a stroke."""
    parts, buffer = {name.replace("__", "/"): body for name, body in changed.items()}, io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name.removesuffix(".xml"), old.read(name)))
        for name, body in parts.items():
            new.writestr(name, body)
    return buffer.getvalue()


def ods(rows: str) -> bytes:
    """Return an OpenDocument spreadsheet of these rows."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f'<table:table table:name="Sổ">{rows}</table:table>'
    sheets = f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
    content = f"<office:document-content {spaces}>{sheets}</office:document-content>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", "<manifest/>")
        file.writestr("content.xml", content)
    return buffer.getvalue()


def refused(name: str, content: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_upload(name, content)
    return str(caught.value)


@pytest.mark.parametrize(
    "encoded",
    [
        TITLES.encode() + "\n1,3/2/2024,Đặng Thị Hường".encode(),
        b"\xef\xbb\xbf" + f"{TITLES}\n1,3/2/2024,Đặng Thị Hường".encode(),
        f"{TITLES}\n1,3/2/2024,Đặng Thị Hường".encode("utf-16"),
        f"{TITLES}\r\n1,3/2/2024,Đặng Thị Hường".replace(",", "\t").encode("utf-16"),
    ],
    ids=["utf-8", "with-mark", "utf-16", "tabs"],
)
def test_csv_is_read_in_the_encodings_that_offices_write(encoded):
    [sheet] = read_upload("so.csv", encoded)
    assert sheet.rows[1] == ("1", "3/2/2024", "Đặng Thị Hường")


def test_windows_1258_comes_out_composed():
    """Its tones are marks of their own behind the letter."""
    marked = "Trần Thị Nụ".replace("ầ", "â\u0300").replace("ị", "i\u0323").replace("ụ", "u\u0323")
    [sheet] = read_upload("so.csv", f"Ten;So\n{marked};1".encode("cp1258"))
    assert sheet.rows[1] == ("Trần Thị Nụ", "1")


def test_an_old_excel_file_is_read():
    [sheet] = read_upload("2019.XLS", OLD_EXCEL.read_bytes())
    assert (sheet.name, sheet.rows[2][:3]) == ("Năm 2019", ("1", "2019-03-05", "Lê Thị Chắt"))


def test_an_opendocument_file_is_read():
    cells = "".join(ODS_CELL.format(text=text, more="") for text in ("Lê Thị Chắt", "3/2/2024"))
    [sheet] = read_upload("so.ods", ods(f"<table:table-row>{cells}</table:table-row>"))
    assert sheet.rows == (("Lê Thị Chắt", "3/2/2024"),)


def test_a_cell_that_is_merged_downwards_says_the_same_in_each_row():
    sheet = read_upload("so.xlsx", ledger())[0]
    assert [sheet.rows[number][5] for number in (5, 6, 7)] == ["Thôn Đoài"] * 3


def test_a_macro_is_not_even_looked_at():
    content = rebuilt(ledger(), **{"xl__vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})
    assert len(read_upload("so.xlsx", content)) == 2


@pytest.mark.parametrize("name", ["so.xlsm", "so.pdf", "so", "so.csv.exe"])
def test_what_is_no_spreadsheet_by_its_name_is_refused(name):
    assert ".xlsx, .xls, .ods" in refused(name, b"x")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<html>", bytes(range(256)) * 40])
@pytest.mark.parametrize("name", ["so.xlsx", "so.xls", "so.ods"])
def test_what_is_no_spreadsheet_by_its_content_is_refused(name, content):
    assert refused(name, content).startswith("Không đọc được tệp này")


def test_a_bomb_of_more_than_a_gigabyte_ends_its_reader_alone():
    buffer, part = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with (
        zipfile.ZipFile(io.BytesIO(ledger())) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in set(old.namelist()) - {part}:
            new.writestr(name, old.read(name))
        with new.open(part, "w", force_zip64=True) as bomb:
            bomb.write(b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(1200):
                bomb.write(b"a" * (1 << 20))
            bomb.write(b"</t></is></c></row></sheetData></worksheet>")
    assert len(buffer.getvalue()) < uploads.MOST_BYTES
    assert refused("so.xlsx", buffer.getvalue())


def test_a_cell_at_the_far_end_of_a_sheet_ends_its_reader_alone():
    far = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + far
    assert refused("so.xlsx", rebuilt(ledger(), xl__worksheets__sheet1=sheet + b"</sheetData></worksheet>"))


def test_a_cell_that_is_repeated_a_million_times_is_refused():
    cell = ODS_CELL.format(text="x", more=' table:number-columns-repeated="16384"')
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    assert refused("so.ods", ods(row))


def test_an_outside_entity_is_not_followed():
    row = b'<row><c t="inlineStr"><is><t>&e;</t></is></c></row>'
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    evil = entity + b"<worksheet><sheetData>" + row + b"</sheetData></worksheet>"
    try:
        sheets = read_upload("so.xlsx", rebuilt(ledger(), xl__worksheets__sheet1=evil))
    except BadInput:
        return
    assert "root:" not in str([sheet.rows for sheet in sheets])


def test_a_million_columns_or_a_cell_without_end_are_refused():
    assert "60 cột" in refused("so.csv", b"a," * 1_000_000 + b"a")
    assert "2.000 chữ" in refused("so.csv", b"a,b\n" + b"x" * 5000)
    assert refused("so.csv", b"a,b\n" + b"x" * 200_000)
    assert "3.000 hàng" in refused("so.csv", b"a,b\n" * 3001)
    assert refused("so.csv", b"a\0b,c")


def test_empty_cells_at_the_end_of_every_row_are_no_columns():
    [sheet] = read_upload("so.csv", (TITLES + "," * 900 + "\n1,3/2/2024,Hạnh" + "," * 900).encode())
    assert [len(row) for row in sheet.rows] == [3, 3]


def test_a_file_of_nothing_is_refused():
    assert "không có hàng nào" in refused("so.csv", b",,\n\n , \n")


def test_markup_is_taken_out_and_everything_else_stays():
    [sheet] = read_upload("so.csv", "Tên,Nội dung\nHạnh,<script>alert(1)</script> đánh <3 lần".encode())
    assert "<script" not in sheet.rows[1][1]
    assert "đánh <3 lần" in sheet.rows[1][1]


def test_the_reader_can_write_no_file(tmp_path: Path):
    target = tmp_path / "x"
    code = (
        "from casework.web.workbook_reader import limit_this_process as l; l();"
        f"f = open({str(target)!r}, 'wb', buffering=0); f.write(b'secret')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode != 0
    assert target.read_bytes() == b""


def test_a_process_that_can_write_no_file_reads_an_upload_all_the_same():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    content = ledger()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        sheets = read_upload("so.xlsx", content)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(sheets) == 2


def test_a_row_of_csv_in_quotes_may_have_several_lines():
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["Tên", "Nội dung"], ["Hạnh", "một\nhai"]])
    [sheet] = read_upload("so.csv", buffer.getvalue().encode())
    assert sheet.rows[1] == ("Hạnh", "một\nhai")
