"""23:05: from the knock to an officer who reads three sections and a chair who reads no name, in twelve taps."""

import pytest
from playwright.sync_api import Browser

from tests.browser.walking import SCRIPTS_IF_LONG, Walk
from tests.house import House, only_sqlite

pytestmark = only_sqlite
NAME, CALLED = "Lò Thị Mẩy", "Chị Sen"
WORDS = "nó cầm dao đứng ngoài cổng"
AGREED = {"contact", "incident", "perpetrator"}
ON = "main form .buttons .button:not(.quiet)"


class Night(Walk):
    """Somebody on a phone at night, whose taps are counted."""

    taps = 0

    def taps_on(self, press: str, arrives: str) -> None:
        self.taps += 1
        self.goes(press, arrives)


@pytest.fixture
def night(chromium: Browser, site: str, request: pytest.FixtureRequest):
    """Sign somebody in on a narrow screen; whatever is wrong with a page fails the test."""
    walks: list[Night] = []

    def opened(username: str, *, script: bool) -> Night:
        walks.append(Night(chromium, site, 360, script=script))
        walks[-1].signs_in(username)
        return walks[-1]

    yield opened
    for walk in walks:
        walk.context.close()
    assert [walk.wrong for walk in walks if walk.wrong] == []


def records(lan: Night) -> None:
    """Record what is said at the door, up to the check page: danger, and a consent that leaves out who it is."""
    page = lan.page
    lan.goes("text=Ghi nhận vụ việc", "#danger-0")
    page.check("#danger-0")
    page.check("#mode-0")
    lan.goes(ON, ".steps")
    lan.goes(ON, "#secret-0")
    page.check("#secret-0")
    lan.goes(ON, "#call_her")
    page.fill("#call_her", CALLED)
    page.select_option("#channel", "call")
    page.select_option("#reporter_type", "BAN_THAN")
    lan.goes(ON, "#birth_year")
    page.fill("#name", NAME)
    page.check("#sex-0")
    lan.goes(ON, "#words")
    page.check("#acts-0")
    page.fill("#words", WORDS)
    lan.goes(ON, "#relation")
    page.select_option("#relation", "VO_CHONG")
    page.check("#consent_police input[value=granted]")
    lan.goes(ON, "#consent_by-0")
    for part in page.query_selector_all("[name=consent_sections_police]"):
        part.set_checked(part.get_attribute("value") in AGREED)
    page.select_option("#consent_form", "spoken")
    page.check("#consent_by-0")
    lan.goes(ON, ".answers")


def sends_what_was_said(lan: Night) -> None:
    """Record the case and send what was said: the police by consent, the chair's notice without a name."""
    lan.taps_on(ON, "text=Gửi ngay những gì đã nói")
    said = lan.page.inner_text("main")
    assert "Vũ Mạnh Cường" in said
    assert "Chủ tịch xã" in said
    assert NAME not in lan.page.content()
    lan.taps_on(ON, "text=Đã gửi.")


def officer_reads(officer: Night) -> set[str]:
    """Open what was referred and every section that is offered; return the words of their addresses."""
    page = officer.page
    officer.taps_on("table.referrals tbody a", "main form .button.big")
    officer.taps_on("main form .button.big", "text=Thư từ")
    officer.taps_on("text=Về vụ việc: cách liên lạc, ghi chú", ".safe")
    case_url, read = page.url, page.content()
    assert CALLED in page.inner_text(".safe")
    sections = page.eval_on_selector_all("main .index a[href*='/vu-viec/']", "all => all.map((one) => one.pathname)")
    words = {path.rpartition("/")[2] for path in sections} - {"letter", "grounds"}
    for word in sorted(words):
        officer.taps_on(f"main .index a[href$='/{word}']", "main h1")
        read += page.content()
        page.goto(case_url)
    for word in ("identity", "story", "assessment", "reporter"):
        answer = page.goto(f"{case_url}/{word}")
        assert answer is not None
        assert answer.status in {403, 404}
    assert NAME not in read
    assert WORDS not in read
    return words | {"contact"}


def chair_reads(chair: Night) -> None:
    """Receive the notice: code, danger and what is asked, and nothing that names anybody."""
    page = chair.page
    assert NAME not in page.content()
    chair.taps_on("main table a[href*='/tin-bao/'], main .rows a[href*='/tin-bao/']", "main form .button")
    chair.taps_on("main form .button", "text=Trả lời")
    shown = page.inner_text("main")
    assert "Nguy hiểm" in shown or "Có" in shown
    assert not [word for word in (NAME, CALLED, WORDS, "dao") if word in page.content()]


@SCRIPTS_IF_LONG
def test_from_the_knock_to_the_officer_and_the_chair_in_twelve_taps(night, house: House, script: bool):
    lan = night("lan", script=script)
    records(lan)
    sends_what_was_said(lan)
    officer = night("cuong", script=script)
    assert officer_reads(officer) == AGREED
    chair = night("chinh", script=script)
    chair_reads(chair)
    assert lan.taps + officer.taps + chair.taps <= 12
    lan.page.goto(lan.site)
    assert "đã nói mà chưa gửi" not in lan.page.content()
    assert "Chưa báo Chủ tịch xã" not in lan.page.content()
