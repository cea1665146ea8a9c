"""Debian's Chromium for the tests, driven by Playwright."""

import contextlib
import os
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from tests.required import missing

_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Return the path of a Chromium: CASEWORK_CHROMIUM, or the first one on the PATH."""
    names = (os.environ.get("CASEWORK_CHROMIUM", ""), *_NAMES)
    found = [path for name in names if name and (path := shutil.which(name))]
    return found[0] if found else missing("browser", "no Chromium (apt-get install chromium)")


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a browser that ends with the block."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
