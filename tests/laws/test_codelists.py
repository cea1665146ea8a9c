"""Laws of every code list: two languages, a source, and no code that ever disappears."""

import re
from pathlib import Path

import pytest

from casework.codelists import codelist, names

KNOWN = Path(__file__).parents[1] / "codelists" / "known_codes.txt"
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")
NOT_VIETNAMESE = re.compile(r"\b(the|and|of|not|unknown|other)\b", re.IGNORECASE)


def all_codes() -> list[str]:
    return [f"{name} {code.code}" for name in names() for code in codelist(name)]


@pytest.mark.parametrize("name", names())
def test_every_code_is_a_plain_word_with_both_languages_and_a_source(name: str):
    for code in codelist(name):
        assert re.fullmatch(r"[A-Za-z0-9_]{1,40}", code.code), code.code
        assert code.vi.strip()
        assert code.en.strip()
        assert len(code.source) >= 5
        assert code.vi != code.en, code.code


@pytest.mark.parametrize("name", names())
def test_no_two_codes_of_a_list_read_alike(name: str):
    for lang in ("vi", "en"):
        labels = [label for _, label in codelist(name).choices(lang)]
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", names())
def test_each_language_speaks_its_own_words(name: str):
    for code in codelist(name):
        assert not NOT_VIETNAMESE.search(code.vi), code.vi
        without_forms = re.sub(r"\([^)]*\)", "", code.en)
        assert not VIETNAMESE.search(without_forms), code.en


@pytest.mark.parametrize("name", names())
def test_a_code_that_points_to_another_list_points_to_a_code(name: str):
    for key, kind in codelist(name).kinds.items():
        target = re.fullmatch(r"codes?:(\w+)\??", kind)
        if target is None:
            continue
        for code in codelist(name):
            for pointed in code.texts(key):
                assert pointed in codelist(target[1]), f"{name}.{code.code}.{key} = {pointed}"


def test_no_code_ever_disappears():
    known = KNOWN.read_text(encoding="utf-8").split("\n")
    missing = sorted(set(filter(None, known)) - set(all_codes()))
    assert missing == [], "a code is never removed: retire it with a date instead"


def test_every_new_code_is_written_down():
    known = set(KNOWN.read_text(encoding="utf-8").split("\n"))
    new = sorted(set(all_codes()) - known)
    assert new == [], f"add these lines to {KNOWN.name}"


def test_the_wording_from_memory_is_marked():
    marked = {code.code for code in codelist("dv_act") if code.unverified}
    assert marked == {"K", "L", "M", "N", "O", "P", "Q"}
    assert {"police", "fire", "ambulance"} <= {line.code for line in codelist("hotline") if line.unverified}
