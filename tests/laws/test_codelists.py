"""Laws of every code list: two languages, a source, and no code that ever disappears."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from casework.codelists import codelist, names
from casework.codelists.model import Code
from tests.laws.test_templates import EXPRESSION, TEMPLATES
from tests.source import python_files, syntax_tree

KNOWN = Path(__file__).parents[1] / "codelists" / "known_codes.txt"
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")
NOT_VIETNAMESE = re.compile(r"\b(the|and|of|not|unknown|other)\b", re.IGNORECASE)

# How an addition of a kind is read, and what reads one by its name as its last argument.
ACCESSORS = {"flag": {"flag"}, "number": {"number"}, "text": {"text", "texts"}, "texts": {"text", "texts"}}
OF_A_NAMED_LIST = {"code_words": "text", "_listed": "texts", "_roles_with_flag": "flag"}
IN_A_TEMPLATE = re.compile(r"""\.(flag|number|texts?)\(\s*["'](\w+)["'](\s*~)?""")
AS_A_FILTER = re.compile(r"""\|\s*code\(["']\w+["'],\s*["'](\w+)["']""")


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


def readings() -> Iterator[tuple[str, str]]:
    """Every (accessor, name of an addition) that code or a template asks for; a name that is put together ends in *."""
    for path in python_files("casework"):
        tree = syntax_tree(path)
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            yield from _readings_of(function)
    for file in TEMPLATES:
        for part in EXPRESSION.findall(file.read_text(encoding="utf-8")):
            yield from ((how, f"{name}*" if joined else name) for how, name, joined in IN_A_TEMPLATE.findall(part))
            yield from (("text", name) for name in AS_A_FILTER.findall(part))


def _readings_of(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in OF_A_NAMED_LIST and call.args:
            yield from ((OF_A_NAMED_LIST[name], word) for word in _words(call.args[-1]))
        elif name in ACCESSORS and call.args:
            # A name that stands in a variable is one of those that the same function speaks of.
            where = function if isinstance(call.args[0], ast.Name) else call.args[0]
            yield from ((name, word) for word in _words(where))


def _words(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.JoinedStr) and isinstance(one.values[0], ast.Constant):
            yield f"{one.values[0].value!s}*"
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def test_everything_that_a_list_says_of_its_codes_is_read_by_some_code_or_page():
    read = set(readings())
    unread = []
    for name in names():
        for key, kind in codelist(name).kinds.items():
            how = ACCESSORS.get(kind.removesuffix("?"), ACCESSORS["text"])
            asked = {word for accessor, word in read if accessor in how}
            if key not in asked and not any(word.endswith("_*") and key.startswith(word[:-1]) for word in asked):
                unread.append(f"{name}.{key}")
    assert unread == [], "give it the use that a reader of the list expects, or leave it out"
