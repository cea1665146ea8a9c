"""Tells whether a text that says who must not know names a colleague."""

import re
import unicodedata

from casework.vietnamese_text import fold

WORD = re.compile(r"[^\W\d_]+")
# After a pause begins another name.
PAUSE = re.compile(r"[^\w\s]")
# What people say before a given name; a capital letter there begins no family name.
TITLES = frozenset(
    [
        "anh",
        "ba",
        "bac",
        "bo",
        "cau",
        "cha",
        "chau",
        "chi",
        "chong",
        "chu",
        "co",
        "con",
        "cu",
        "dai",
        "di",
        "duong",
        "em",
        "me",
        "mo",
        "ong",
        "thay",
        "thim",
        "uy",
        "vo",
    ]
)


def names_a_colleague(name: str, text: str) -> bool:
    """Tell whether the text names this person: in full, with or without marks, or by the given name alone.

    A given name that follows another family or middle name ("Trần Văn Lan") is somebody else's.
    """
    words = [word for part in PAUSE.split(unicodedata.normalize("NFC", text)) for word in ("", *WORD.findall(part))]
    folded, parts = [fold(word) for word in words], fold(name).split()
    if not parts:
        return False
    starts = range(len(folded) - len(parts) + 1)
    if any(folded[place : place + len(parts)] == parts for place in starts):
        return True
    given = name.split()[-1]
    places = [place for place, word in enumerate(words) if _same_given_name(word, given)]
    return any(not _belongs_to_another(words, place, parts) for place in places)


def _same_given_name(word: str, given: str) -> bool:
    """Compare one word with a given name: typed without marks, or with the same marks wherever they stand."""
    if fold(word) != fold(given):
        return False
    return word.isascii() or _letters(word) == _letters(given)


def _letters(word: str) -> list[str]:
    return sorted(unicodedata.normalize("NFD", word.lower()))


def _belongs_to_another(words: list[str], place: int, parts: list[str]) -> bool:
    before = words[place - 1] if place else ""
    return before[:1].isupper() and fold(before) not in TITLES and fold(before) not in parts
