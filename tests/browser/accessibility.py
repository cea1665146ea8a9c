"""What axe finds wrong with a page in the browser."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Every rule is tried; what holds is not described, for that takes longer than to find what does not.
_RUN = "() => axe.run(document, {resultTypes: ['violations']}).then((results) => results.violations)"


def violations(page: Page) -> list[tuple[str, str]]:
    """Return each rule of axe that is broken, with the beginning of the first element that breaks it."""
    page.evaluate(AXE_SCRIPT)
    return [(broken["id"], broken["nodes"][0]["html"][:120]) for broken in page.evaluate(_RUN)]
