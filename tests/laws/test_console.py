"""Laws of what the console says: a sentence has both languages, one separator, and goes out by one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.test_catalogue import VIETNAMESE, sentences
from tests.source import ROOT

FILES = [*sorted((ROOT / "casework" / "administration").glob("*.py")), ROOT / "casework" / "cli.py"]
# What others ask and print in a way of their own: tables of the demo, sheets of paper, questions of the founding.
_RAW = {"setup.py", "setup_answers.py", "setup_questions.py"}
_TELLING = {"ConfigurationError", "VaultError", "CaseworkError"}


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


@pytest.mark.parametrize("file", [file for file in FILES if file.name not in _RAW], ids=lambda file: file.name)
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


@pytest.mark.parametrize("file", [file for file in FILES if file.name not in _RAW], ids=lambda file: file.name)
def test_a_refusal_of_a_command_is_told_in_english_too(file: Path):
    for name, node in calls(file):
        text = literals(node.args[0]) if node.args else ""
        if name in _TELLING and VIETNAMESE.search(text):
            assert " / " in text or text in sentences(), text
