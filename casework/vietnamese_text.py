"""Vietnamese as a language of letters: a key to search names by and a key to sort them by."""

import unicodedata

ALPHABET = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
TONES = {"\N{COMBINING GRAVE ACCENT}": 1, "\N{COMBINING HOOK ABOVE}": 2, "\N{COMBINING TILDE}": 3}
TONES |= {"\N{COMBINING ACUTE ACCENT}": 4, "\N{COMBINING DOT BELOW}": 5}
# Every letter with its marks, to the letter without: a search folds some thousand names. Eth and the African d look
# like đ as capitals, and keyboards and copied lists hold them in its place.
SIMPLE = {
    place: unicodedata.normalize("NFD", chr(place))[0]
    for place in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if unicodedata.category(unicodedata.normalize("NFD", chr(place))[-1]) == "Mn"
} | dict.fromkeys(map(ord, "đðɖ"), "d")

Syllable = tuple[tuple[tuple[int, str], ...], int]
SortKey = tuple[tuple[Syllable, ...], str]


def plain(text: str) -> str:
    """Give a text as it is typed without a Vietnamese keyboard: no tones, no marks, no capitals, single spaces.

    NFKD leaves "đ" whole, so it is replaced by hand, and so are the letters that look like it.
    """
    simple = unicodedata.normalize("NFC", text).lower().translate(SIMPLE)
    if not simple.isascii():
        decomposed = unicodedata.normalize("NFD", simple)
        simple = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return " ".join(simple.split())


def fold(text: str) -> str:
    """Give the search key of a text: plain, and y as i, so that "Lý" and "Lí", "hòa" and "hoà" get the same key."""
    return plain(text).replace("y", "i")


def sort_key(name: str) -> SortKey:
    """Give the key that puts people in the order of a Vietnamese class list: given name, family name, the rest."""
    words = unicodedata.normalize("NFC", name).split()
    ordered = [*words[-1:], *words[:-1]]
    return tuple(_syllable(word.lower()) for word in ordered), name


def text_key(text: str) -> SortKey:
    """Give the key that sorts words, places and titles from left to right in the order of the Vietnamese alphabet."""
    return tuple(_syllable(word.lower()) for word in unicodedata.normalize("NFC", text).split()), text


def _syllable(word: str) -> Syllable:
    """Weigh one syllable: its letters first, its tone only between equal letters, wherever the tone was typed."""
    tone = 0
    kept = []
    for mark in unicodedata.normalize("NFD", word):
        if mark in TONES:
            tone = TONES[mark]
        else:
            kept.append(mark)
    letters = unicodedata.normalize("NFC", "".join(kept))
    return tuple((ALPHABET.get(letter, -1), letter) for letter in letters), tone
