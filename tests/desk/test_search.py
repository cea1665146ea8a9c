"""Search in what one can open: names, telephones, codes; nothing of it stands in an address."""

import unicodedata

import pytest

from casework.desk import actions as desk
from tests.house import only_sqlite
from tests.stories import CANARIES

pytestmark = only_sqlite


@pytest.mark.parametrize(
    "query",
    [
        "Nguyễn Thị Đào",
        "nguyen thi dao",
        "NGUYEN THI ĐAO",
        pytest.param(unicodedata.normalize("NFD", "Nguyễn Thị Đào"), id="decomposed"),
        "thi dao",
        "0987 612 345",
    ],
)
def test_a_case_is_found_by_name_with_or_without_marks_and_by_telephone(lan, browser, query):
    case_id = lan.opens_a_case()
    answer = browser("lan").post("/tim", data={"query": query})
    assert answer.status_code == 200
    assert str(case_id) in answer.text
    assert CANARIES["address"] not in answer.text


@pytest.mark.parametrize("query", ["+84 987 612 345", "0084987612345", "612345"])
def test_a_telephone_is_found_however_it_is_written(lan, query):
    case_id = lan.opens_a_case()
    assert [line.id for line in lan.does(desk.search, query)] == [case_id]


def test_a_case_is_found_by_its_code(lan, browser):
    case_id = lan.opens_a_case()
    code = lan.does(desk.read_case, case_id).line.code
    assert str(case_id) in browser("lan").post("/tim", data={"query": code}).text


def test_results_show_the_code_and_no_name(lan, browser):
    lan.opens_a_case()
    page = browser("lan").post("/tim", data={"query": "nguyen thi"}).text
    assert CANARIES["identity"] not in page


def test_what_is_out_of_reach_is_not_found(lan, mai, browser):
    lan.opens_a_case()
    page = browser("mai").post("/tim", data={"query": "nguyen thi dao"}).text
    assert "Không thấy vụ việc nào" in page


@pytest.mark.parametrize("query", ["", " ", "a", "x" * 200])
def test_a_query_that_cannot_be_searched_for_says_why(browser, query):
    answer = browser("lan").post("/tim", data={"query": query})
    assert answer.status_code == 422
    assert "data-problems" in answer.text


def test_the_thirty_first_search_of_a_minute_waits_and_keeps_its_words(lan, browser):
    client = browser("lan")
    for _ in range(30):
        assert client.post("/tim", data={"query": "dao"}).status_code == 200
    answer = client.post("/tim", data={"query": "dao hoa"})
    assert answer.status_code == 429
    assert 'value="dao hoa"' in answer.text
    assert "Hãy chờ một chút" in answer.text
