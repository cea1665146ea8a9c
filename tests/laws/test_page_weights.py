"""Every page that somebody comes to by links stays light on a slow line, however much there is in a commune."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from lxml import html

from casework.accounts.admission_actions import add_member
from casework.addresses import actions as addresses
from casework.cases.advice import Advice
from casework.cases.sections import Identity
from casework.cases.trusted_addresses import AddressEntry
from casework.desk import actions as desk
from casework.intake import actions as intake
from casework.intake.advice_actions import record_advice
from casework.policy.vocabulary import Role
from casework.retention import voiding
from tests.house import HAMLETS, House, only_sqlite
from tests.notices.scenes import told
from tests.referrals.scenes import ground, referred
from tests.stories import dao

pytestmark = only_sqlite
LIGHT = 15 * 1024
# Five agencies to be asked about and twenty-one signs stand on one page, and the token of its form; a picture for a
# telephone is drawn square by square; what is printed before it is needed holds all pages of an intake.
HEAVY = {
    "/ghi-nhan/_/6": 22 * 1024,
    "/tai-khoan/cua-toi/dien-thoai": 22 * 1024,
    "/giay/ghi-nhan": 28 * 1024,
}
# More than fit a page, of everything of which there can be many.
MANY = 16
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What one answer of a filter leaves is like what another leaves, the second page of a list like the third.
_VALUE = re.compile(r"=[^&]*")


@pytest.fixture
def busy(house: House) -> House:
    """A commune where every list has more lines than a page holds."""
    lan, hoa, son = house["lan"], house["hoa"], house["son"]
    for number in range(MANY):
        urgent = referred(house, danger="yes")
        told(house, case_id=urgent.case_id)
        ground(house, urgent.case_id, "health_station")
        lan.does(desk.add_note, urgent.case_id, f"lần {number}")
        ground(house, urgent.case_id, "legal_aid", kind="danger", consent="", form="", reason=f"lý do {number}")
        lan.does(intake.start_draft, {1: {"danger": "no"}})
        advice = Advice(asked_on="2026-11-02", again_on="2026-11-03", channel="GOI_DIEN", topics=("rights",), words="x")
        lan.does(record_advice, advice)
        place = (
            f"Nhà văn hóa {number}",
            "Đinh Văn Khoát",
            HAMLETS[number % 3],
            "culture_house",
            4,
            "ngày",
            "0900000106",
        )
        hoa.does(addresses.add_address, AddressEntry(*place, note="gõ cửa sau"))
        son.does(add_member, f"moi.so{number}", f"Nguyễn Thị Người Mới {number}", Role.COUNSELLOR)
    for _ in range(MANY // 2):
        lan.does(desk.close_case, lan.opens_a_case(dao(grounds=())), outcome="needs_met", words="xong")
        hoa.does(voiding.void_case, lan.opens_a_case(dao(grounds=())), "mở nhầm vì nghe không rõ")
    return house


def pages(client: FlaskClient) -> Iterator[tuple[str, int, bool]]:
    """Yield each kind of page that links lead to from the first one: its address, its weight, whether it goes on."""
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop()
        kind = _VALUE.sub("=", _ID.sub("_", path))
        if kind in seen or "&" in kind:
            continue
        seen.add(kind)
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = html.fromstring(answer.text)
        yield kind, len(answer.data), bool(page.xpath("//a[@rel='next']"))
        waiting += [link.partition("#")[0] for link in page.xpath("//a/@href") if link.startswith("/")]


LISTS = {
    "lan": {"/dang-theo-doi", "/chuyen-gui", "/tin-bao", "/tu-van", "/dia-chi", "/viec/ban-nhap", "/viec/chua-gui"},
    "hoa": {"/dang-theo-doi", "/chuyen-gui", "/chuyen-gui/khong-can-dong-y", "/nhat-ky", "/viec/xem-lai"},
    "cuong": {"/chuyen-gui", "/dia-chi"},
    "chinh": {"/tin-bao", "/dia-chi"},
    "son": {"/tai-khoan", "/ra-soat"},
}


def test_no_page_is_heavy_however_much_there_is(busy: House, browser):
    for username, lists in LISTS.items():
        found = list(pages(browser(username)))
        heavy = {path: weight for path, weight, _ in found if weight > HEAVY.get(path, LIGHT)}
        assert heavy == {}, username
        paged = {path.partition("?")[0] for path, _, goes_on in found if goes_on}
        assert lists - paged == set(), username


def test_what_a_search_finds_is_read_page_by_page_and_the_query_stays_out_of_addresses(house: House, browser):
    lan = house["lan"]
    every = {str(lan.opens_a_case(dao(grounds=(), identity=Identity(name=f"Lò Thị Đào {n}")))) for n in range(20)}
    client, found = browser("lan"), set[str]()
    page = client.post("/tim", data={"query": "lo thi dao"})
    while True:
        assert len(page.data) < LIGHT
        tree = html.fromstring(page.text)
        assert "20" in tree.xpath("string(//main//h2)")
        found |= {link.removeprefix("/vu-viec/") for link in tree.xpath("//table//th/a/@href")}
        onward = tree.xpath("//button[@name='trang'][normalize-space()='Trang sau']/@value")
        if not onward:
            break
        [query] = tree.xpath("//form[@class='pages']/input[@name='query']/@value")
        page = client.post("/tim", data={"query": query, "trang": onward[0]})
    assert found == every
