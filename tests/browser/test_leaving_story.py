"""A counsellor leaves angry: the lead locks the account, offboards them, and takes over; on a phone and a desktop."""

import os

import pytest
from playwright.sync_api import Browser, Page

from casework.web.session_loading import COOKIE
from tests.browser.accessibility import violations
from tests.browser.walking import OLD, SCREENS
from tests.house import House, Someone, only_sqlite
from tests.stories import dao

pytestmark = only_sqlite
SMALL = """() => [...document.querySelectorAll('main a.button, main button, main input, main select')]
  .filter((one) => !['hidden', 'radio', 'checkbox'].includes(one.type) && one.offsetParent)
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([html]) => html)"""
LOOK = os.environ.get("CASEWORK_LOOK", "")


@pytest.fixture
def opened(chromium: Browser, house: House, site: str):
    """Open a page in the browser of somebody who is signed in."""
    contexts = []

    def open_page(username: str, path: str, width: int, *, old: bool = False, **options) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 740}, **options)
        contexts.append(context)
        cookie = house[username].cookie
        if old:
            context.add_init_script(OLD)
        context.add_cookies(
            [{"name": COOKIE, "value": cookie, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}]
        )
        page = context.new_page()
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def press(page: Page, what: str) -> None:
    """Press what leads to another page, and wait until that page is there."""
    with page.expect_navigation():
        page.click(what)


def calm(page: Page, name: str, width: int) -> None:
    """Check what a page must be for everybody: it fits, can be touched, and axe finds nothing."""
    if LOOK:
        page.screenshot(path=f"{LOOK}/leaving-{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL) == []
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scripts"), [(1280, "on"), (360, "on"), (360, "off"), (360, "old")])
def test_a_counsellor_leaves_angry_and_nothing_is_lost(
    opened, house: House, lan: Someone, hoa: Someone, width, scripts
):
    case_id = lan.opens_a_case(dao(danger="yes"))
    # Where no script runs, axe does not either.
    looks = calm if scripts != "off" else lambda *_: None
    way = {"old": scripts == "old", "java_script_enabled": scripts != "off"}
    counsellor_page = opened("lan", f"/vu-viec/{case_id}", width, **way)
    page = opened("hoa", "/tai-khoan", width, bypass_csp=True, **way)
    looks(page, "people", width)
    press(page, "text=Khóa Trần Thị Lan")
    looks(page, "lock", width)
    press(page, "main button.danger")
    page.wait_for_selector("text=Đã khóa tài khoản")
    counsellor_page.reload()
    assert "/dang-nhap" in counsellor_page.url
    press(page, "text=Cho rời Trần Thị Lan")
    looks(page, "leave", width)
    press(page, "main button.danger")
    page.wait_for_selector("text=Người ấy đã rời")
    looks(page, "left", width)
    page.goto(page.url.replace("/tai-khoan", "/"))
    page.wait_for_selector("h2:has-text('Đổi cách liên lạc an toàn')")
    looks(page, "home", width)


@SCREENS
def test_a_case_is_sealed_to_two_changed_and_given_back(opened, house: House, lan: Someone, width, script):
    case_id = lan.opens_a_case()
    page = opened("lan", f"/vu-viec/{case_id}", width, java_script_enabled=script, bypass_csp=True)
    press(page, "main >> text=Ai đọc được vụ việc này")
    for name, go in (("readers", "text=Giữ kín cho vài người"), ("restrict", "")):
        calm(page, name, width) if script else None
        press(page, f"main >> {go}") if go else None
    press(page, "main button.danger")
    page.wait_for_selector(".wrong")
    page.click("label:has-text('Phạm Thu Mai')")
    press(page, "main button.danger")
    page.wait_for_selector("text=Vụ việc kín")
    calm(page, "sealed", width) if script else None
    press(page, "main >> text=Thêm hoặc bớt người đọc")
    page.click("label:has-text('Lê Thị Hòa')")
    press(page, "main button.button")
    page.wait_for_selector("main >> text=Lê Thị Hòa")
    press(page, "main >> text=Giao cho người khác phụ trách")
    calm(page, "hand-over", width) if script else None
    page.go_back()
    press(page, "main >> text=Thôi giữ kín riêng")
    calm(page, "lift", width) if script else None
    press(page, "main button.danger")
    page.wait_for_selector("text=không còn giữ kín riêng")
    assert house["binh"].presence
