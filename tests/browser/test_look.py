"""Every macro in a real browser: it fits, it can be touched, read and used without a script."""

import pytest

from tests.browser.accessibility import violations
from tests.browser.serving import serving
from tests.web.sample import sample_app

SMALL = """() => [...document.querySelectorAll('button, input, select, textarea, nav a, .back, .choices label')]
  .filter((one) => one.type !== 'hidden' && !one.closest('.choices input, .hidden'))
  .filter((one) => !['radio', 'checkbox'].includes(one.type))
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([html]) => html)"""


@pytest.fixture(scope="module")
def site():
    """The sample app, served."""
    with serving(sample_app()) as address:
        yield address


@pytest.fixture
def page_at(chromium, site):
    """Open a path in a context of its own and give (page, what the console said)."""
    contexts = []

    def opened(path, width=360, **options):
        context = chromium.new_context(viewport={"width": width, "height": 740}, **options)
        contexts.append(context)
        page = context.new_page()
        messages = []
        page.on("console", lambda message: messages.append(message.text))
        page.goto(site + path)
        return page, messages

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", ["/everything", "/status/404"])
def test_no_page_scrolls_sideways_and_no_policy_is_broken(page_at, path, width):
    page, messages = page_at(path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not [line for line in messages if "Content Security Policy" in line or "Uncaught" in line]


def test_every_target_can_be_touched(page_at):
    page, _ = page_at("/everything#danh-muc")
    assert page.is_visible("nav a")
    assert page.evaluate(SMALL) == []


def test_the_head_of_a_phone_is_low_and_the_menu_opens_without_a_script(page_at):
    page, _ = page_at("/everything", java_script_enabled=False)
    assert page.locator(".top").bounding_box()["height"] <= 120
    assert not page.is_visible("nav a")
    page.click(".to-menu")
    assert page.is_visible("nav a")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(page_at, scheme, width):
    page, _ = page_at("/everything", width, color_scheme=scheme, bypass_csp=True)
    assert violations(page) == []


def test_axe_says_what_is_wrong(page_at):
    page, _ = page_at("/everything", bypass_csp=True)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert violations(page) == [("button-name", "<button></button>")]


@pytest.mark.parametrize("style", ["color: #999", "background: #333", "opacity: 0.4"])
def test_letters_that_are_hard_to_read_are_found_on_a_page_that_was_looked_at_before(page_at, style):
    page, _ = page_at("/everything", bypass_csp=True)
    assert violations(page) == []
    page.evaluate("style => { document.querySelector('main p').style.cssText = style; }", style)
    for _again in range(2):
        assert {rule for rule, _ in violations(page)} == {"color-contrast"}


def test_the_font_is_ours_and_a_first_visit_is_small(chromium, site):
    context = chromium.new_context()
    page = context.new_page()
    sizes = {}
    page.on("response", lambda got: sizes.update({got.url: len(got.body())}))
    page.goto(site + "/question", wait_until="networkidle")
    assert page.evaluate("document.fonts.check('700 16px \"Noto Sans\"', 'Đế')")
    assert sum(sizes.values()) <= 120 * 1024
    sizes.clear()
    page.goto(site + "/question?again", wait_until="networkidle")
    assert sum(size for url, size in sizes.items() if "/static/" not in url) <= 15 * 1024
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_wrong_form_says_so_with_and_without_a_script(page_at, script):
    page, _ = page_at("/everything", java_script_enabled=script)
    page.fill("#phone", "12 34")
    page.click(".buttons .button:not(.quiet)")
    page.wait_for_selector("[data-problems]")
    assert page.title().startswith("Cần sửa:")
    assert page.input_value("#phone") == "12 34"
    page.click("[data-problems] a >> nth=1")
    assert page.url.split("#")[1] in page.content()


def test_the_summary_of_what_is_wrong_is_read_first(page_at):
    page, _ = page_at("/everything")
    page.click(".buttons .button:not(.quiet)")
    page.wait_for_selector("[data-problems]")
    page.wait_for_function("document.activeElement.hasAttribute('data-problems')")


def test_without_a_network_the_text_stays_and_can_be_sent_later(page_at):
    page, _ = page_at("/everything")
    page.route("**/healthz", lambda route: route.abort())
    page.fill("#story", "Lời kể dài")
    page.click(".buttons .button:not(.quiet)")
    page.wait_for_selector("#offline:not([hidden])")
    assert page.input_value("#story") == "Lời kể dài"
    page.unroute("**/healthz")
    page.click(".buttons .button:not(.quiet)")
    page.wait_for_selector("[data-problems]")
    assert page.input_value("#story") == "Lời kể dài"


def test_a_double_tap_sends_once_and_keeps_the_button(page_at):
    page, _ = page_at("/everything")
    sent = []
    page.on("request", lambda asked: sent.append(asked.post_data or ""))
    page.evaluate("() => { const draft = document.querySelector('[name=draft]'); draft.click(); draft.click(); }")
    page.wait_for_selector("[data-problems]")
    assert [body.count("draft=1") for body in sent if "csrf_token" in body] == [1]


def test_shift_three_times_leaves(page_at):
    page, _ = page_at("/everything")
    page.route("https://www.google.com/**", lambda route: route.fulfill(body="trời nắng"))
    page.focus("#story")
    for _press in range(2):
        page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    assert page.url.endswith("/everything")
    for _press in range(2):
        page.keyboard.press("Shift")
    page.wait_for_url("https://www.google.com/**")


@pytest.mark.parametrize("script", [True, False])
def test_the_way_out_works_and_back_does_not_show_the_case(page_at, script):
    page, _ = page_at("/everything", java_script_enabled=script)
    page.route("https://www.google.com/**", lambda route: route.fulfill(body="trời nắng"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("https://www.google.com/**")
    assert "Thanh Sơn" not in page.content()


def test_a_quiet_screen_warns_and_then_asks_for_the_page_anew(page_at, site):
    page, _ = page_at("/question")
    page.clock.install()
    page.goto(site + "/everything")
    page.fill("#story", "Chị ấy kể")
    # Filling scrolls, and its event comes with the next picture: drawn later, it would stand for a hand at the screen.
    page.screenshot()
    page.clock.run_for(14 * 60 * 1000 - 20_000)
    assert not page.is_visible("#idle")
    page.clock.run_for(40_000)
    page.locator("#idle").wait_for(state="visible")
    page.keyboard.press("b")
    page.locator("#idle").wait_for(state="hidden")
    with page.expect_request(lambda asked: asked.is_navigation_request()) as sent:
        page.clock.run_for(15 * 60 * 1000 + 5_000)
    assert sent.value.url == site + "/everything"


def test_paper_shows_the_case_and_nothing_to_press(page_at):
    page, _ = page_at("/everything", 1280)
    page.emulate_media(media="print")
    assert page.is_visible("text=Liên lạc an toàn")
    for gone in (".exit", ".top", ".foot", ".buttons", ".skip"):
        assert not page.is_visible(gone)


def test_a_tap_on_a_near_day_fills_the_boxes_and_typing_takes_the_choice_back(page_at):
    page, _ = page_at("/everything")
    yesterday = "input[name=happened-near] >> nth=1"
    page.check(yesterday, force=True)
    typed = [page.input_value(f"[name=happened-{part}]") for part in ("day", "month", "year")]
    assert "-".join(f"{int(part):02d}" for part in reversed(typed)) == page.input_value(yesterday)
    page.fill("[name=happened-day]", "3")
    assert not page.is_checked(yesterday)
