"""What a thief of the computer finds after sign-out: no page behind, and not a word in the browser's files."""

from pathlib import Path

from playwright.sync_api import Browser

from casework.app import create_app
from casework.web.session_loading import COOKIE
from tests.browser.serving import serving
from tests.chromium import FLAGS, find_chromium
from tests.house import House, Someone, only_sqlite
from tests.stories import CANARIES

pytestmark = only_sqlite
KEPT = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  (await caches.keys()).length]"""


def words(lan: Someone) -> list[bytes]:
    """Everything that was on the screen, and the session cookie, as a browser could have written it."""
    shown = [CANARIES["identity"], CANARIES["story"], CANARIES["contact"], lan.cookie]
    return [word.encode(code) for word in shown for code in ("utf-8", "utf-16-le")]


def test_after_signing_out_nothing_is_left_behind(chromium: Browser, house: House, lan: Someone, tmp_path: Path):
    case_id, profile = lan.opens_a_case(), tmp_path / "profile"
    cookie = {"name": COOKIE, "value": lan.cookie, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}
    browser = chromium.browser_type.launch_persistent_context(profile, executable_path=find_chromium(), args=FLAGS)
    with serving(create_app(house.config)) as site, browser:
        browser.add_cookies([cookie])  # type: ignore[list-item]
        page = browser.new_page()
        page.goto(f"{site}/vu-viec/{case_id}")
        with page.expect_navigation():
            page.click("text=Hiện tên")
        page.wait_for_selector(".name[role=status]")
        assert CANARIES["identity"] in page.content()
        for path in (f"/vu-viec/{case_id}/story", f"/vu-viec/{case_id}"):
            page.goto(site + path)
            assert CANARIES["story" if path.endswith("story") else "contact"] in page.content()
        assert page.evaluate(KEPT) == [0, 0, 0, 0]
        with page.expect_navigation():
            page.click("form[action='/dang-xuat'] button")
        page.wait_for_selector("#passphrase")
        for _ in range(2):
            page.go_back()
            page.wait_for_selector("#passphrase")
            assert not [word for word in CANARIES.values() if word in page.content()], page.url
    files = [file for file in profile.rglob("*") if file.is_file()]
    assert len(files) > 10, "the browser kept no profile to look at"
    leaks = {str(file.relative_to(profile)) for file in files for word in words(lan) if word in file.read_bytes()}
    assert leaks == set()
