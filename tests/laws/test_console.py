"""Laws of what the console says: a sentence has both languages, one separator, and goes out by one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.test_catalogue import VIETNAMESE, sentences
from tests.source import ROOT

FILES = [*sorted((ROOT / "casework" / "administration").glob("*.py")), ROOT / "casework" / "cli.py"]
_TELLING = {"ConfigurationError", "VaultError", "CaseworkError", "BadInput", "Conflict", "Refused"}
# What asks, and which of its words a person reads: the first, or that after the path of an answer.
_ASKING = {
    "ask": 0,
    "ask_code": 0,
    "ask_key": 0,
    "ask_sheet": 0,
    "ask_more": 0,
    "confirm": 0,
    "say": 0,
    "answer": 1,
    "_page": 1,
    "_numbered": 0,
}


def literals(node: ast.AST) -> str:
    """The fixed parts of a string, formatted or not; each hole is a sign."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "•" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name that stands there, as click.echo."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sentence_in_two_languages_has_two_halves_and_no_more(file: Path):
    wrong = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        text = literals(node)
        if text.count(" / ") and VIETNAMESE.search(text):
            vietnamese, _, english = text.partition(" / ")
            if " / " in english or VIETNAMESE.search(english.replace("“Bộ số", "")) or not vietnamese:
                wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_has_two_languages_is_never_printed_as_it_is(file: Path):
    printed = [
        literals(node.args[0])
        for name, node in calls(file)
        if name in ("click.echo", "click.confirm", "click.prompt") and node.args
    ]
    if file.name == "console_output.py":
        return
    said = [text for text in printed if " / " in text]
    assert said == [], "say() of console_output.py shows one language"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_asked_and_said_is_in_both_languages(file: Path):
    alone = []
    for name, node in calls(file):
        place = _ASKING.get(name.rpartition(".")[2])
        named = [word.value for word in node.keywords if word.arg in ("hint", "question")]
        for argument in [*(node.args[place : place + 1] if place is not None else ()), *named]:
            text = literals(argument)
            if VIETNAMESE.search(text) and " / " not in text and text not in sentences():
                alone.append(text)
    assert alone == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_refusal_of_a_command_is_told_in_english_too(file: Path):
    for name, node in calls(file):
        text = literals(node.args[0]) if node.args else ""
        if name in _TELLING and VIETNAMESE.search(text):
            assert " / " in text or text in sentences(), text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_vietnamese_is_printed_past_say(file: Path):
    printed = [literals(node.args[0]) for name, node in calls(file) if name.startswith("click.") and node.args]
    assert [text for text in printed if VIETNAMESE.search(text)] == []
