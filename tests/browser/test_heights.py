"""Nobody scrolls far on a phone of 360 pixels before they know what to do: the first page of every role is short."""

import pytest
from playwright.sync_api import Browser

from casework.app import create_app
from tests.browser.serving import serving
from tests.demonstration import Built

PHONE = 360
TALL = 3_000
# What lies outside a sentence stands alone, and is pressed with a thumb.
SMALL = """() => [...document.querySelectorAll('.who a, .go, .tasks a, .buttons a, summary, button')]
  .filter((one) => one.checkVisibility() && !one.closest('.hidden') && !one.classList.contains('hidden'))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .filter((one) => one.closest('.who') || getComputedStyle(one).display !== 'inline')
  .map((one) => one.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def site(built: Built):
    with serving(create_app(built.config)) as address:
        yield address


# A number to call, a link beside a value or alone in its line; a sentence may have one that is lower.
LONE = """() => [...document.querySelectorAll("main a[href^='tel:'], main dd a, main h2 + p > a, main h2 + ul > li > a")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("role", ["administrator", "lead"])
def test_a_number_or_a_link_that_stands_alone_is_hit_by_a_thumb(chromium: Browser, built: Built, site: str, role: str):
    card = next(one for one in built.demo.cards if one.role == role)
    context = chromium.new_context(viewport={"width": PHONE, "height": 780})
    page = context.new_page()
    page.goto(site + "/dang-nhap")
    page.fill("#username", card.username)
    page.fill("#passphrase", card.password)
    with page.expect_navigation():
        page.click("main form .button")
    wrong = {}
    for path in ("/", "/xa", "/noi-the-nao", "/tai-khoan/cua-toi"):
        page.goto(site + path)
        wrong[path] = (page.evaluate(LONE), page.evaluate("document.documentElement.scrollWidth") - PHONE)
    context.close()
    assert set(map(str, wrong.values())) == {"([], 0)"}, wrong


def test_the_first_page_of_every_role_is_no_longer_than_four_screens_of_a_phone(
    chromium: Browser, built: Built, site: str
):
    wrong, roles = [], set()
    for card in built.demo.cards:
        if card.role in roles:
            continue
        roles.add(card.role)
        context = chromium.new_context(viewport={"width": PHONE, "height": 780})
        page = context.new_page()
        page.goto(site + "/dang-nhap")
        page.fill("#username", card.username)
        page.fill("#passphrase", card.password)
        with page.expect_navigation():
            page.click("main form .button")
        page.wait_for_selector(".who a")
        height = page.evaluate("document.documentElement.scrollHeight")
        if height > TALL or page.evaluate(SMALL):
            wrong.append((card.role, height, page.evaluate(SMALL)))
        context.close()
    assert len(roles) >= 10
    assert wrong == []
