"""The guards watch statements that know their tables: raw text would pass unseen.

The linter forbids text() and literal_column(); this law forbids the ways of the driver.
"""

import ast
from pathlib import Path

from tests.source import python_files, syntax_tree

RAW = {"exec_driver_sql", "raw_connection", "executescript"}
ALLOWED = {Path("casework") / name for name in ("engine.py", "unguarded_database.py", "secure_delete.py")}


def _ways_past_the_guards(path: Path) -> set[str]:
    tree = syntax_tree(path)
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return attributes & RAW


def test_no_statement_is_raw_text_outside_the_database_module():
    raw = {str(path): _ways_past_the_guards(path) for path in python_files("casework") if path not in ALLOWED}
    assert {path: ways for path, ways in raw.items() if ways} == {}


def test_the_law_finds_raw_text_where_it_stands():
    assert any(_ways_past_the_guards(path) for path in ALLOWED)
