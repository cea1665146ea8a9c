"""Hard story 1: a knock at 23:00, two children; five answers on a phone, and the telephones come next."""

from collections import Counter

from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.browser.walking import IN_EVERY_WAY, Walk
from tests.house import only_sqlite

pytestmark = only_sqlite
ON = "main form .buttons .button:not(.quiet)"
# The keystroke-level model of Card, Moran and Newell (1980), in seconds: to think of an answer, to point at something,
# to press a key; on a phone a key takes twice as long as at a desk.
THINKS, POINTS, TYPES = 1.35, 1.1, 0.56


def answers_at_the_door(lan: Walk) -> float:
    """Fill in the sheet and send it; return how many seconds that takes a practised hand."""
    page, did = lan.page, Counter[str]()

    def taps(selector: str) -> None:
        did["taps"] += 1
        page.check(selector)

    def types(selector: str, words: str) -> None:
        did["taps"] += 1
        did["keys"] += len(words)
        page.fill(selector, words)

    lan.goes("text=Phiếu đón đêm", "#danger-0")
    taps("[name=danger][value=yes]")
    taps("[name=secret][value=nobody]")
    types("#call_her", "Chị Sen")
    types("#count", "2")
    page.select_option("#urgent", "now")
    types("#medicine", "insulin")
    taps("[name=needs][value=shelter]")
    lan.goes(ON, "text=Gọi trước, ghi sau")
    return 6 * THINKS + (did["taps"] + 4) * POINTS + did["keys"] * TYPES


@IN_EVERY_WAY
def test_1_a_knock_at_night_is_a_case_within_a_minute_and_the_telephones_come_first(on_phone, lan, scripts: str):
    phone = on_phone("lan", scripts=scripts)
    assert answers_at_the_door(phone) <= 60
    assert phone.page.locator("main a[href='tel:113']").count() == 1
    phone.goes("main a.button:not(.danger)", "text=còn hỏi nốt")
    (line,) = lan.does(desk.list_cases).urgent
    case = lan.does(desk.read_case, line.id)
    assert case.unasked == (Section.REPORTER, Section.IDENTITY, Section.INCIDENT, Section.PERPETRATOR)
    phone.goes("main .banner a[href$='/incident/sua']", "main form")


def test_1_without_a_telephone_that_works_the_same_questions_stand_on_two_sides_of_a5(on_phone):
    page = on_phone("lan").page
    page.goto(page.url + "don-dem/giay")
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 2
    assert b"/MediaBox [0 0 420 594" in printed or b"/MediaBox [0 0 419" in printed
