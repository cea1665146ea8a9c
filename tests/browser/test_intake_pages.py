"""Every page of an intake in a real browser: it fits, can be touched and understood, with and without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from casework.addresses import actions as addresses
from casework.app import create_app
from casework.cases.trusted_addresses import AddressEntry
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from casework.web.session_loading import COOKIE
from tests.browser.accessibility import violations
from tests.browser.serving import serving
from tests.house import DUTY_PHONE, House, only_sqlite

pytestmark = only_sqlite
HALL = AddressEntry(
    "Nhà văn hóa thôn Đoài", "Đinh Văn Khoát", "Thôn Đoài", "culture_house", 4, "ngày và đêm", "0900000106"
)
WORDS = "nói <im đi> rồi đánh\ncon <3 tuổi khóc, A & B"
SMALL = """() => [...document.querySelectorAll('main a, main button, main input, main select, main textarea, summary')]
  .filter((one) => !['hidden', 'radio', 'checkbox'].includes(one.type) && one.offsetParent)
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 40).map(([html]) => html)"""
# A phone shows some 640 of it at a time; the strip of a demo takes 24 more.
LONGEST = 2_500 - 24
# Whatever a page asks and nobody has answered: the first choice of each question, and words where there are lines.
ANSWER = """() => {
  const open = [...document.querySelectorAll('main form input, main form select, main form textarea')];
  const rest = ['at_once', 'happened_on'];
  const left = (one) => ['hidden', 'submit'].includes(one.type) || rest.some((name) => one.name.startsWith(name));
  const asked = (one) => one.name && !left(one);
  const known = {birth_year: '1990', phone: '0987 612 345', count: '2'};
  for (const one of open.filter(asked)) {
    if (one.type === 'radio') {
      const all = [...document.getElementsByName(one.name)];
      if (!all.some((each) => each.checked)) one.checked = true;
    } else if (one.type === 'checkbox') {
      const all = [...document.getElementsByName(one.name)];
      if (one.name !== 'unclear' && all.every((each) => !each.checked)) one.checked = true;
    } else if (one.tagName === 'SELECT') {
      if (!one.value) one.selectedIndex = 1;
    } else if (!one.value) {
      one.value = known[one.name] || 'Thứ bảy, sau chợ, lúc vắng nhà';
    }
  }
}"""
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


@pytest.fixture
def site(house: House) -> Iterator[str]:
    """The application of this house, with one trusted address, served with its form tokens."""
    house["hoa"].does(addresses.add_address, HALL)
    with serving(create_app(house.config)) as address:
        yield address


@pytest.fixture
def screen(chromium: Browser, house: House, site: str):
    """Open the first page of an intake in the browser of a counsellor."""
    contexts = []

    def opened(width: int, **options) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 740}, bypass_csp=True, **options)
        contexts.append(context)
        cookie = house["lan"].cookie
        context.add_cookies(
            [{"name": COOKIE, "value": cookie, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}]
        )
        page = context.new_page()
        page.goto(site + "/ghi-nhan")
        return page

    yield opened
    for context in contexts:
        context.close()


def press(page: Page) -> None:
    """Press the one primary button of a form in the page."""
    with page.expect_navigation():
        page.click("main form .buttons .button:not(.quiet)")


def walk(page: Page, *, child: bool = False, full: bool = False) -> Iterator[str]:
    """Go through all pages, stopping at each as it is first seen and once as it looks with something wrong.

    A `full` one leaves none of the later pages' questions about the person without an answer.
    """
    yield "told"
    if child:
        page.check("[name=age_group][value=LT16]")
    page.check("[name=danger][value=yes]")
    page.check("[name=mode][value=record]")
    press(page)
    yield "steps"
    press(page)
    yield "readers"
    page.check("[name=secret][value=somebody]")
    press(page)
    yield "readers, wrong"
    page.fill("[name=whom]", "anh Tư, trưởng thôn")
    page.get_by_label("Phạm Thu Mai").check()
    press(page)
    yield "reach"
    for name in _asks(page):
        yield name
        # Whoever consents in person has no representative, of whom the rest of that page asks.
        if full and name != "consent" and not name.endswith("wrong"):
            page.evaluate(ANSWER)


def _asks(page: Page) -> Iterator[str]:
    page.fill("[name=call_her]", "Chị Hai")
    page.select_option("[name=channel]", "call")
    page.select_option("[name=reporter_type]", "BAN_THAN")
    page.select_option("[name=address_id]", label="Nhà văn hóa thôn Đoài (Thôn Đoài)")
    for part, typed in (("day", "31"), ("month", "2"), ("year", "2026")):
        page.fill(f"[name=happened_on-{part}]", typed)
    press(page)
    yield "reach, wrong"
    page.fill("[name=happened_on-day]", "20")
    press(page)
    yield "person"
    page.check("[name=sex][value=NU]")
    press(page)
    yield "event"
    page.check("[name=acts][value=A]")
    page.fill("[name=words]", WORDS)
    press(page)
    yield "sharing"
    page.select_option("[name=relation]", "VO_CHONG")
    page.check("[name=consent_police][value=granted]")
    press(page)
    yield "consent"
    page.check("[name=consent_by][value=herself]")
    press(page)
    yield "check"
    press(page)


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (360, "dark"), (1280, "light")])
def test_every_page_fits_and_can_be_read_and_touched(screen, width, scheme):
    page = screen(width, color_scheme=scheme)
    seen = []
    for name in walk(page):
        seen.append(name)
        page.evaluate(OPEN)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(SMALL) == [], name
        assert width == 320 or violations(page) == [], name
        assert page.locator("h1").count() == 1, name
    assert seen[-1] == "check"


@pytest.mark.parametrize("child", [False, True])
def test_no_page_that_asks_is_longer_than_four_screens_of_a_phone(screen, child: bool):
    """With its folds closed, while there is danger."""
    page = screen(360)
    heights: dict[str, int] = {}
    for name in walk(page, child=child):
        heights[name] = page.evaluate("document.documentElement.scrollHeight")
    assert len(heights) == 11
    assert {name: height for name, height in heights.items() if height > LONGEST} == {}


def test_the_last_page_is_no_longer_where_every_question_was_answered(screen):
    page = screen(360)
    for name in walk(page, full=True):
        if name == "check":
            break
    assert page.locator(".answers > div").count() >= 35
    assert page.evaluate("document.documentElement.scrollHeight") <= LONGEST


def test_why_somebody_said_no_is_asked_once_somebody_did(screen):
    page = screen(360, java_script_enabled=False)
    for name in walk(page):
        if name == "sharing":
            break
    assert not page.is_visible(".if-refused")
    page.check("[name=consent_police][value=refused]")
    assert page.is_visible(".if-refused")


def test_a_restricted_intake_is_recorded_without_a_script(screen, house: House, lan):
    page = screen(360, java_script_enabled=False)
    titles = {page.title() for _name in walk(page)}
    assert "/vu-viec/" in page.url
    (case,) = lan.does(desk.list_cases).cases
    assert case.code in page.inner_text("main .code")
    assert lan.does(desk.read_section, case.id, Section.STORY)[0].data.words == WORDS
    assert lan.does(desk.read_case, case.id).restricted
    assert house["hoa"].does(desk.list_cases).cases == ()
    assert [case.id for case in house["mai"].does(desk.list_cases).cases] == [case.id]
    assert not any("Hai" in title or "bạo lực" in title for title in titles)


def test_the_call_buttons_of_the_danger_page_dial(screen):
    page = screen(360)
    with page.expect_navigation():
        page.click("main button:has-text('Đang nguy hiểm?')")
    dialled = page.eval_on_selector_all("main a.button.danger", "all => all.map((one) => one.getAttribute('href'))")
    assert dialled[0] == "tel:113"
    assert {"tel:115", "tel:111"} <= set(dialled)
    assert page.inner_text("main li a.go") == DUTY_PHONE, "the number of the commune's own police"


def test_the_words_fit_the_person_who_listens(screen):
    page = screen(360)
    with page.expect_navigation():
        page.click("main nav button:has-text('bác')")
    aloud = page.inner_text(".aloud")
    assert "Bác muốn kể đến đâu" in aloud
    assert "chị" not in aloud.lower()
    page.check("[name=danger][value=yes]")
    page.check("[name=mode][value=advice]")
    press(page)
    assert "Ở lại với bác" in page.inner_text(".steps")
