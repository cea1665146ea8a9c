"""Which passphrases are taken: 15 characters or more, and not what anybody would try first; no rules of composition."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from casework.errors import BadInput, gettext_noop
from casework.vault.keys.enrolment.common_passwords import without_listed
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vietnamese_text import plain

SHORTEST, LONGEST = 15, 1024
_FILE = Path(__file__).with_name("blocked.toml")
_NOT_COUNTED = re.compile(r"[^a-z0-9]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ROWS = ("01234567890123456789", "98765432109876543210", *(figure * 20 for figure in "0123456789"))
_LONGEST_ROW, _SHORTEST_ROW = 20, 3
# Figures and signs that stand for letters, as in m@tkh4u.
_LOOKALIKES = str.maketrans("@4301$5!7", "aaeoissit")
# Said again, a unit of three letters or more adds nothing; a bound keeps a long text from taking long.
_REPEATED = re.compile(r"(.{3,32}?)\1+")
_FEWEST_LETTERS, _LONGEST_UNIT = 5, 6


def check(passphrase: str, *, about: Iterable[str]) -> None:
    """Raise BadInput, with a sentence that says what to do, for a passphrase that is too short, long or common.

    `about` are the words that everybody knows of the person: name, user name, agency, commune.
    """
    text = unicodedata.normalize("NFC", passphrase)
    if len(text) < SHORTEST:
        raise BadInput(gettext_noop("Mật khẩu cần ít nhất 15 ký tự. Năm từ ngắn ghép lại là vừa."))
    if len(text) > LONGEST:
        raise BadInput(gettext_noop("Mật khẩu dài nhất là 1.024 ký tự."))
    if _is_code(text):
        raise BadInput(gettext_noop("Mã trên giấy không dùng làm mật khẩu được. Hãy chọn một mật khẩu khác."))
    if _repeats(plain(text)) or not _enough(text, about):
        raise BadInput(
            gettext_noop("Mật khẩu này dễ đoán: tên, nơi làm việc, câu nhiều người dùng. Hãy thêm vài từ khác hẳn.")
        )


def _enough(text: str, about: Iterable[str]) -> bool:
    """Tell whether enough is left when all that is easily guessed has been taken out, however it is spelt."""
    spellings = (squeezed(text), squeezed(plain(text).translate(_LOOKALIKES)))
    known = sorted({*_blocked(), *map(squeezed, _known_words(about))}, key=len, reverse=True)
    for letters in {*spellings, *(_REPEATED.sub(r"\1", spelling) for spelling in spellings)}:
        # What is taken out first may tear what would be taken out next, so each has its turn to be the first.
        rests = (_without(known, without_listed(letters)), without_listed(_without(known, letters)))
        if any(_too_little(_without_rows(rest).replace(" ", "")) for rest in rests):
            return False
    return True


def _too_little(rest: str) -> bool:
    return len(rest) < _fewest_left() or len(set(rest)) < _FEWEST_LETTERS


def _without(words: Iterable[str], letters: str) -> str:
    for word in words:
        letters = letters.replace(word, " ") if word else letters
    return letters


def _without_rows(text: str) -> str:
    """Take out years, and figures in a row or all alike; other figures count as letters do."""
    text = _YEAR.sub(" ", text)
    for size in range(_LONGEST_ROW, _SHORTEST_ROW - 1, -1):
        for row in _ROWS:
            for start in range(len(row) - size + 1):
                text = text.replace(row[start : start + size], " ")
    return text


def _known_words(about: Iterable[str]) -> set[str]:
    names = [plain(name) for name in about if name]
    return {*names, *(part for name in names for part in name.split() if len(part) > 2)}


def squeezed(text: str) -> str:
    """Return the small letters and figures of a text, without marks."""
    return _NOT_COUNTED.sub("", plain(text))


def _repeats(text: str) -> bool:
    """Tell whether a text is one short unit over and over."""
    squeezed = text.replace(" ", "")
    return any(squeezed == (squeezed[:size] * len(squeezed))[: len(squeezed)] for size in range(1, _LONGEST_UNIT + 1))


def _is_code(text: str) -> bool:
    try:
        read_code(text)
    except BadInput:
        return False
    return True


@cache
def _data() -> tuple[frozenset[str], int]:
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return frozenset(squeezed(word) for group in raw["words"].values() for word in group), raw["left"]


def _blocked() -> frozenset[str]:
    return _data()[0]


def _fewest_left() -> int:
    return _data()[1]
