"""Sanitises typed text: Unicode NFC, no control or bidi characters, no pasted HTML; all else stays as typed."""

import html
import re
import unicodedata
from collections.abc import Callable

import bleach

NEWLINES = re.compile("\r\n?|[\u2028\u2029\v\f]")
LONGEST = 40_000
PASSES = 3
ALLOWED_INVISIBLE = frozenset("\n\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
EMOJI_TAGS = range(0xE0020, 0xE0080)

TAGS = (
    "a|abbr|address|article|aside|b|big|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em"
    "|embed|fieldset|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta"
    "|nav|object|ol|option|p|pre|q|s|script|section|select|small|span|strike|strong|style|sub|sup|svg|table|tbody|td"
    "|textarea|tfoot|th|thead|title|tr|tt|u|ul|video|o:p"
)
ATTRIBUTE = r"""\s+[a-z][\w:.-]*\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)"""
PASTED = re.compile(rf"</?(?:{TAGS})(?:{ATTRIBUTE})*\s*/?>", re.IGNORECASE)
ENDS_A_LINE = re.compile(r"<br\s*/?>|</tr>", re.IGNORECASE)


def text(value: str) -> str:
    """Return the text in NFC without control characters, bidi marks and pasted HTML; all else stays as typed.

    Bleach is asked only where a known HTML tag stands in the text: people write "<3 tuổi" and "nói <im đi>".
    A text over LONGEST keeps its tags: every form refuses it for its length, and bleach would need minutes for it.
    Markup that was escaped more than twice is left as words: a page shows it as such.
    """
    cleaned = _plain(value)
    for _ in range(PASSES):
        if len(cleaned) > LONGEST or not PASTED.search(cleaned):
            break
        cleaned = _plain(_without_markup(cleaned))
    return cleaned


def line(value: str) -> str:
    """Return a sanitised text of one line, with single spaces and none at the ends."""
    return " ".join(text(value).split())


def says_something(value: str) -> bool:
    """Tell whether anything can be read of a text: a letter, a number, a mark, not spaces and invisible characters."""
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in line(value))


def _plain(value: str) -> str:
    """Normalise to NFC and newlines; drop invisible characters and bidi marks."""
    lines = NEWLINES.sub("\n", value).replace("\t", " ")
    return unicodedata.normalize("NFC", "".join(filter(_visible, lines)))


def _visible(letter: str) -> bool:
    """Tell whether a character may stay: no controls, no format characters but those that emoji are built with."""
    if letter in ALLOWED_INVISIBLE or ord(letter) in EMOJI_TAGS:
        return True
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}


def _without_markup(value: str) -> str:
    """Drop the known tags and keep their text; what only looks like a tag is escaped first, so that it survives."""
    broken = ENDS_A_LINE.sub(lambda tag: tag.group() + "\n", value)
    shielded = _map_between(PASTED, broken, lambda words: words.replace("<", "&lt;").replace(">", "&gt;"))
    stripped = bleach.clean(shielded, tags=set(), attributes={}, strip=True)
    return html.unescape(stripped).replace("\N{NO-BREAK SPACE}", " ").strip("\n")


def _map_between(pattern: re.Pattern[str], value: str, change: Callable[[str], str]) -> str:
    """Change what stands between the matches of a pattern."""
    parts, end = [], 0
    for match in pattern.finditer(value):
        parts += [change(value[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*parts, change(value[end:])])
