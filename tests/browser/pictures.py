"""Takes a picture of every page of the demo, in both widths: `python -m tests.browser.pictures [folder]`.

Pages are found by links from the first page of each role. The first page and that of a case differ by role and are
taken for each; any other is taken once, for the first role that comes to it. The list of heights that is printed shows
which page has grown too long for a phone.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.chromium import running_chromium

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (360, 1280)
# Pages that each role sees otherwise.
OF_EACH_ROLE = {"", "/vu-viec/_"}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LINKS = "() => [...document.querySelectorAll('a[href]')].map((one) => one.getAttribute('href'))"


@contextmanager
def _demo(port: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield the address of a demo of its own and its people."""
    with tempfile.TemporaryDirectory() as folder:
        accounts = Path(folder) / "accounts.json"
        data = ["--data", f"{folder}/demo", "--accounts", str(accounts)]
        command = [sys.executable, "-m", "casework", "demo", "--no-browser", "--port", str(port), *data]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            yield _when_it_answers(server, port), json.loads(accounts.read_text(encoding="utf-8"))["people"]
        finally:
            server.terminate()
            server.wait()


def _when_it_answers(server: "subprocess.Popen[bytes]", port: int) -> str:
    site = f"http://127.0.0.1:{port}"
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"{site}/healthz", timeout=1).close()
        except OSError:
            time.sleep(1)
        else:
            return site
    raise SystemExit("the demo did not start")


def _signed_in(browser: Browser, site: str, person: dict[str, str]) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{site}/dang-nhap")
    page.fill("#username", person["username"])
    page.fill("#passphrase", person["password"])
    with page.expect_navigation():
        page.click("main form .button")
    return page


def take_all(browser: Browser, site: str, people: list[dict[str, str]], folder: Path) -> dict[str, int]:
    """Take the pictures of every role; return the height of each page on a phone by its name."""
    heights: dict[str, int] = {}
    taken: set[str] = set()
    # One person for each role; the first of a role stands for all.
    for role, person in {person["role"]: person for person in reversed(people)}.items():
        page = _signed_in(browser, site, person)
        heights |= _walk(page, site, role, folder, taken)
        page.context.close()
    return heights


def _walk(page: Page, site: str, role: str, folder: Path, taken: set[str]) -> dict[str, int]:
    waiting, seen = ["/"], set(taken - OF_EACH_ROLE) | {""}
    heights: dict[str, int] = {}
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(site + path)
        if answer is None or not answer.ok:
            continue
        taken.add(_pattern(path))
        name = f"{role}-{_pattern(path).strip('/').replace('/', '.') or 'home'}"
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
            if width == WIDTHS[0]:
                heights[name] = page.evaluate("document.documentElement.scrollHeight")
        for link in page.evaluate(_LINKS):
            if link.startswith("/") and _pattern(link) not in seen:
                seen.add(_pattern(link))
                waiting.append(link)
    return heights


def _pattern(path: str) -> str:
    return _ID.sub("_", path.split("?")[0].split("#")[0]).rstrip("/")


def main(folder: Path, port: int = 5899) -> None:
    """Take every picture into a folder and print the pages by their height on a phone, the longest first."""
    folder.mkdir(parents=True, exist_ok=True)
    with _demo(port) as (site, people), running_chromium() as browser:
        heights = take_all(browser, site, people, folder)
    for name, height in sorted(heights.items(), key=lambda one: -one[1]):
        sys.stdout.write(f"{height:>7} px  {name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/pictures"))
