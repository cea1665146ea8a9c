"""Every gate of the program keeps the revocation log: it is opened in one place."""

import ast
from pathlib import Path

from tests.source import python_files, syntax_tree

OPENS = Path("casework/gate.py")
# These sign rows again or only look: nothing is taken away through their gates.
TAKE_NOTHING = {Path("casework/administration/server_key_rotation.py"), Path("casework/administration/diagnostics.py")}


def _makes_a_gate(path: Path) -> bool:
    tree = syntax_tree(path)
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(isinstance(node, ast.Name) and node.id == "Gate" for node in calls)


def test_a_gate_is_opened_with_its_ledger():
    assert [str(path) for path in python_files("casework") if _makes_a_gate(path)] == sorted(
        map(str, {OPENS, *TAKE_NOTHING})
    )


def test_the_law_finds_a_gate_where_one_is_made():
    assert _makes_a_gate(OPENS)
