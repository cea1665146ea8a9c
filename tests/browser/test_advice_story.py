"""Advice alone in a real browser: kept on one page, made a case in one tap; and what to say, on one sheet."""

import re

import pytest
from playwright.sync_api import Browser

from casework.desk import actions as desk
from casework.intake import advice_actions as advice
from tests.browser.walking import SCREENS, Walk
from tests.house import House, only_sqlite
from tests.people import STAFF, THANH_SON

pytestmark = only_sqlite
ON = "main form .buttons .button:not(.quiet)"
WORDS = "hỏi ly hôn có phải hòa giải không"
PRINTED = [name for name, person in STAFF.items() if person.commune_id == THANH_SON]


@pytest.fixture
def walk(chromium: Browser, house: House, site: str):
    """Open a browser as somebody who has signed in."""
    walks = []

    def opened(username: str, width: int, *, script: bool = True) -> Walk:
        walks.append(Walk(chromium, site, width, script=script))
        walks[-1].comes_with(house[username].cookie)
        walks[-1].page.goto(site + "/")
        return walks[-1]

    yield opened
    for walk in walks:
        walk.context.close()


@SCREENS
def test_who_only_asks_is_kept_without_a_case_until_one_tap_makes_it_one(walk, lan, width, script):
    at = walk("lan", width, script=script)
    page = at.page
    at.goes("text=Ghi nhận vụ việc", "#danger-0")
    page.check("[name=danger][value=no]")
    page.check("[name=mode][value=advice]")
    at.goes(ON, "#words")
    at.goes(ON, "[data-problems]")
    page.select_option("#channel", "TRUC_TIEP")
    page.check("[name=topics][value=divorce]")
    page.check("[name=child][value=no]")
    page.fill("#words", WORDS)
    at.goes(ON, "text=Không có vụ việc nào được mở")
    assert lan.does(desk.list_cases).cases == ()
    assert [contact.advice.words for contact in lan.does(advice.list_advice)] == [WORDS]
    at.goes("main form .buttons .button.quiet", "#secret-0")
    page.check("#secret-0")
    at.goes(ON, "#call_her")
    assert [contact.drafted for contact in lan.does(advice.list_advice)] == [True]
    assert at.wrong == []


@pytest.mark.parametrize("username", PRINTED)
def test_what_a_role_says_prints_on_one_sheet(walk, site, username):
    page = walk(username, 1280).page
    page.goto(site + "/noi-the-nao?goi=bac")
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
