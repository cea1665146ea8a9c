"""Nobody scrolls far on a phone of 360 pixels before they know what to do: the first page of every role is short."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from casework.app import create_app
from casework.demo.cards import SignInCard
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
LONE = """() => [...document.querySelectorAll(
  "main a[href^='tel:'], main dd a, main h2 + p > a, main h2 + ul > li > a")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 90))"""


@contextlib.contextmanager
def signed_in(chromium: Browser, site: str, card: SignInCard) -> Iterator[Page]:
    """Yield the first page of somebody of the demo on a phone."""
    context = chromium.new_context(viewport={"width": PHONE, "height": 780})
    page = context.new_page()
    page.goto(site + "/dang-nhap")
    page.fill("#username", card.username)
    page.fill("#passphrase", card.password)
    with page.expect_navigation():
        page.click("main form .button")
    page.wait_for_selector(".who a")
    yield page
    context.close()


def card_of(built: Built, role: str) -> SignInCard:
    return next(card for card in built.demo.cards if card.role == role)


@pytest.mark.parametrize("role", ["administrator", "lead", "reporter", "host"])
def test_a_number_or_a_link_that_stands_alone_is_hit_by_a_thumb(chromium: Browser, built: Built, site: str, role: str):
    wrong = {}
    with signed_in(chromium, site, card_of(built, role)) as page:
        page.goto(site + "/dia-chi")
        places = page.eval_on_selector_all(".place-card h3 a", "all => all.slice(0, 1).map((one) => one.pathname)")
        assert bool(places) == (role == "lead")
        for path in ("/", "/xa", "/noi-the-nao", "/tai-khoan/cua-toi", *places):
            page.goto(site + path)
            wrong[path] = (page.evaluate(LONE), page.evaluate("document.documentElement.scrollWidth") - PHONE)
    assert set(map(str, wrong.values())) == {"([], 0)"}, wrong


@pytest.mark.parametrize("role", ["lead", "counsellor", "officer", "administrator"])
def test_what_to_say_is_printed_on_one_sheet(chromium: Browser, built: Built, site: str, role: str):
    with signed_in(chromium, site, card_of(built, role)) as page:
        page.goto(site + "/noi-the-nao")
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4"))) == 1


def test_the_first_page_of_every_role_is_no_longer_than_four_screens_of_a_phone(
    chromium: Browser, built: Built, site: str
):
    wrong, roles = [], set()
    for card in built.demo.cards:
        if card.role in roles:
            continue
        roles.add(card.role)
        with signed_in(chromium, site, card) as page:
            height = page.evaluate("document.documentElement.scrollHeight")
            if height > TALL or page.evaluate(SMALL):
                wrong.append((card.role, height, page.evaluate(SMALL)))
    assert len(roles) >= 10
    assert wrong == []
