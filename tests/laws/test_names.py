"""One name for one thing: whoever looks a name up finds one place."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterable

from tests.source import ROOT, python_files, syntax_tree

# What every slice has under the same name, because it holds the same there.
OF_EVERY_SLICE = {"__init__", "actions", "errors", "forms", "models", "presenters", "states", "view_models", "views"}


def repeated(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The names that stand for more than one place, with the places."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in named:
        places[name].append(place)
    return {name: where for name, where in places.items() if len(where) > 1}


def classes() -> Iterable[tuple[str, str]]:
    """Every public class of a module, with its file."""
    for path in python_files("casework"):
        for node in syntax_tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, str(path)


def test_no_two_classes_share_a_name():
    assert repeated(classes()) == {}


def test_no_two_modules_share_a_name_but_those_of_every_slice():
    modules = ((path.stem, str(path)) for path in python_files("casework") if path.stem not in OF_EVERY_SLICE)
    assert repeated(modules) == {}


def test_the_law_finds_a_name_that_stands_twice():
    assert repeated([("Page", "a.py"), ("Sheet", "a.py"), ("Page", "b.py")]) == {"Page": ["a.py", "b.py"]}


def test_the_contracts_about_imports_name_every_module_of_actions_views_and_forms():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["name"]: one for one in settings["tool"]["importlinter"]["contracts"]}
    modules = {
        ".".join(path.with_suffix("").parts): path.stem for path in python_files("casework") if len(path.parts) == 3
    }
    for name, kinds in (
        ("Actions know nothing of the web", ("_actions",)),
        ("Views and forms reach no row", ("_views", "_forms")),
    ):
        kept = set(contracts[name]["source_modules"])
        assert {module for module, stem in modules.items() if stem.endswith(kinds)} <= kept
