"""The first days of an office: papers, accounts, a new colleague, a night without a phone, and recovery."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, ViewportSize

from casework import config
from casework.administration import printed_pages
from casework.administration.printed_pages import PrintedPage
from casework.app import create_app
from casework.intake import actions as intake
from casework.web.session_loading import COOKIE, load_session
from tests.administration.new_installation import CODE, code_for, codes, founded, sheets_of
from tests.browser.arriving import Arriving, arriving
from tests.browser.serving import serving
from tests.browser.terminal import typed
from tests.browser.walking import SCRIPTS_IF_LONG
from tests.stories import dao

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"
NAME = "Cao Thị Thảo"
NAME_SHEET = f".sheet:has(h2:has-text('{NAME}'))"
# The printable part of an A5 sheet at 96 dots an inch, with the margins of the style.
SHEET: ViewportSize = {"width": 461, "height": 687}


@dataclass
class Office:
    """An installation that was set up a moment ago, its papers, and its address while it is served."""

    folder: Path
    made: list[PrintedPage]
    app: Flask
    site: str

    def case_of(self, somebody: Arriving) -> str:
        """Open a case in the session of a member's browser; return its address."""
        gate, settings = self.app.extensions["casework.gate"], self.app.extensions["casework.config"]
        [cookie] = [
            cookie_row["value"] for cookie_row in somebody.walk.context.cookies() if cookie_row["name"] == COOKIE
        ]
        session = load_session(gate, settings, cookie)
        assert session is not None
        draft = gate.perform(session.person, intake.start_draft, {1: {"danger": "no"}}, circle=[])
        return f"{self.site}/vu-viec/{gate.perform(session.person, intake.open_case, draft, dao())}"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office on its first day."""
    folder = tmp_path / "sổ"
    made = founded(folder)
    app = create_app(config.load(folder))
    with serving(app) as site:
        yield Office(folder, made, app, site)
    app.extensions["casework.gate"].database.engine.dispose()


def test_the_papers_of_an_office_are_one_sheet_each_and_every_code_stands_on_one_line(chromium: Browser, tmp_path):
    made = founded(tmp_path / "sổ")
    printed_pages.write(tmp_path / "papers.html", made)
    page = chromium.new_page(viewport=SHEET)
    page.emulate_media(media="print")
    page.goto((tmp_path / "papers.html").as_uri())
    boxes = page.evaluate("[...document.querySelectorAll('section')].map((one) => one.getBoundingClientRect().height)")
    assert len(boxes) == len(made)
    assert max(boxes) <= SHEET["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEET["width"]
    heights = page.evaluate("[...document.querySelectorAll('code')].map((one) => one.getClientRects().length)")
    assert heights == [1] * sum(len(codes(page)) for page in made)
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/MediaBox") == len(made)
    page.close()


@SCRIPTS_IF_LONG
def test_an_office_admits_its_first_people_and_then_a_colleague(chromium: Browser, office: Office, script):
    def somebody(username: str, width: int = 320) -> Arriving:
        return arriving(chromium, office.app, office.site, username, width=width, script=script)

    hoa, son, thao = somebody("hoa.hoi", 1280), somebody("son.quantri"), somebody("thao")
    for member in (hoa, son):
        assert member.takes_account(code_for(office.made, member.username)) == "", "the code on paper carries the key"
        member.signs_in()
    son.page.goto(office.site + "/tai-khoan")
    son.goes("main >> text=Ghi tên người mới", "#username")
    son.page.fill("#name", NAME)
    son.page.fill("#username", "thao")
    son.page.click("label:has-text('Tư vấn viên')")
    son.goes("main form .button", f"main >> text={NAME}")
    assert son.page.locator(f"{NAME_SHEET} button").count() == 0, "an administrator makes no code"
    hoa.page.goto(office.site + "/tai-khoan/cho-nhan")
    hoa.goes(f"{NAME_SHEET} button:has-text('Tạo mã')", ".sheet .paper-code")
    words = thao.takes_account(hoa.page.inner_text(".sheet .paper-code"))
    assert len(words.split()) == 4
    thao.goes("main a.button", "#username")
    thao.signs_in("h1:has-text('Chờ đồng nghiệp xác nhận')")
    assert thao.page.inner_text(".paper-code") == words
    thao.page.goto(office.site + "/tim")
    assert thao.page.inner_text("h1") == "Chờ đồng nghiệp xác nhận"
    hoa.page.goto(office.site + "/")
    hoa.goes("main >> text=đang chờ xác nhận", NAME_SHEET)
    assert hoa.page.inner_text(f"{NAME_SHEET} .paper-code") == words
    hoa.goes(f"{NAME_SHEET} button:has-text('Đúng bốn từ')", "text=Đã xác nhận")
    thao.goes("main a.button", "main >> text=Ghi nhận vụ việc")
    assert hoa.walk.wrong + son.walk.wrong + thao.walk.wrong == []


@pytest.fixture
def binh(chromium: Browser, office: Office, request) -> Arriving:
    """The deputy, who has taken their account and signed in."""
    script = request.node.callspec.params.get("script", True) if hasattr(request.node, "callspec") else True
    deputy = arriving(chromium, office.app, office.site, "binh.hoi", script=script)
    deputy.takes_account(code_for(office.made, "binh.hoi"))
    deputy.signs_in()
    return deputy


@SCRIPTS_IF_LONG
def test_a_night_without_a_phone_and_one_without_a_passphrase(office: Office, binh: Arriving, script):
    case = office.case_of(binh)
    binh.leaves()
    binh.goes("main >> text=dùng mã giấy", "#code")
    binh.page.fill("#username", "binh.hoi")
    binh.page.fill("#code", binh.paper)
    binh.page.click("label:has-text('Không có điện thoại')")
    binh.page.fill("#passphrase", binh.passphrase)
    binh.goes("main form .button", "main >> text=hãy gắn điện thoại mới")
    binh.page.goto(case)
    assert binh.page.locator("main h1").count() == 1
    binh.page.goto(office.site + "/tai-khoan/cua-toi")
    binh.goes("main >> text=Đổi điện thoại", "svg.qr")
    binh.pairs()
    binh.goes("main form .button", ".sheet .paper-code")
    spent, binh.paper = binh.paper, binh.page.inner_text(".sheet .paper-code")
    binh.goes("main a.button", "form[action='/dang-xuat']")
    binh.leaves()
    for code, arrives in ((spent, ".wrong"), (binh.paper, "main >> text=trong 15 phút")):
        binh.page.goto(office.site + "/dang-nhap/ma-giay")
        binh.page.fill("#username", "binh.hoi")
        binh.page.fill("#code", code)
        binh.page.click("label:has-text('Quên mật khẩu')")
        binh.page.fill("#digits", binh.digits())
        binh.goes("main form .button", arrives)
    before = binh.passphrase
    binh.chooses()
    assert binh.passphrase != before
    binh.goes("main form .button", ".sheet .paper-code")
    binh.page.goto(case)
    assert binh.page.url == case
    assert binh.walk.wrong == []


def test_with_two_sheets_that_fit_the_deputy_comes_back_and_reads_their_cases_again(office: Office, binh: Arriving):
    case, dealt = office.case_of(binh), sheets_of(office.made, UNION)
    words = ["recover", "--data", str(office.folder), "--agency", "womens_union"]
    status, shown = typed(words, ["binh.hoi", "2", dealt[2], "3", dealt[3]])
    assert (status, CODE.findall(shown)) == (1, []), shown
    binh.page.goto(case)
    assert binh.page.url == case, "a refused pair changes nothing"
    status, shown = typed(words, ["binh.hoi", "1", dealt[1], "2", dealt[2]])
    assert status == 0, shown
    assert dealt[1] not in shown, "what is typed is not shown"
    code = CODE.findall(shown)[0]
    binh.page.goto(case)
    assert "/dang-nhap" in binh.page.url
    assert binh.takes_account(code) == ""
    binh.signs_in()
    binh.page.goto(case)
    assert binh.page.url == case
    assert binh.walk.wrong == []
