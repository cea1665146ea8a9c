"""Debian's Chromium for the tests, driven by Playwright."""

import contextlib
import os
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from tests.required import missing

# The shell has no windows, which take the others a third of their time; but it keeps no profile as people have it.
_SHELL = "chromium-headless-shell"
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
    # One process draws all pages: each further one would decode the same fonts and compile the same script again.
    "--renderer-process-limit=1",
)


def find_chromium(*, whole: bool = True) -> str:
    """Return the path of a Chromium: CASEWORK_CHROMIUM, or the first one on the PATH; the shell need not be `whole`."""
    names = (os.environ.get("CASEWORK_CHROMIUM", ""), *(() if whole else (_SHELL,)), *_NAMES)
    found = [path for name in names if name and (path := shutil.which(name))]
    return found[0] if found else missing("browser", "no Chromium (apt-get install chromium)")


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a browser that ends with the block."""
    path = find_chromium(whole=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
