"""Tells whether a text that says who must not know names a colleague."""

import re
import unicodedata
from collections import Counter
from functools import cache

from casework.vietnamese_text import fold

WORD = re.compile(r"[^\W\d_]+")
# After a pause or at a new line begins another name.
PAUSE = re.compile(r"[^\w \t]")
# "H'Bia" is one word, however the mark in it was typed.
_INSIDE_A_WORD = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}`]")
# What is written behind the name of an account, as "(đội phó)" or "- công an xã", is no part of it.
_BEHIND_A_NAME = re.compile(r"[(\[,;/].*|\s[-\N{EN DASH}\N{EM DASH}].*")
# What people say before a given name, folded; a capital letter there begins no family name.
TITLES = frozenset(
    WORD.findall("anh ba bac bo cau cha chau chi chong chu co con cu dai di duong em me mo ong thai thim ui vo")
)
# Only after one of these is a given name somebody else's: "Công An Lan", "Ngoài Lan" and "VÀ LAN" name a Lan. Left out
# are those that are as often another word before a name, as "thân", "quan", "đoàn".
FAMILY_NAMES = WORD.findall(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào vương trịnh trương đinh lâm phùng mai"
    " tô hà tạ lương thái châu quách tống triệu diệp cao chu tăng kiều nghiêm lưu thạch giang khổng văn doãn đàm ninh"
    " sầm lường quàng tòng bàn phàn tẩn lầu giàng sùng thào hạng nông hứa bế bạch cầm điêu siu ksor sơn kim danh mạc"
    " phí cấn khúc uông âu mã đồng tôn tiêu nhâm mẫn vàng lò lục"
)
# These are given names as well: two such words in a row may be two people.
_GIVEN_NAMES_TOO = frozenset(
    WORD.findall("mai hà thái châu giang kim sơn lâm lý vũ dương hoàng đào vàng bạch danh kiều tôn thạch văn cao")
)
# Family, middle and given name: a family name stands so many words before a given name at most.
_LONGEST_NAME = 4


def words_of(text: str) -> list[str]:
    """Return the words of a text as they were typed, "" where it pauses; what cannot be seen is no part of a word."""
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    parts = PAUSE.split(_INSIDE_A_WORD.sub("", seen))
    return [word for part in parts for word in ("", *WORD.findall(part))]


def given_names(name: str) -> tuple[str, ...]:
    """Return by which words a person is called: the last one, and in a name of Tây Nguyên the one with its Y or H'."""
    words = _words_of_name(name)
    called = words[-1:]
    if len(words) > 1 and words[0].lower() == "y":
        called = [*called, words[1]]
    if re.match(f"h{_INSIDE_A_WORD.pattern}", name.strip(), re.IGNORECASE):
        called = [*called, words[0]]
    return tuple(called)


def names_a_colleague(name: str, text: str) -> bool:
    """Tell whether the text names this person: in full, with or without marks, or by the given name alone.

    A given name that follows another family name ("Trần Văn Lan") is somebody else's.
    """
    words, parts = words_of(text), [fold(word) for word in _words_of_name(name)]
    if not parts:
        return False
    folded = [fold(word) for word in words if word]
    starts = range(len(folded) - len(parts) + 1)
    if any(folded[place : place + len(parts)] == parts for place in starts):
        return True
    unmarked = name.isascii()
    places = [
        place
        for place, word in enumerate(words)
        if any(
            _same_given_name(word, given, unmarked=unmarked)
            and (_letters(word) == _letters(given) or not _begins_a_name(words, place))
            for given in given_names(name)
        )
    ]
    return any(not _belongs_to_another(words, place, parts) for place in places)


def _words_of_name(name: str) -> list[str]:
    return [word for word in words_of(_BEHIND_A_NAME.sub("", name)) if word]


def _same_given_name(word: str, given: str, *, unmarked: bool) -> bool:
    """Compare one word with a given name: without marks, or with the same marks wherever they stand.

    One with a capital letter may lack some of the marks; one in a name that was typed without any may have any.
    """
    if not word or fold(word) != fold(given):
        return False
    typed, written = _letters(word), _letters(given)
    return word.isascii() or unmarked or typed == written or (word[:1].isupper() and typed <= written)


def _letters(word: str) -> Counter[str]:
    """Return letters and marks, each with how often; "đ" is a letter with a mark, and "y" is the same as "i"."""
    return Counter(unicodedata.normalize("NFD", word.lower()).replace("đ", "d-").replace("y", "i"))


def _begins_a_name(words: list[str], place: int) -> bool:
    """Tell whether a word with all marks of a family name stands before another capital word: "Lục Vũ" is no Lực."""
    following = words[place + 1] if place + 1 < len(words) else ""
    return not words[place].isascii() and following[:1].isupper() and _is_family_name(words[place], full=True)


def _belongs_to_another(words: list[str], place: int, parts: list[str]) -> bool:
    """Tell whether capital words before a given name make it the full name of somebody else."""
    for distance in range(1, min(_LONGEST_NAME, place + 1)):
        before = words[place - distance]
        if not before[:1].isupper() or (distance == 1 and fold(before) in parts):
            return False
        if _is_family_name(before, full=distance > 1):
            return True
        if fold(before) in TITLES:
            return False
    return False


def _is_family_name(word: str, *, full: bool) -> bool:
    """Tell whether a word is a family name; before a given name alone (not `full`) it must be no given name itself."""
    if word.isascii() and fold(word) in TITLES:
        return False
    families = [family for family in _family_names().get(fold(word), ()) if full or family not in _GIVEN_NAMES_TOO]
    return any(word.isascii() or _letters(word) == _letters(family) for family in families)


@cache
def _family_names() -> dict[str, list[str]]:
    return {key: [name for name in FAMILY_NAMES if fold(name) == key] for key in map(fold, FAMILY_NAMES)}
