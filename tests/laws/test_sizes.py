"""The numbers that keep the program small enough to be read; what belongs together is decided by the subject."""

import ast
from pathlib import Path

from tests.source import ROOT, python_files

FILE_LINES = 400
FUNCTION_LINES = 40
VIEW_LINES = 15
BINS = {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc"}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def _functions(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTION)]


def _body_lines(function) -> int:
    """Count the lines after the signature and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_a_file_is_not_longer_than_a_reader_keeps_in_mind():
    lines = {
        str(path): (ROOT / path).read_text(encoding="utf-8").count("\n")
        for path in python_files("casework", "bench", "tests")
    }
    assert {path: count for path, count in lines.items() if count > FILE_LINES} == {}


def test_a_function_fits_a_screen():
    lines = {
        f"{path}:{function.name}": function.end_lineno - function.lineno + 1
        for path in python_files("casework", "bench")
        for function in _functions(ROOT / path)
    }
    assert {name: count for name, count in lines.items() if count > FUNCTION_LINES} == {}


def test_a_view_is_a_form_an_action_and_a_redirect():
    long = {
        f"{path}:{function.name}": _body_lines(function)
        for path in python_files("casework")
        if path.name == "views.py"
        for function in _functions(ROOT / path)
        if _body_lines(function) > VIEW_LINES
    }
    assert long == {}


def test_no_name_is_a_bin():
    named = {part for path in python_files("casework") for part in (*path.parts[:-1], path.stem)}
    assert named & BINS == set()
