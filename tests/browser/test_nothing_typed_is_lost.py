"""What is typed is there again, in a real browser with all scripts, with none, and with one too old to name a button.

Each representative form is lost in the ways of a hand: the language, the cover, another page and Back, signing out in
another tab, the lock, no network.
"""

from collections.abc import Callable, Iterator
from urllib.parse import unquote
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from casework.intake import actions as intake
from casework.web.session_loading import COOKIE
from tests.browser.walking import OLD, WAYS_OF_SCRIPTS, Walk
from tests.house import House, Someone, only_sqlite
from tests.referrals.scenes import ground

pytestmark = only_sqlite
WORDS = "Chị ấy gọi lại: 'A & B' <3 tuổi, hẹn thứ năm"
MINUTE = 60_000


class Hand:
    """Somebody who types into a form, loses it before it is sent, and finds it again."""

    def __init__(self, walk: Walk, lan: Someone) -> None:
        self.walk, self.page, self.lan = walk, walk.page, lan

    def types(self, path: str, box: str, words: str = WORDS) -> None:
        self.page.goto(self.walk.site + path)
        self.page.fill(box, words)

    def presses(self, press: str) -> None:
        with self.page.expect_navigation():
            self.page.click(press)
        self.page.wait_for_selector("main", state="attached")

    def finds(self, box: str, words: str = WORDS) -> None:
        """Find the words in their box, or offered on the same page, one press away."""
        self.page.wait_for_selector(box, state="attached")
        if self.page.input_value(box) != words:
            self.presses(".banner a.go[href^='/viet-do/']")
        assert self.page.input_value(box) == words

    def changes_the_language(self) -> None:
        self.presses("footer button[name=roi][lang]")

    def covers_the_screen(self) -> None:
        self.presses("footer button[value=che]")
        for _once in ("cover", "uncover"):
            self.page.fill("#short", "2580")
            self.presses("main form .button")

    def sends_after_signing_out_elsewhere(self) -> None:
        self.walk.context.clear_cookies(name=COOKIE)
        self.presses("main form .button:not(.quiet):not(.back) >> nth=-1")
        assert "/dang-nhap" in self.page.url, self.page.url
        self.lan.leaves()
        self.walk.comes_with(self.lan.cookie)
        self.page.goto(self.walk.site + unquote(self.page.url.partition("tiep=")[2]))

    def goes_elsewhere_and_back(self, box: str, words: str) -> None:
        self.page.fill(box, words)
        self.presses("a.brand")
        assert self.page.locator("a[href^='/viet-do/']").count() > 0, "it stands on the first page"
        self.page.go_back()


@pytest.fixture
def hand(chromium: Browser, house: House, site: str) -> Iterator[Callable[[int, str], Hand]]:
    walks: list[Walk] = []

    def opened(width: int, scripts: str) -> Hand:
        walks.append(Walk(chromium, site, width, script=scripts != "off"))
        if scripts == "old":
            walks[-1].context.add_init_script(OLD)
        walks[-1].comes_with(house["lan"].cookie)
        return Hand(walks[-1], house["lan"])

    yield opened
    for walk in walks:
        walk.context.close()


@pytest.fixture
def case_id(lan: Someone) -> UUID:
    return lan.opens_a_case()


@pytest.fixture
def draft(lan: Someone) -> str:
    """A draft of a person in danger, at its third page."""
    draft_id = lan.does(intake.start_draft, {1: {"danger": ["yes"]}, 2: {"secret": ["nobody"]}}, circle=[])
    return f"/ghi-nhan/{draft_id}"


@WAYS_OF_SCRIPTS
def test_whatever_is_typed_is_there_again(hand, house: House, case_id: UUID, draft: str, width: int, scripts: str):
    case, ground_id = f"/vu-viec/{case_id}", ground(house, case_id, "health_station")
    typing = hand(width, scripts)
    for path, box in {
        f"{draft}/3": "[name=call_her]",
        f"{draft}/4": "[name=wishes]",
        case: "#words",
        f"{case}/story/sua": "#words",
        f"{case}/chuyen-gui/can-cu/nguy-hiem": "[name=reason]",
        f"{case}/chuyen-gui/can-cu/{ground_id}/xem-truoc": "[name=words]",
        f"{case}/dong": "[name=words]",
    }.items():
        typing.types(path, box)
        typing.changes_the_language()
        typing.finds(box)
        typing.covers_the_screen()
        typing.finds(box)
        typing.sends_after_signing_out_elsewhere()
        typing.finds(box)
        if scripts != "off":
            typing.goes_elsewhere_and_back(box, f"{WORDS}!")
            typing.finds(box, f"{WORDS}!")


@WAYS_OF_SCRIPTS
def test_each_button_of_an_intake_does_what_it_says_and_keeps_the_page(hand, draft: str, width: int, scripts: str):
    """Where the pressed button is forgotten, none of them would: the page would go on instead."""
    typing = hand(width, scripts)
    for press, leads_to in {
        "button.back": "/3",
        "[value=steps]": "/nguy-hiem",
        "main [name=draft][value='1']": "/4",
    }.items():
        typing.types(f"{draft}/4", "[name=wishes]", words := f"{WORDS} {leads_to}")
        typing.presses(press)
        assert typing.page.url.partition("?")[0].endswith(leads_to)
        typing.page.goto(f"{typing.walk.site}{draft}/4")
        assert typing.page.input_value("[name=wishes]") == words
    typing.page.goto(f"{typing.walk.site}/ghi-nhan")
    typing.page.check("[name=danger][value=yes]")
    typing.page.check("[name=mode][value=record]")
    typing.presses("main form .buttons .button")
    typing.presses("main button[name=called]")
    assert typing.page.query_selector("[name=secret]"), "whoever called goes on"


def test_a_screen_that_locks_keeps_the_text_and_waits_for_the_network(hand, case_id: UUID):
    typing = hand(360, "on")
    page = typing.page
    page.clock.install()
    typing.types(f"/vu-viec/{case_id}", "#words")
    page.screenshot()
    page.route("**/viet-do", lambda route: route.abort())
    page.clock.run_for(15 * MINUTE + 10_000)
    page.wait_for_selector("main", state="hidden")
    assert page.is_visible("#offline")
    page.unroute("**/viet-do")
    page.clock.run_for(6_000)
    page.wait_for_url("**viet-do=**")
    typing.finds("#words")


def test_what_was_sent_is_offered_no_more_and_what_is_not_wanted_is_thrown_away(hand, case_id: UUID):
    typing = hand(1280, "on")
    typing.types(f"/vu-viec/{case_id}", "#words")
    typing.goes_elsewhere_and_back("#words", WORDS)
    typing.finds("#words")
    typing.presses("text=Lưu ghi chú")
    assert typing.page.locator("a[href^='/viet-do/']").count() == 0
    typing.goes_elsewhere_and_back("#words", "không cần nữa")
    typing.finds("#words", "không cần nữa")
    typing.presses("text=Bỏ bản viết dở này")
    assert typing.page.locator("a[href^='/viet-do/']").count() == 0
    assert typing.page.input_value("#words") == ""
