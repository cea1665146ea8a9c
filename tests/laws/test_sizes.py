"""The numbers that keep the program small enough to be read."""

import ast
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("path", python_files("casework", "bench", "tests"), ids=str)
def test_a_file_holds_one_subject(path: Path):
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert lines <= FILE_LINES


@pytest.mark.parametrize("path", python_files("casework", "bench"), ids=str)
def test_a_function_fits_a_screen(path: Path):
    long = {
        function.name: function.end_lineno - function.lineno + 1
        for function in _functions(ROOT / path)
        if function.end_lineno - function.lineno + 1 > FUNCTION_LINES
    }
    assert long == {}


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
