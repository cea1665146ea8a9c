"""The short number of the log: written down after signing in, compared later, shown to nobody outside."""

import re

import pytest

from casework.audit import read
from casework.audit.verify import verify
from casework.desk import actions as desk
from casework.errors import BadInput
from casework.oversight import actions as oversight
from casework.oversight import number_check
from tests.house import House, only_sqlite
from tests.tampering import stolen

NUMBER = re.compile(r"\b[1-9][0-9]*-[0-9a-f]{8}\b")


def end(house: House) -> str:
    with house.crypto() as crypto:
        return read.log_end(crypto)


def test_the_number_at_home_is_where_the_log_ended_and_is_what_verification_says(house, hoa):
    assert hoa.cookie
    expected = end(house)
    assert hoa.does(desk.list_cases).watch.number == expected
    with house.crypto() as crypto:
        assert verify(crypto).short == end(house)


@only_sqlite
@pytest.mark.parametrize(
    ("username", "told"),
    [
        ("hoa", True),
        ("binh", True),
        ("quang", True),
        ("son", True),
        ("lan", False),
        ("cuong", False),
        ("chinh", False),
        ("thu", False),
        ("rang", False),
        ("hien", False),
    ],
)
def test_those_who_watch_see_the_number_at_home_and_nobody_else(browser, username, told):
    assert bool(NUMBER.search(browser(username).get("/").text)) is told


@only_sqlite
@pytest.mark.parametrize("path", ["/dang-nhap", "/dang-nhap/ma-giay", "/dia-chi", "/quy-tac", "/healthz"])
def test_no_page_for_visitors_says_how_much_is_done_here(browser, path):
    assert not NUMBER.search(browser("").get(path).text)


def test_a_number_written_down_is_found_again_however_it_is_typed(house, lan, hoa):
    number = end(house)
    lan.opens_a_case()
    n, digits = number.split("-")
    for typed in (number, f" {n[0]}.{n[1:]} – {digits.upper()} ", f"{n}−{digits[:4]} {digits[4:]}"):
        found = hoa.does(number_check.compare, typed)
        assert (found.found, found.number) == ("holds", number)
    assert found.lines > int(n)


def test_a_log_that_was_cut_is_shorter_than_the_number(house, lan, hoa):
    lan.opens_a_case()
    assert hoa.cookie
    n, digits = end(house).split("-")
    assert hoa.does(number_check.compare, f"{int(n) + 500}-{digits}").found == "shorter"


def test_a_log_that_was_rewritten_bears_another_number(house, hoa):
    n, digits = end(house).split("-")
    assert hoa.does(number_check.compare, f"{n}-{int(digits, 16) ^ 1:08x}").found == "differs"


@only_sqlite
def test_a_line_that_was_changed_is_found_whatever_hash_still_stands_there(house, hoa):
    assert hoa.cookie
    number = end(house)
    with house.gate.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_line SET at = at + 1 WHERE n = 5")
    assert hoa.does(number_check.compare, number).found == "touched"
    with stolen(house) as thief:
        early = min(row["n"] for row in thief.rows("audit_line") if row["n"] > 1)
        [row] = thief.rows("audit_line", n=early, commune_id=hoa.person.commune_id)
    assert hoa.does(number_check.compare, f"{early}-{row['h'].hex()[:8]}").found == "holds"


@pytest.mark.parametrize("typed", ["12", "12-xyz", "0-00000000", "-ab12cd34", "9" * 40 + "-ab12cd34", "١٢-ab12cd34"])
def test_what_is_no_number_is_said_to_be_none(hoa, typed):
    with pytest.raises(BadInput):
        hoa.does(number_check.compare, typed)


def test_the_line_of_a_verification_says_what_it_found(house, hoa):
    hoa.does(oversight.verify_log)
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", act="audit.verify")
    assert '"reason":"holds"' in line["body"]


@only_sqlite
class TestPages:
    """The page on which a number is compared."""

    @pytest.mark.parametrize("username", ["quang", "son", "hoa"])
    def test_the_number_from_home_holds_at_the_next_sign_in(self, house, browser, username):
        [number] = set(NUMBER.findall(browser(username).get("/").text))
        house[username].leaves()
        page = browser(username).post("/doi-chieu", data={"number": number})
        assert page.status_code == 200
        assert "Khớp: nhật ký còn nguyên" in page.text

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("99999-ab12cd34", "nay ngắn hơn lúc bạn ghi"),
            ("1-00000000", "ở dòng ấy nay là chữ số khác"),
        ],
    )
    def test_what_does_not_fit_is_said_in_words(self, browser, typed, words):
        assert words in browser("quang").post("/doi-chieu", data={"number": typed}).text

    def test_a_log_that_was_touched_is_said_to_be(self, house, browser):
        client = browser("quang")
        number = end(house)
        with house.gate.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE audit_line SET at = at + 1 WHERE n = 5")
        assert "Nhật ký đã bị động vào" in client.post("/doi-chieu", data={"number": number}).text

    @pytest.mark.parametrize("typed", ["", "tám trăm", "x" * 60])
    def test_a_wrong_number_comes_back_with_what_to_type(self, browser, typed):
        page = browser("quang").post("/doi-chieu", data={"number": typed})
        assert page.status_code == 422
        assert "data-problems" in page.text
        assert f'value="{typed}"' in page.text
