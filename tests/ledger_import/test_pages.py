"""The pages of an import: what they say, what they keep to themselves, and the file of what stays out."""

import csv
import io

import pytest

from casework.desk import actions as desk
from casework.web.request_limits import FILE_LIMIT
from tests.house import only_sqlite
from tests.ledger_import.conftest import sheet_of
from tests.ledger_import.messy_ledger import ledger

pytestmark = only_sqlite
ROWS = (
    "1;3/2/2024;Nguyễn Thị Hạnh;1987;912345678;Chồng đánh",
    "2;rằm tháng bảy;Lê Thị Mùi;1990;;=cmd|'/c calc'!A1",
    "3;4/2/2024;Nguyễn Thị Hạnh;1987;;<b>Chồng</b> & <i onclick=x>con</i> <script>alert(1)</script>",
)


def brings(client, content: bytes, filename: str = "so.csv"):
    return client.post("/nhap-so", data={"ledger": (io.BytesIO(content), filename)})


def address_of(answer) -> str:
    return answer.location.removesuffix("/cot")


def chooses(client, content: bytes, filename: str = "so.csv") -> str:
    """Bring a file and leave its columns as they are proposed; return the address of the preview."""
    at = address_of(brings(client, content, filename))
    page = client.get(f"{at}/cot").text
    chosen = {}
    for number, select in enumerate(page.split("<select")[1:]):
        chosen[f"c{number}"] = next(
            (o.split('"')[1] for o in select.split("<option value=")[1:] if "selected" in o.split(">")[0]), ""
        )
    assert client.post(f"{at}/cot", data=chosen).status_code == 303
    return at


def test_the_whole_way_from_the_file_to_the_cases(house, browser):
    client = browser("hoa")
    at = chooses(client, sheet_of(*ROWS))
    page = client.get(at).text
    assert "Nhập 1 ca vào sổ" in page
    assert "âm lịch" in page
    assert "mất số 0" in page
    assert "Hạnh" not in page
    assert client.post(at, data={}).status_code == 303
    assert "Đã nhập xong" in client.get(at).text
    [line] = house["hoa"].does(desk.list_cases).cases
    assert "Nhập từ sổ giấy" in client.get(f"/vu-viec/{line.id}").text


def test_what_stays_out_comes_back_as_a_file_that_begins_no_formula(browser):
    client = browser("hoa")
    at = chooses(client, sheet_of(*ROWS))
    answer = client.get(f"{at}/chua-nhap.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    titles, lunar, twice = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert titles[:3] == ["Trang tính", "Hàng", "Vì sao chưa nhập"]
    assert "âm lịch" in lunar[2]
    assert lunar[-1] == "'=cmd|'/c calc'!A1"
    assert twice[2] == "Giống hàng 2 ở trên."


def test_what_was_taken_along_can_be_corrected_and_brought_again(house, browser):
    client = browser("hoa")
    at = chooses(client, sheet_of(*ROWS))
    client.post(at, data={})
    left = client.get(f"{at}/chua-nhap.csv").data.decode("utf-8-sig").replace("rằm tháng bảy", "19/8/2024")
    again = chooses(client, left.encode())
    client.post(again, data={})
    assert len(house["hoa"].does(desk.list_cases).cases) == 2


def test_markup_of_a_cell_is_words_on_every_page(house, browser):
    client = browser("hoa")
    at = chooses(client, sheet_of("3;<script>alert(1)</script>;<b>Hạnh</b>;<img src=x onerror=y>;<u>9</u>;x"))
    page = client.get(at).text
    assert "<script>alert" not in page
    assert "onerror=" not in page


def test_a_file_that_is_too_large_gets_a_sentence(browser):
    client = browser("hoa")
    head = b'--x\r\nContent-Disposition: form-data; name="ledger"; filename="so.csv"\r\n\r\n'
    body = head + b"a" * (FILE_LIMIT + 1) + b"\r\n--x--\r\n"
    answer = client.post("/nhap-so", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "nhiều nhất 10 MB" in answer.text


@pytest.mark.parametrize(("name", "said"), [("so.pdf", ".xlsx, .xls, .ods"), ("so.xlsx", "Không đọc được tệp này")])
def test_a_file_that_is_no_ledger_gets_a_sentence_beside_its_box(browser, name, said):
    answer = brings(browser("hoa"), b"%PDF-1.7", name)
    assert answer.status_code == 422
    assert said in answer.text


def test_no_file_at_all_is_asked_for(browser):
    answer = browser("hoa").post("/nhap-so", data={})
    assert answer.status_code == 422
    assert "Hãy chọn tệp của sổ" in answer.text


@pytest.mark.parametrize("username", ["lan", "cuong", "thu", "son"])
def test_who_is_no_lead_is_refused_and_shown_no_link(browser, username):
    client = browser(username)
    assert client.get("/nhap-so").status_code == 403
    assert brings(client, sheet_of(*ROWS)).status_code == 403
    assert "/nhap-so" not in client.get("/tim").text


def test_an_address_of_another_leads_ledger_looks_like_one_that_is_not_there(browser):
    at = chooses(browser("hoa"), sheet_of(*ROWS))
    binh = browser("binh")
    wrong = "/nhap-so/00000000-0000-4000-8000-000000000000"
    for end in ("", "/cot", "/chua-nhap.csv", "/bo"):
        other, none = binh.get(at + end), binh.get(wrong + end)
        assert (other.status_code, other.text) == (404, none.text)
    assert binh.post(at, data={}).status_code == 404


def test_a_ledger_that_was_discarded_is_gone(browser):
    client = browser("hoa")
    at = chooses(client, sheet_of(*ROWS))
    assert "Bỏ tệp sổ giấy này?" in client.get(f"{at}/bo").text
    assert client.post(f"{at}/bo").status_code == 303
    assert client.get(at).status_code == 404


def test_columns_twice_the_same_come_back_as_they_were_chosen(browser):
    client = browser("hoa")
    at = address_of(brings(client, sheet_of(*ROWS)))
    answer = client.post(f"{at}/cot", data={"c0": "received", "c1": "received", "c2": "name"})
    assert answer.status_code == 422
    assert "Hai cột cùng là một điều" in answer.text
    assert answer.text.count('<option value="received" selected>') == 2


def test_no_page_of_the_messy_ledger_is_heavier_than_a_slow_line_bears(browser):
    client = browser("hoa")
    at = chooses(client, ledger(), "so.xlsx")
    for address in (f"{at}/cot", at, f"{at}?trang=3"):
        assert len(client.get(address).data) < 30 * 1024


def test_a_file_of_nothing_but_duplicates_can_still_be_imported(house, browser):
    client = browser("hoa")
    for _ in range(2):
        at = chooses(client, sheet_of(ROWS[0]))
        client.post(at, data={})
    assert len(house["hoa"].does(desk.list_cases).cases) == 1
    at = chooses(client, sheet_of(ROWS[0]))
    assert 'name="with_duplicates"' in client.get(at).text
    client.post(at, data={"with_duplicates": "y"})
    assert len(house["hoa"].does(desk.list_cases).cases) == 2
