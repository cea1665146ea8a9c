"""An officer whose account locked for absence stands at the door with a phone of 360 pixels, and is let in."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from casework import clock, config
from casework.app import create_app
from casework.gate import Person
from casework.maintenance.idle_accounts import lock_idle_accounts
from casework.maintenance.system_actors import commune_ids, system_of
from tests.administration.new_installation import code_for, founded
from tests.browser.arriving import Arriving, arriving
from tests.browser.serving import serving
from tests.browser.walking import SCRIPTS_IF_LONG

DAY = 86_400 * clock.MICROSECOND
PHONE = 360
AT_DOOR = "h1:has-text('Lâu không vào sổ')"
HOME = "form[action='/dang-xuat']"


@dataclass
class Office:
    app: Flask
    site: str
    binh: str
    hoa: str

    def locks_who_was_away(self) -> None:
        gate = self.app.extensions["casework.gate"]
        for commune_id in commune_ids(gate):
            system: Person = system_of(commune_id)
            gate.perform(system, lock_idle_accounts)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "sổ"
    made = founded(folder)
    app = create_app(config.load(folder))
    with serving(app) as site:
        yield Office(app, site, code_for(made, "binh.hoi"), code_for(made, "hoa.hoi"))
    app.extensions["casework.gate"].database.engine.dispose()


def pictured(somebody: Arriving, name: str) -> None:
    """Keep a picture of a page where pictures are asked for."""
    if folder := os.environ.get("PICTURES"):
        somebody.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@SCRIPTS_IF_LONG
def test_away_for_46_days_he_is_in_by_a_colleague_s_word_and_the_next_time_by_paper(
    chromium: Browser, office: Office, script
):
    hoa = arriving(chromium, office.app, office.site, "hoa.hoi", width=PHONE, script=script)
    binh = arriving(chromium, office.app, office.site, "binh.hoi", width=PHONE, script=script)
    for member, code in ((hoa, office.hoa), (binh, office.binh)):
        member.takes_account(code)
        member.signs_in()
        member.leaves()
    began = clock.micros()
    with clock.use_clock(lambda: began + 40 * DAY):
        hoa.signs_in()
        hoa.page.goto(office.site + "/")
        assert "sẽ khóa trong 10 ngày tới: 1" in hoa.page.inner_text("main")
        pictured(hoa, "warned")
        hoa.page.goto(office.site + "/tai-khoan")
        assert hoa.page.locator("main >> text=nếu không đăng nhập").count() == 1
        pictured(hoa, "people")
        hoa.leaves()
    with clock.use_clock(lambda: began + 46 * DAY):
        hoa.signs_in()
        office.locks_who_was_away()
        binh.signs_in(AT_DOOR)
        pictured(binh, "door")
        digits = binh.page.inner_text(".paper-code")
        binh.page.goto(office.site + "/tim")
        assert binh.page.locator(AT_DOOR).count() == 1
        hoa.page.goto(office.site + "/")
        hoa.goes("main >> text=đang chờ ở cửa", "h1:has-text('Ai đang chờ ở cửa')")
        hoa.goes("main .task a", "#digits")
        pictured(hoa, "confirm")
        hoa.page.fill("#digits", "000 000" if digits != "000 000" else "111 111")
        hoa.goes("main form .button", "main >> text=6 số chưa đúng")
        hoa.page.fill("#digits", digits)
        hoa.goes("main form .button", "text=vào được rồi")
        binh.goes("main a.button", HOME)
        assert binh.page.locator(AT_DOOR).count() == 0
        binh.leaves()
        hoa.page.goto(office.site + "/")
        assert "Lê Thị Hòa" in hoa.page.inner_text("main") or "xác nhận" in hoa.page.inner_text("main")
        pictured(hoa, "returned")
        hoa.leaves()
    with clock.use_clock(lambda: began + 92 * DAY):
        hoa.signs_in()
        office.locks_who_was_away()
        binh.signs_in(AT_DOOR)
        binh.page.fill("#code", binh.paper.lower())
        binh.goes("main form .button", HOME)
        assert "hãy in tờ mới" in binh.page.inner_text("body")
        assert binh.page.locator("main >> text=Vừa trở lại").count() == 0
    assert hoa.walk.wrong + binh.walk.wrong == []
