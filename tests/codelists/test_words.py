"""Words of case codes can be said over a bad line and typed without diacritics."""

import re
import unicodedata

from casework.codelists import case_words, codelist, nicknames

SOUNDS = ((r"tr", "ch"), (r"x", "s"), (r"gi(?=[aeiou])|gi|d|r", "z"), (r"n(?![gh])", "l"))


def heard(word: str) -> str:
    """How a word sounds to somebody who hears no tones and merges what dialects merge."""
    return " ".join(heard_syllable(syllable) for syllable in word.lower().split())


def heard_syllable(syllable: str) -> str:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", syllable) if unicodedata.category(letter) != "Mn"
    ).replace("y", "i")
    plain = re.sub(r"^k(?!h)|^c(?!h)", "k", plain)
    for pattern, sound in SOUNDS:
        merged = re.sub(f"^(?:{pattern})", sound, plain)
        if merged != plain:
            return merged
    return plain


def test_the_ear_of_this_test_hears_what_people_mix_up():
    assert heard("lúa") == heard("nứa")
    assert heard("trâu") == heard("châu")
    assert heard("dừa") == heard("rùa")
    assert heard("sao") == heard("xào")
    assert heard("ngô") != heard("lộ")
    assert heard("đò") != heard("dò")


def test_there_are_enough_words_and_no_two_sound_alike():
    words = case_words()
    assert len(words) >= 300
    by_sound: dict[str, str] = {}
    alike = [(by_sound[sound], word) for word in words if by_sound.setdefault(sound := heard(word), word) != word]
    assert alike == []
    assert len(set(words)) == len(words)


def test_no_word_holds_another_word():
    single = {heard(word) for word in case_words() if " " not in word}
    double = [word for word in case_words() if " " in word]
    assert [w for w in double if any(heard(part) in single for part in w.split())] == []


def test_words_are_one_or_two_plain_syllables():
    for word in case_words():
        assert re.fullmatch(r"[^\W\d_]{1,7}( [^\W\d_]{1,7})?", word), word
        assert word == unicodedata.normalize("NFC", word.lower())


def test_nicknames_are_many_and_no_two_are_alike():
    assert len(nicknames()) >= 120
    assert len({heard(name) for name in nicknames()}) == len(nicknames())
    assert all(name == unicodedata.normalize("NFC", name) for name in nicknames())


def test_nicknames_and_codes_say_nothing_of_the_case():
    told = {"bạo", "lực", "đánh", "vợ", "chồng", "nạn", "nhân", "cấm", "tạm", "lánh", "công an"}
    syllables = {part for text in (*case_words(), *nicknames()) for part in text.lower().split()}
    assert syllables.isdisjoint(told)
    forms = {code.vi.lower() for code in codelist("dv_type")}
    assert forms.isdisjoint(word.lower() for word in (*case_words(), *nicknames()))
