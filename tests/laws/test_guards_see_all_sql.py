"""The guards watch statements that know their tables: raw text would pass unseen.

The linter forbids text() and literal_column(); this law forbids the ways of the driver.
"""

import ast
from pathlib import Path

import pytest

from tests.source import ROOT, python_files

RAW = {"exec_driver_sql", "raw_connection", "executescript"}
ALLOWED = {Path("casework") / name for name in ("engine.py", "bare.py", "vault/shred.py")}


def _ways_past_the_guards(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return attributes & RAW


@pytest.mark.parametrize("path", python_files("casework"), ids=str)
def test_no_statement_is_raw_text_outside_the_database_module(path: Path):
    assert path in ALLOWED or _ways_past_the_guards(path) == set()


def test_the_law_finds_raw_text_where_it_stands():
    assert any(_ways_past_the_guards(path) for path in ALLOWED)
