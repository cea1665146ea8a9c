"""A person with a browser of their own, who checks every page that they come to."""

import pytest
from playwright.sync_api import Browser, Page

from casework import clock
from casework.vault.keys.enrolment import totp
from casework.web.session_loading import COOKIE
from tests.browser.accessibility import violations
from tests.people import STAFF, phone_of

SECRETS = ("Nguyễn", "Đào", "Lan", "bạo lực")
# The narrowest screen on which every page fits; it is that of the phone, so that nothing need be drawn twice.
NARROWEST = 320
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
_WITHOUT = pytest.param(False, marks=pytest.mark.prove, id="no-script")
# Of the longest stories, whose every form is sent without a script by the tests of its slice, which have no browser.
SCRIPTS_IF_LONG = pytest.mark.parametrize("script", [pytest.param(True, id="script"), _WITHOUT])
# Every width and either way of a script: no script asks for a width, and no style for a script.
SCREENS = pytest.mark.parametrize(
    ("width", "script"), [(NARROWEST, True), (1280, False)], ids=["phone", "desk-no-script"]
)
SCREENS_IF_LONG = pytest.mark.parametrize(
    ("width", "script"),
    [
        pytest.param(NARROWEST, True, id="phone"),
        pytest.param(1280, False, marks=pytest.mark.prove, id="desk-no-script"),
    ],
)
# Safari before 15.4, Chrome before 81 and UC do not say which button has sent a form.
OLD = "delete SubmitEvent.prototype.submitter"
WAYS_OF_SCRIPTS = pytest.mark.parametrize(
    ("width", "scripts"), [(NARROWEST, "on"), (1280, "off"), (360, "old")], ids=["phone", "desk-no-script", "old-phone"]
)

# On a phone in each of those ways, where `on_phone` is given `scripts`.
IN_EVERY_WAY = pytest.mark.parametrize("scripts", ["on", "off", "old"])


class Walk:
    """A person in a browser of their own, who checks every page that they come to."""

    def __init__(self, browser: Browser, site: str, width: int, *, script: bool = True) -> None:
        """Open a window; the wide one is dark."""
        scheme = "dark" if width > 1000 else "light"
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            color_scheme=scheme,  # type: ignore[arg-type]
            bypass_csp=True,
        )
        self.page, self.site, self.width, self.script = self.context.new_page(), site, width, script
        self.wrong: list[object] = []
        self.code = "khong-co-ma-nay"

    def comes_with(self, cookie: str) -> None:
        """Bring the session of somebody who has signed in elsewhere, where signing in is not what is looked at."""
        session_cookie = {
            "name": COOKIE,
            "value": cookie,
            "domain": "127.0.0.1",
            "path": "/",
            "secure": True,
            "httpOnly": True,
        }
        self.context.add_cookies([session_cookie])  # type: ignore[list-item]

    def signs_in(self, username: str) -> Page:
        """Sign in with both factors."""
        self.page.goto(self.site + "/dang-nhap")
        self.page.fill("#username", username)
        self.page.fill("#passphrase", STAFF[username].passphrase)
        self.goes("main form .button", "#digits")
        self.gives_digits(username)
        return self.page

    def gives_digits(self, username: str) -> None:
        """Type the digits of the phone; whoever signed in a moment ago waits for the next."""
        for step in (-1, 0, 1):
            at = clock.micros() + step * totp.STEP_SECONDS * clock.MICROSECOND
            self.page.fill("#digits", totp.code_at(phone_of(username), at))
            with self.page.expect_navigation():
                self.page.click("main form .button")
            self.page.wait_for_selector("main h1", state="attached")
            if self.page.query_selector("#digits") is None:
                break
        self.looks()

    def goes(self, press: str, arrives: str) -> None:
        """Press something, wait for what the next page shows, and look at that page."""
        with self.page.expect_navigation():
            self.page.click(press)
        self.page.wait_for_selector(arrives, state="attached")
        self.looks()

    def looks(self, *, axe: bool = True) -> None:
        """Note whatever is wrong with the page: its title, its address, its width, and what axe finds."""
        page = self.page
        self.wrong += [(page.url, word) for word in (*SECRETS, self.code) if word in page.title() + page.url]
        if self.width > NARROWEST:
            page.set_viewport_size({"width": NARROWEST, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") > NARROWEST:
            self.wrong.append((page.url, "too wide"))
        if self.width > NARROWEST:
            page.set_viewport_size({"width": self.width, "height": 800})
        if self.script and axe and self.width < 1000:
            self.wrong += [(page.url, broken) for broken in violations(page)]
