"""The old ledger in a real browser, on a phone and without a script: brought, looked at, imported, taken along."""

import pytest
from playwright.sync_api import Browser

from casework.desk import actions as desk
from tests.browser.walking import SCREENS, Walk
from tests.house import House, only_sqlite
from tests.ledger_import.conftest import sheet_of

pytestmark = only_sqlite
ON = "main form .buttons .button"
ROWS = [f"{n};{n}/2/2024;;{1950 + n};;Việc thứ {n}" for n in range(1, 13)]
LUNAR = "13;rằm tháng bảy;;1990;;Chồng dọa"


@pytest.fixture
def walk(chromium: Browser, house: House, site: str):
    """Open a browser as somebody who has signed in."""
    walks = []

    def opened(username: str, width: int, *, script: bool) -> Walk:
        walks.append(Walk(chromium, site, width, script=script))
        walks[-1].comes_with(house[username].cookie)
        walks[-1].page.goto(site + "/tim")
        return walks[-1]

    yield opened
    for one in walks:
        one.context.close()


@SCREENS
def test_a_lead_brings_the_old_ledger_in_four_presses(walk, house, width, script):
    at = walk("hoa", width, script=script)
    page = at.page
    at.goes("text=Nhập sổ giấy cũ", "#ledger")
    at.goes(ON, "[data-problems]")
    content = sheet_of(*ROWS, LUNAR)
    page.set_input_files("#ledger", {"name": "so.csv", "mimeType": "text/csv", "buffer": content})
    at.goes(ON, "#c0")
    at.goes(ON, "text=Nhập 12 ca vào sổ")
    assert "âm lịch" in page.inner_text("main")
    at.goes(ON, "h1:has-text('nhập')")
    while page.locator("progress").count():
        at.goes(ON, "h1:has-text('nhập')")
    assert "Đã nhập xong" in page.inner_text("h1")
    with page.expect_download() as download:
        page.click("text=Tải những hàng để lại")
    assert "rằm tháng bảy" in download.value.path().read_text(encoding="utf-8-sig")
    assert len(house["hoa"].does(desk.list_cases).cases) == 12
    assert at.wrong == []
