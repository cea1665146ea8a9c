"""Every promise of SECURITY.md says what holds it and names tests that show it, and each of these is there."""

import ast
import re
from functools import cache

from tests.source import ROOT

TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_HEADING = "\n## What is promised, and against whom\n"


def promises() -> list[list[str]]:
    """Return the rows of the table of promises as their cells: against whom, what, held by, shown by."""
    section = _TEXT.partition(_HEADING)[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


@cache
def defined_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_promise_names_what_holds_it_and_the_tests_that_show_it():
    assert len(promises()) >= 17
    assert [row[0] for row in promises() if len(row) != 4 or not row[2] or not TEST.search(row[3])] == []


def test_every_test_that_a_promise_names_is_there():
    named = TEST.findall(_TEXT)
    assert len(named) >= 40
    assert [f"{path}::{name}" for path, name in named if name not in defined_in(path)] == []
