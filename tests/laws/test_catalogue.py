"""Laws of the English catalogue: every sentence of the program is Vietnamese and has its English twin."""

import re
import tomllib
from functools import cache
from typing import cast

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po
from babel.support import Translations

from casework.web.translation import CATALOGUES
from tests.source import ROOT

VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
HOLE = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%(?!\()")
# Vietnamese without diacritics, numbers, and the name of the other language on its button.
UNMARKED = {"Ai", "Trang sau", "Trang %(number)s trong 7", "0–%(most)s", "≈%(count)s", "English"}
# The program's own name, and the name of the other language on its button.
UNTRANSLATED = {"Sổ ca", "Tiếng Việt", "English", "0–%(most)s", "≈%(count)s"}

Sentence = str | tuple[str, ...]


@cache
def sentences() -> frozenset[Sentence]:
    """What the program says, found as `make catalogue` finds it; what counts is one sentence with two endings."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    keywords = DEFAULT_KEYWORDS | parse_keywords(re.findall(r" -k (\S+)", makefile))
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    options = {mapping["pattern"]: {"silent": mapping.get("silent", "")} for mapping in mappings}
    found = {message for _, _, message, _, _ in extract_from_dir(ROOT, methods, options, keywords)}
    return frozenset(found - {form[0] for form in found if isinstance(form, tuple)})


@cache
def english() -> Catalog:
    """The catalogue as the program reads it."""
    with (CATALOGUES / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def endings(sentence: Sentence) -> tuple[str, ...]:
    """A sentence as a tuple, with one part or with one for each number."""
    return (sentence,) if isinstance(sentence, str) else tuple(sentence)


def translations(sentence: Sentence) -> tuple[str, ...]:
    """The English of a sentence, one part for each number; empty where there is none."""
    message = english().get(endings(sentence)[0])
    return endings(cast("Sentence", message.string)) if message else ("",) * len(endings(sentence))


def test_hundreds_of_sentences_are_found_in_code_and_in_templates():
    assert {"Thoát nhanh", "Hãy trả lời câu này.", "Mã vụ việc", ("%(count)d giờ", "%(count)d giờ")} <= sentences()
    assert len(sentences()) > 400


def test_every_sentence_has_an_english_one():
    missing = [
        sentence
        for sentence in sentences()
        if len(endings(sentence)) != len(translations(sentence)) or not all(translations(sentence))
    ]
    assert missing == [], "write them into casework/translations/en after `make catalogue`"


def test_every_hole_of_a_sentence_is_filled_in_english_too():
    wrong = [
        (sentence, twin)
        for sentence in sentences()
        for twin in translations(sentence)
        if sorted(HOLE.findall(twin)) != sorted(HOLE.findall(endings(sentence)[0]))
    ]
    assert wrong == []


def test_every_sentence_of_the_program_is_vietnamese():
    assert [
        sentence for sentence in sentences() if not VIETNAMESE.search(endings(sentence)[0]) and sentence not in UNMARKED
    ] == []


def test_every_english_sentence_is_english():
    wrong = {
        sentence
        for sentence in sentences()
        for twin in translations(sentence)
        if VIETNAMESE.search(twin) or twin in endings(sentence)
    }
    assert wrong - UNTRANSLATED == set()


@pytest.mark.parametrize("ending", [".", ":", "?"])
def test_an_english_sentence_ends_as_its_vietnamese_twin(ending):
    wrong = [
        sentence
        for sentence in sentences()
        for twin in translations(sentence)
        if twin and endings(sentence)[0].endswith(ending) != twin.endswith(ending)
    ]
    assert wrong == []


def test_the_program_reads_the_catalogue_as_it_is_written():
    with (CATALOGUES / "en" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = Translations(file)
    older = [
        sentence for sentence in sentences() if compiled.ugettext(endings(sentence)[0]) != translations(sentence)[0]
    ]
    assert older == [], "run `make .venv/.ready-test`"


def test_nothing_in_the_catalogue_is_a_guess():
    assert not english().fuzzy
    assert [message.id for message in english() if message.fuzzy] == []


def test_what_an_act_answers_is_found_too():
    shown = {
        "Hãy ghi lý do xóa.",
        "Vụ việc đã đóng. Hãy mở lại trước khi chuyển gửi.",
        "Sổ đang bận. Chờ một chút rồi thử lại.",
    }
    assert shown <= sentences()
