"""The desk in a real browser: from the first page to a note, on a phone and on a desk, with and without scripts."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from casework.addresses import actions as addresses
from casework.cases.trusted_addresses import AddressEntry
from casework.desk import actions as desk
from casework.web.session_loading import COOKIE
from tests.browser.accessibility import violations
from tests.browser.walking import SCREENS
from tests.house import House, only_sqlite
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
HALL = AddressEntry(
    "Nhà văn hóa thôn Đoài", "Đinh Văn Khoát", "Thôn Đoài", "culture_house", 4, "ngày và đêm", "0900000106"
)
SMALL = """() => [...document.querySelectorAll('main a, main button, main input, main select, main textarea, summary')]
  .filter((one) => !['hidden', 'radio', 'checkbox'].includes(one.type) && one.offsetParent)
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([html]) => html)"""


@pytest.fixture
def opened(chromium: Browser, house: House, site: str):
    """Open a page in the browser of somebody who is signed in."""
    contexts = []

    def open_page(username: str, path: str, width: int = 360, **options) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 740}, **options)
        contexts.append(context)
        cookie = house[username].cookie
        context.add_cookies(
            [{"name": COOKIE, "value": cookie, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}]
        )
        page = context.new_page()
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@SCREENS
def test_a_counsellor_finds_a_case_shows_the_name_and_adds_a_note(opened, lan, width, script):
    case_id = lan.opens_a_case(dao(danger="yes"))
    page = opened("lan", "/tim", width, java_script_enabled=script)
    page.fill("#query", "nguyen thi dao")
    page.click("main button")
    page.click(".cases a")
    page.wait_for_url(f"**/vu-viec/{case_id}")
    assert CANARIES["identity"] not in page.content()
    page.emulate_media(media="print")
    assert page.is_visible(".safe")
    assert not [
        element
        for element in page.query_selector_all("main button, main .button, main textarea")
        if element.is_visible()
    ]
    page.emulate_media(media="screen")
    page.click("text=Hiện tên")
    page.wait_for_selector(".name[role=status]")
    assert CANARIES["identity"] in page.inner_text("main")
    assert CANARIES["identity"] not in page.title() + page.url
    page.fill("#words", "Gọi lại: 'A & B' <3 tuổi, nói <im đi> rồi đánh")
    page.click("text=Lưu ghi chú")
    page.wait_for_selector("text=Đã lưu ghi chú.")
    page.click("text=Ghi chép tư vấn")
    page.wait_for_selector("article")
    assert "Gọi lại: 'A & B' <3 tuổi, nói <im đi> rồi đánh" in page.inner_text("article")


@SCREENS
def test_a_section_is_changed_on_a_page_of_its_own(opened, lan, width, script):
    case_id = lan.opens_a_case()
    page = opened("lan", f"/vu-viec/{case_id}/identity", width, java_script_enabled=script)
    page.click("text=Sửa")
    page.fill("#birth_year", "2569")
    page.click("main button")
    page.wait_for_selector("[data-problems]")
    assert page.input_value("#birth_year") == "2569"
    page.fill("#birth_year", "1988")
    page.click("main button")
    page.wait_for_selector("text=Đã lưu.")
    assert "1988" in page.inner_text("main")


def pages_of(case_id: UUID, place_id: UUID, sealed: UUID) -> dict[str, list[str]]:
    """What each of them opens."""
    case = f"/vu-viec/{case_id}"
    return {
        "lan": [
            *(
                "/",
                "/tim",
                "/da-dong",
                "/dang-theo-doi",
                case,
                f"{case}/dien-bien",
                f"/vu-viec/{sealed}",
                f"{case}/story/cu",
                f"{case}/dong",
            ),
            *(f"{case}/{word}" for word in ("incident", "story", "counselling")),
            *(f"{case}/{word}/sua" for word in ("identity", "incident", "plan")),
        ],
        "hoa": ["/dia-chi", "/dia-chi/moi", f"/dia-chi/{place_id}/thoi-dung", "/nhat-ky"],
        "quang": ["/", "/nhat-ky", "/quy-tac", "/so-lieu"],
        "cuong": ["/"],
        "thu": ["/", "/tim"],
        "son": ["/"],
    }


@pytest.fixture
def pages(lan, mai, hoa) -> dict[str, list[str]]:
    """Everybody's pages of a house where something has happened."""
    place_id = hoa.does(addresses.add_address, HALL)
    case_id, sealed = lan.opens_a_case(dao(danger="yes")), lan.opens_a_case(circle=[mai])
    lan.does(desk.add_note, case_id, "Đã gọi.")
    hoa.does(desk.read_case, case_id)
    return pages_of(case_id, place_id, sealed)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_every_page_can_be_read_touched_and_fits_and_its_title_tells_nothing(site, opened, pages, lan, width, scheme):
    secrets = ("bạo lực", "Nguyễn", "Lan", lan.does(desk.list_cases).cases[0].code)
    wrong: list[tuple[str, object]] = []
    for username, paths in pages.items():
        page = opened(username, paths[0], width, bypass_csp=True, color_scheme=scheme)
        for path in paths:
            page.goto(site + path)
            wrong += [(path, broken) for broken in violations(page)]
            wrong += [(path, html) for html in page.evaluate(SMALL)]
            wrong += [(path, page.title()) for word in secrets if word in page.title()]
            page.set_viewport_size({"width": 320, "height": 640})
            wrong += [(path, "wide")] * (page.evaluate("document.documentElement.scrollWidth") > 320)
            page.set_viewport_size({"width": width, "height": 740})
    assert wrong == []


def test_what_is_typed_at_sign_in_can_be_looked_at_and_only_with_a_script(chromium: Browser, site: str):
    for script in (True, False):
        context = chromium.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(site + "/dang-nhap")
        reveal = page.locator("[data-reveals]")
        assert reveal.is_visible() is script
        if script:
            page.fill("#passphrase", "một hai ba")
            reveal.click()
            assert page.get_attribute("#passphrase", "type") == "text"
            reveal.click()
            assert page.get_attribute("#passphrase", "type") == "password"
            assert page.input_value("#passphrase") == "một hai ba"
        context.close()


def test_a_case_on_paper_says_on_each_sheet_whose_it_is_and_holds_nothing_to_press(opened, lan):
    case_id = lan.opens_a_case()
    code = lan.does(desk.read_case, case_id).line.code
    page = opened("lan", f"/vu-viec/{case_id}/in", 1280)
    assert not page.is_visible(".printer, .printed")
    page.emulate_media(media="print")
    assert page.inner_text(".printer") == "Trần Thị Lan"
    foot = page.locator(".printed")
    assert code in foot.inner_text()
    # A table's foot that may not be broken is what a browser repeats on each sheet.
    style = "(one) => [getComputedStyle(one).display, getComputedStyle(one).breakInside]"
    assert foot.evaluate(style) == ["table-footer-group", "avoid"]
    assert CANARIES["story"] in page.content()
    left = page.locator("a.button, button, input, textarea, nav, header, .exit").all()
    assert [one.evaluate("(one) => one.outerHTML.slice(0, 80)") for one in left if one.is_visible()] == []
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4"))) > 1
