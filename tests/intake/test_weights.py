"""Pages come over a slow line: how heavy each may be, as it is sent, without any compression."""

import pytest

from casework.cases.sections import Incident, Perpetrator
from tests.house import Someone, only_sqlite
from tests.intake.filling import PARTS, SHARING, TOLD, fills
from tests.stories import dao

pytestmark = only_sqlite
LIGHT = 15 * 1024
# Five agencies to be asked about and thirty-one signs and needs stand on one page, and the token of its form.
HEAVY = 22 * 1024
EVERYBODY = {**SHARING, "at_once": "police", **{f"consent_{code}": "granted" for code in PARTS}}


def weight(answer) -> int:
    assert answer.status_code == 200
    return len(answer.data)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_an_intake_is_light(browser, language):
    lan = browser("lan")
    lan.post("/ngon-ngu", data={"lang": language, "back": "/"})
    draft = fills(lan, {1: {**TOLD, "danger": "yes"}, 6: EVERYBODY})
    weights = {number: weight(lan.get(f"/ghi-nhan/{draft}/{number}")) for number in range(1, 9)}
    heaviest = weights.pop(6)
    assert weight(lan.get("/ghi-nhan")) < LIGHT
    assert max(weights.values()) < LIGHT, weights
    assert heaviest < HEAVY


def test_the_first_page_the_list_and_the_page_of_a_case_are_light(browser, lan: Someone):
    cases = [lan.opens_a_case() for _ in range(12)]
    client = browser("lan")
    for path in ("/", "/tim", "/dia-chi", "/chuyen-gui", f"/vu-viec/{cases[0]}", f"/vu-viec/{cases[0]}/story"):
        assert weight(client.get(path)) < LIGHT, path
    results = client.post("/tim", data={"query": "nguyen thi dao"})
    assert results.text.count('scope="row"') == 12
    assert weight(results) < LIGHT


# Nothing of it waits to be sent, and the chair need not be told: what is weighed is the line of the list.
OUTSIDE = dao(grounds=(), incident=Incident(other=("DANH_DAP",)), perpetrator=Perpetrator(relation="NGUOI_LA"))


def test_one_more_case_in_a_list_weighs_little(browser, lan: Someone):
    client = browser("lan")
    # Enough of them for the list to be folded.
    for _ in range(6):
        lan.opens_a_case(OUTSIDE)
    before = weight(client.get("/"))
    for _ in range(10):
        lan.opens_a_case(OUTSIDE)
    assert (weight(client.get("/")) - before) / 10 < 300
