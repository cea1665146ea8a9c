"""Every pair of colours that carries a meaning can be told apart, by day and by night."""

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "casework" / "static"
CSS = (STATIC / "app.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")

TEXT = [
    *((ink, ground) for ink in ("ink", "soft", "teal", "teal-deep", "brick") for ground in ("ground", "paper")),
    *(("ink", wash) for wash in ("teal-wash", "brick-wash", "ochre-wash")),
    ("soft", "teal-wash"),
    ("teal", "teal-wash"),
    ("teal-deep", "teal-wash"),
    ("brick", "brick-wash"),
    ("ochre", "ochre-wash"),
    ("on-teal", "teal"),
    ("on-teal", "teal-deep"),
    ("on-brick", "brick"),
    ("on-brick", "brick-deep"),
]
BORDERS = [
    *((line, ground) for line in ("line", "teal", "brick", "ochre") for ground in ("ground", "paper")),
    ("line", "teal-wash"),
    ("teal", "teal-wash"),
    ("brick", "brick-wash"),
    ("ochre", "ochre-wash"),
]


def tokens(mode: str) -> dict[str, str]:
    """The colours of a mode: the dark ones are laid over the light ones."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    day = dict(TOKEN.findall(light))
    return day if mode == "light" else day | dict(TOKEN.findall(dark.split("/* The page */")[0]))


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def pale(pairs: list[tuple[str, str]], least: float) -> dict[tuple[str, str, str], float]:
    """The pairs that have less contrast than they need, with what they have: (mode, one, other)."""
    measured = {
        (mode, first, second): contrast(tokens(mode)[first], tokens(mode)[second])
        for mode in ("light", "dark")
        for first, second in pairs
    }
    return {pair: found for pair, found in measured.items() if found < least}


def test_text_can_be_read():
    assert pale(TEXT, 4.5) == {}


def test_borders_and_controls_can_be_seen():
    assert pale(BORDERS, 3) == {}


def test_both_modes_name_the_same_colours():
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    assert set(dict(TOKEN.findall(light))) == set(dict(TOKEN.findall(dark.split("/* The page */")[0])))


def test_colours_are_named_once():
    body = CSS.split("/* The page */")[1].split("@media print")[0]
    assert re.findall(r"#[0-9a-f]{3,8}\b", body) == []


def test_type_has_four_sizes():
    body = CSS.split("@media print")[0]
    used = re.findall(r"font-size: ([^;}]+)", body)
    assert {size.strip() for size in used} <= {"var(--small)", "var(--body)", "var(--large)", "var(--huge)", "100%"}


# A browser that does not know what is asked for leaves the rule out, and the page says more than it need.
FOR_ALL = re.sub(r"@supports .*", "", CSS)


def test_nothing_newer_than_the_oldest_browser_is_used():
    for newer in (":has(", "oklch", "color-mix(", "@layer", "light-dark(", "@starting-style", "&:", "dvh"):
        assert newer not in FOR_ALL


def test_files_stay_small():
    assert [file.name for file in STATIC.glob("*.js") if file.stat().st_size >= 3 * 1024] == []
    assert len(CSS.splitlines()) <= 300
    assert len(CSS.encode()) <= 33 * 1024


def test_the_fonts_are_those_that_were_vendored():
    fonts = STATIC / "fonts"
    lines = (fonts / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in map(str.split, lines)}
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in fonts.glob("*.woff2")}
    assert files == sums
    assert "SIL Open Font License" in (fonts / "LICENSE.txt").read_text(encoding="utf-8")
