"""What axe finds wrong with a page in the browser."""

import re
from hashlib import sha256

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Every rule is tried; what holds is not described, for that takes longer than to find what does not. Contrast takes
# most of the time, and is measured once for all that has the same letters before the same backgrounds: colour, size
# and weight, and whatever is painted behind. Known is only what axe found good, not what it could not decide.
_RUN = """async (known) => {
  const plain = 'rgba(0, 0, 0, 0) none 1 static none none', measured = new Set(known), colours = new Map();
  const behind = (element) => {
    if (element === null) return '';
    if (!colours.has(element)) {
      const style = getComputedStyle(element);
      const painted = [style.backgroundColor, style.backgroundImage, style.opacity, style.position, style.filter,
        style.mixBlendMode === 'normal' ? 'none' : style.mixBlendMode].join(' ');
      colours.set(element, (painted === plain ? '' : painted + ' < ') + behind(element.parentElement));
    }
    return colours.get(element);
  };
  const look = (element) => {
    const style = getComputedStyle(element);
    return [style.color, style.fontSize, style.fontWeight, style.textShadow, behind(element)].join(' ');
  };
  const speaks = (element) => element.matches('button, input, select, textarea')
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const others = await axe.run(document, {resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}});
  const fresh = [...document.body.querySelectorAll('*')].filter(
    (element) => speaks(element) && element.checkVisibility() && !measured.has(look(element)));
  const contrast = fresh.length === 0 ? {violations: [], passes: []}
    : await axe.run({include: fresh}, {runOnly: ['color-contrast'], elementRef: true});
  const good = contrast.passes.flatMap((rule) => rule.nodes).map((node) => look(node.element));
  const bad = contrast.violations.flatMap((rule) => rule.nodes).map((node) => look(node.element));
  return {
    broken: [...others.violations, ...contrast.violations].map((rule) => [rule.id, rule.nodes[0].html.slice(0, 120)]),
    good: [...new Set(good)].filter((colour) => !bad.includes(colour)),
  };
}"""
_MEASURED: set[str] = set()
# What no rule of axe judges: carried values, ids of rows, and which words stand where some do.
_CARRIED = re.compile(r'<input[^>]*type="hidden"[^>]*>|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}')
_WORDS = re.compile(r"(?<!style)>[^<]*[^<\s][^<]*<")
_GOOD: set[bytes] = set()


def violations(page: Page) -> list[tuple[str, str]]:
    """Return each rule of axe that is broken, with the beginning of the first element that breaks it.

    Stories come to the same pages again and again. One of the same elements with the same attributes on a screen of
    the same size, in which nothing was found, is not judged a second time.
    """
    built = _WORDS.sub(">x<", _CARRIED.sub("", page.content()))
    seen = f"{page.viewport_size} {page.url.partition('#')[2]} {built}"
    if (known := sha256(seen.encode()).digest()) in _GOOD:
        return []
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_RUN, sorted(_MEASURED))
    _MEASURED.update(found["good"])
    if not found["broken"]:
        _GOOD.add(known)
    return [(rule, html) for rule, html in found["broken"]]
