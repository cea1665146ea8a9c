"""The whole way in a real browser: an intake at a trusted address, the case found again, a note; others see nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from casework.addresses import actions as addresses
from casework.app import create_app
from casework.cases.trusted_addresses import AddressEntry
from tests.browser.serving import serving
from tests.browser.walking import SCREENS, Walk
from tests.house import House, only_sqlite
from tests.people import STAFF

pytestmark = only_sqlite
HALL = AddressEntry(
    "Nhà văn hóa thôn Đoài", "Đinh Văn Khoát", "Thôn Đoài", "culture_house", 4, "ngày và đêm", "0900000106"
)
NAME, WORDS = "Nguyễn Thị Đào", "A & B: nói <im đi> rồi đánh,\ncháu <3 tuổi khóc"
NOTE = "Đã gọi lại, hẹn chiều mai."


@pytest.fixture
def site(house: House, hoa) -> Iterator[str]:
    """The application of a house with one trusted address, served with its form tokens."""
    hoa.does(addresses.add_address, HALL)
    with serving(create_app(house.config)) as address:
        yield address


@pytest.fixture
def walk(chromium: Browser, site: str):
    """Open a window for somebody."""
    walks: list[Walk] = []

    def opened(width: int = 320, *, script: bool = True) -> Walk:
        walks.append(Walk(chromium, site, width, script=script))
        return walks[-1]

    yield opened
    for walk in walks:
        walk.context.close()


ON = "main form .buttons .button:not(.quiet)"
DRAFT = "main form .buttons .button.quiet"


def before_the_draft(lan: Walk) -> None:
    """Read aloud, call, ask who must not know."""
    page = lan.page
    lan.goes("text=Ghi nhận vụ việc", "#danger-0")
    lan.goes(ON, "[data-problems]")
    page.check("#danger-0")
    page.check("#mode-0")
    lan.goes(ON, ".steps")
    assert page.get_attribute(".steps a >> nth=0", "href") == "tel:113"
    lan.goes(ON, "#secret-0")
    page.check("#secret-0")
    lan.goes(ON, "#call_her")


def how_to_reach(lan: Walk) -> None:
    """Answer how to reach the person and where the report came in, with a day that there never was."""
    page = lan.page
    page.fill("#call_her", "Chị Út")
    page.select_option("#channel", "call")
    page.fill("#phone", "0987.612.345")
    page.select_option("#reporter_type", "BAN_THAN")
    page.select_option("#address_id", label="Nhà văn hóa thôn Đoài (Thôn Đoài)")
    for part, typed in {"day": "31", "month": "2", "year": "2569"}.items():
        page.fill(f"#happened_on-{part}", typed)
    lan.goes(ON, "[data-problems]")
    assert page.title().startswith("Cần sửa:")
    assert page.input_value("#happened_on-year") == "2569"
    for part in ("day", "month", "year"):
        page.fill(f"#happened_on-{part}", "")
    lan.goes(ON, "#birth_year")


def who_and_what(lan: Walk) -> None:
    """Answer who the person is and what happened, and save the draft on the way."""
    page = lan.page
    page.fill("#name", NAME)
    page.fill("#birth_year", "39")
    page.check("#sex-0")
    lan.goes(ON, "#words")
    page.check("#acts-0")
    page.fill("#words", WORDS)
    lan.goes(DRAFT, "[role=status]")
    assert page.input_value("#words") == WORDS
    lan.goes(ON, "#relation")
    page.select_option("#relation", "VO_CHONG")
    page.check("#consent_police input >> nth=1")
    lan.goes(ON, ".answers")


@SCREENS
def test_a_counsellor_records_an_intake_finds_it_again_and_the_log_says_so(walk, width, script):
    lan = walk(width, script=script)
    page = lan.signs_in("lan")
    before_the_draft(lan)
    how_to_reach(lan)
    who_and_what(lan)
    assert all(line in page.inner_text("main") for line in (NAME, *WORDS.split("\n"), "0987 612 345"))
    lan.goes(ON, "main .code")
    lan.goes("main form >> text=Để sau", ".safe")
    case_url = page.url
    lan.code = page.inner_text("h1")
    lan.looks(axe=False)

    finds_it_again(lan, case_url)
    reads_in_the_log(walk(width), lan.code)
    assert lan.wrong == []


@pytest.mark.parametrize("username", ["mai", "cuong"])
def test_another_counsellor_and_an_officer_see_nothing_of_it(walk, site, lan, username):
    sees_nothing(walk(), username, f"{site}/vu-viec/{lan.opens_a_case()}")


def finds_it_again(lan: Walk, case_url: str) -> None:
    """Find the case by name without marks, open it section by section, show the name, add a note."""
    page = lan.page
    if page.is_visible(".to-menu"):
        page.click(".to-menu")
    lan.goes("nav >> text=Tìm vụ việc", "#query")
    page.fill("#query", "nguyen thi dao")
    lan.goes("main form .button", ".cases")
    lan.goes(".cases a", ".safe")
    assert page.url == case_url
    assert NAME not in page.content()
    sections = page.eval_on_selector_all(".index a", "all => all.map((one) => one.pathname)")
    assert len(sections) >= 5
    seen = ""
    for path in sections:
        page.goto(lan.site + path)
        lan.looks(axe=False)
        seen += page.inner_text("main")
    assert all(line in seen for line in (NAME, *WORDS.split("\n"), "Nhà văn hóa thôn Đoài"))
    page.goto(case_url)
    lan.goes("text=Hiện tên", ".name[role=status]")
    assert NAME in page.inner_text("main")
    page.fill("#words", NOTE)
    lan.goes("text=Lưu ghi chú", "text=Đã lưu ghi chú.")
    lan.goes("text=Ghi chép tư vấn", "article")
    assert NOTE in page.inner_text("article")


def sees_nothing(other: Walk, username: str, case_url: str) -> None:
    """Sign in as somebody else: no line on the first page, no page of the case, no hit."""
    page = other.signs_in(username)
    assert case_url.rpartition("/")[2] not in page.content()
    for path in (case_url, f"{case_url}/story", f"{case_url}/identity", case_url.replace("vu-viec", "ghi-nhan") + "/5"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        assert NAME not in page.content()
    page.goto(other.site + "/tim")
    page.fill("#query", "nguyen thi dao")
    other.goes("main form .button", "main h1")
    assert page.query_selector(".cases") is None
    assert other.wrong == []


def reads_in_the_log(lead: Walk, code: str) -> None:
    """Read as the lead what was done, by whom, in which case; no name and no word of it."""
    page = lead.signs_in("hoa")
    page.goto(lead.site + "/nhat-ky")
    lead.looks()
    text = page.inner_text("main")
    while page.query_selector("main a[rel=next]"):
        lead.goes("main a[rel=next]", "main h1")
        text += page.inner_text("main")
    for act in ("Ghi nhận một vụ việc", "Tìm vụ việc", "Mở một phần của vụ việc", "Hiện tên", "Ghi chú theo dõi"):
        assert act in text, act
    assert code in text
    assert STAFF["lan"].name in text
    assert not any(word in text for word in (NAME, "rồi đánh", NOTE))
    assert lead.wrong == []
