"""Laws of every code list: two languages, a source, and no code that ever disappears."""

import re
from collections import Counter
from pathlib import Path

from casework.codelists import codelist, names
from casework.codelists.model import Code

KNOWN = Path(__file__).parents[1] / "codelists" / "known_codes.txt"
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")
NOT_VIETNAMESE = re.compile(r"\b(the|and|of|not|unknown|other)\b", re.IGNORECASE)


def all_codes() -> list[str]:
    return [f"{name} {code.code}" for name, code in codes()]


def codes() -> list[tuple[str, Code]]:
    """Every code with the name of its list."""
    return [(name, code) for name in names() for code in codelist(name)]


def test_every_code_is_a_plain_word_with_both_languages_and_a_source():
    def whole(code: Code) -> bool:
        plain = bool(re.fullmatch(r"[A-Za-z0-9_]{1,40}", code.code))
        return plain and bool(code.vi.strip() and code.en.strip()) and len(code.source) >= 5 and code.vi != code.en

    assert [f"{name}.{code.code}" for name, code in codes() if not whole(code)] == []


def test_no_two_codes_of_a_list_read_alike():
    alike = []
    for name in names():
        for lang in ("vi", "en"):
            labels = Counter(label for _, label in codelist(name).choices(lang))
            alike += [(name, lang, label) for label, times in labels.items() if times > 1]
    assert alike == []


def test_each_language_speaks_its_own_words():
    assert [code.vi for _, code in codes() if NOT_VIETNAMESE.search(code.vi)] == []
    assert [code.en for _, code in codes() if VIETNAMESE.search(re.sub(r"\([^)]*\)", "", code.en))] == []


def test_a_code_that_points_to_another_list_points_to_a_code():
    wrong = []
    for name in names():
        for key, kind in codelist(name).kinds.items():
            if target := re.fullmatch(r"codes?:(\w+)\??", kind):
                known = codelist(target[1])
                pointing = [(code.code, pointed) for code in codelist(name) for pointed in code.texts(key)]
                wrong += [(name, code, key, pointed) for code, pointed in pointing if pointed not in known]
    assert wrong == []


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
    assert marked == {"K", "L", "L_CAN_TRO", "M", "N", "O", "P", "Q"}
    assert {"police", "fire", "ambulance"} <= {line.code for line in codelist("hotline") if line.unverified}
