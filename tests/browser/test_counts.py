"""Counts in a real browser: the lead closes a quarter, the statistician sees what was released."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from casework.app import create_app
from casework.web.session_loading import COOKIE
from tests.browser.accessibility import violations
from tests.browser.serving import serving
from tests.browser.walking import SCREENS
from tests.house import House, Someone, only_sqlite
from tests.statistics.timeline import Timeline, first_of

pytestmark = only_sqlite


@pytest.fixture
def timeline(house: House) -> Iterator[Timeline]:
    """A timeline with a closed quarter and one that is over, on the day after it."""
    timeline = Timeline(house, first_of(house))
    timeline.record(timeline.first, 5)
    timeline.close(timeline.first)
    timeline.record(timeline.after(1), 4)
    with timeline.on(timeline.after(1).next_day):
        yield timeline


@pytest.fixture
def site(timeline: Timeline) -> Iterator[str]:
    """The application of this house, served with its form tokens."""
    with serving(create_app(timeline.house.config)) as address:
        yield address


def page_of(chromium: Browser, somebody: Someone, width: int, **options) -> Page:
    """Open the browser of somebody who is signed in."""
    context = chromium.new_context(viewport={"width": width, "height": 740}, **options)
    context.add_cookies(
        [
            {
                "name": COOKIE,
                "value": somebody.cookie,
                "domain": "127.0.0.1",
                "path": "/",
                "secure": True,
                "httpOnly": True,
            }
        ]
    )
    return context.new_page()


@SCREENS
def test_a_lead_closes_a_quarter_and_the_statistician_sees_it(chromium, timeline, site, width, script):
    lead = page_of(chromium, timeline.house["hoa"], width, java_script_enabled=script)
    lead.goto(site)
    lead.click("text=Xem số liệu rồi chốt kỳ")
    lead.wait_for_selector("text=Số thật")
    lead.click("main button")
    lead.wait_for_url("**/so-lieu")
    assert "Đã công bố" in lead.inner_text("body")
    thu = page_of(chromium, timeline.house["thu"], width, java_script_enabled=script)
    thu.goto(f"{site}/so-lieu")
    main = thu.inner_text("main")
    assert f"Năm {timeline.after(1).year}" in main
    assert "chỉ những vụ được báo" in main
    assert "cộng đúng" in main
    thu.goto(f"{site}/chot-ky")
    assert "Số thật" not in thu.inner_text("body")
    for page in (lead, thu):
        page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_the_pages_of_counts_can_be_read_and_fit(chromium, timeline, site, width, scheme):
    wrong: list[tuple[str, object]] = []
    for username, path in (("thu", "/so-lieu"), ("hoa", "/so-lieu"), ("hoa", "/chot-ky"), ("hoa", "/")):
        page = page_of(chromium, timeline.house[username], width, bypass_csp=True, color_scheme=scheme)
        page.goto(site + path)
        wrong += [(path, broken) for broken in violations(page)]
        wrong += [(path, page.title())] * ("bạo lực" in page.title())
        page.set_viewport_size({"width": 320, "height": 640})
        wrong += [(path, "wide")] * (page.evaluate("document.documentElement.scrollWidth") > 320)
        page.context.close()
    assert wrong == []
