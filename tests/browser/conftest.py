"""What the stories share: the application of a house, and people on a phone who look at each page that they see."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Route

from casework.app import create_app
from tests.browser.serving import serving
from tests.browser.walking import OLD, Walk
from tests.house import House
from tests.source import ROOT

PHONE = 360
FONTS = ROOT / "casework" / "static" / "fonts"


@pytest.fixture
def site(house: House) -> Iterator[str]:
    """The application of this house, served with its form tokens."""
    with serving(create_app(house.config)) as address:
        yield address


def _give_font(route: Route) -> None:
    """Answer from here: a story leaves pages sooner than a server has sent their fonts, and would leave them open."""
    name = route.request.url.rpartition("/")[2].partition("?")[0]
    route.fulfill(path=FONTS / name, content_type="font/woff2")


@pytest.fixture
def on_phone(chromium: Browser, house: House, site: str) -> Iterator[Callable[..., Walk]]:
    """Open a phone as somebody who has signed in, at their first page; what is wrong with a page fails the test."""
    walks: list[Walk] = []

    def opened(username: str, *, script: bool = True, scripts: str = "on") -> Walk:
        walks.append(Walk(chromium, site, PHONE, script=script and scripts != "off"))
        if scripts == "old":
            walks[-1].context.add_init_script(OLD)
        walks[-1].context.route("**/static/fonts/*", _give_font)
        walks[-1].comes_with(house[username].cookie)
        walks[-1].page.goto(site + "/")
        return walks[-1]

    yield opened
    for walk in walks:
        walk.context.close()
    assert [walk.wrong for walk in walks if walk.wrong] == []
