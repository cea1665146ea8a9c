"""What no part of the program may use: guessable random numbers, formats that run code, templates from a string."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.source import python_files, syntax_tree

# V1.5.2, V11.5.1: modules that turn bytes into code, or whose numbers can be foretold.
MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "marshal",
    "shelve",
    "yaml",
    "jsonpickle",
    "random",
    "uuid.uuid1",
    "xml",
    "code",
}
# V1.3.7: a page comes from a file, never from a string; nothing typed is ever run.
NAMES = {"render_template_string", "from_string", "Template", "eval", "exec", "compile", "__import__", "uuid1", "uuid3"}
# V11.1.2: who encrypts and decrypts.
CRYPTOGRAPHY = Path("casework/vault")
FILES = python_files("casework", "migrations")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == "re"):
            yield node.attr
        if isinstance(node, ast.ImportFrom):
            yield from (name.name for name in node.names)


def test_nothing_runs_what_it_reads_and_no_chance_can_be_foretold():
    trees = {path: syntax_tree(path) for path in FILES}
    modules = {
        path: {name for name in imported(tree) if MODULES & {name, name.partition(".")[0]}}
        for path, tree in trees.items()
    }
    names = {path: set(used(tree)) & NAMES for path, tree in trees.items()}
    assert {str(path): found for path, found in modules.items() if found} == {}
    assert {str(path): found for path, found in names.items() if found} == {}


def test_only_the_vault_makes_and_opens_what_is_sealed():
    packages = {path: {name.partition(".")[0] for name in imported(syntax_tree(path))} for path in FILES}
    users = {path for path, names in packages.items() if "cryptography" in names}
    assert users
    assert {str(path) for path in users if not path.is_relative_to(CRYPTOGRAPHY)} == set()


def test_the_law_finds_what_it_forbids():
    tree = ast.parse(
        "import random\nfrom jinja2 import Template\nfrom cryptography import x509\neval('1')\nre.compile('')"
    )
    assert {"random", "cryptography"} <= set(imported(tree))
    assert {"Template", "eval"} <= set(used(tree))
    assert "compile" not in set(used(tree))
