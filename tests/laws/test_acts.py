"""One word, three uses: every act has one row, one function and one line; and only the gate ends a transaction."""

import ast
import importlib
import pkgutil
from pathlib import Path

import casework
from casework.gate import ACTIONS, Action
from casework.policy.table import policy
from casework.policy.vocabulary import Act
from tests.laws.acts_of_routes import ASKED_BEFORE, LISTED, SAID
from tests.source import python_files, syntax_tree

DATABASE, GATE = Path("casework/db.py"), Path("casework/gate.py")
SCOPE = Path("casework/cases/scope.py")
# Who may set options on a statement or connection, by which the guards decide.
OPTIONS: dict[Path, set[str | None]] = {
    DATABASE: {"permit", "isolation_level", "deferred", None},
    GATE: {"permit"},
    SCOPE: {"scope"},
    # What all rows of a head amount to, as one hash, within the act that changes one of them.
    Path("casework/vault/integrity/bound_rows.py"): {"scope"},
    Path("casework/audit/verify.py"): {"yield_per"},
    Path("casework/audit/integrity_faults.py"): {"yield_per"},
    Path("casework/unguarded_database.py"): {"isolation_level", "postgresql_readonly", None},
    Path("casework/maintenance/legacy_signatures.py"): {"yield_per"},
    Path("casework/maintenance/dump.py"): {"yield_per"},
    Path("casework/maintenance/row_verification.py"): {"yield_per"},
    Path("casework/maintenance/signed_tables.py"): {"yield_per"},
}
# Ends or opens a transaction, or goes around the unit of work.
TRANSACTION = {
    "commit",
    "rollback",
    "begin_nested",
    "bulk_save_objects",
    "bulk_insert_mappings",
    "bulk_update_mappings",
    "merge",
}


def _every_module() -> None:
    for module in pkgutil.walk_packages(casework.__path__, "casework."):
        if module.name != "casework.__main__":
            importlib.import_module(module.name)


def _calls(path: Path) -> list[ast.Call]:
    tree = syntax_tree(path)
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_every_act_has_one_row_and_one_function():
    _every_module()
    assert set(ACTIONS) == set(Act) == set(policy().rows)
    assert all(isinstance(one, Action) and one.act is act for act, one in ACTIONS.items())


def test_every_function_of_an_act_says_what_it_does():
    _every_module()
    assert [str(act) for act, one in ACTIONS.items() if not (one.__doc__ or "").strip().endswith(".")] == []


def test_a_view_asks_for_the_act_that_is_listed_for_its_route():
    other = {key for key, act in LISTED.items() if SAID.get(key, act) != act}
    assert other == ASKED_BEFORE


def test_no_two_acts_are_called_the_same():
    for language in ("vi", "en"):
        names = [getattr(row, language) for row in policy().rows.values()]
        assert len(names) == len(set(names))


def test_only_the_gate_s_database_ends_a_transaction():
    ended = {
        path: {call.func.attr for call in _calls(path) if isinstance(call.func, ast.Attribute)} & TRANSACTION
        for path in python_files("casework")
    }
    assert {str(path): words for path, words in ended.items() if words} == {str(DATABASE): {"commit", "rollback"}}


def _options(path: Path) -> set[str | None]:
    named = {
        word.arg
        for call in _calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "execution_options"
        for word in call.keywords
    }
    given = [word.value for call in _calls(path) for word in call.keywords if word.arg == "execution_options"]
    spelled = [value for value in given if isinstance(value, ast.Dict)]
    keys = {ast.literal_eval(key) for mapping in spelled for key in mapping.keys if isinstance(key, ast.Constant)}
    return named | keys | ({"?"} if len(spelled) < len(given) else set())


def test_only_the_row_filters_mark_a_statement_and_only_the_gate_hands_out_permits():
    beyond = {str(path): _options(path) - OPTIONS.get(path, set()) for path in python_files("casework")}
    assert {path: options for path, options in beyond.items() if options} == {}


def _asks(path: Path) -> bool:
    return any("ScopedQuery" in (getattr(call.func, "id", ""), getattr(call.func, "attr", "")) for call in _calls(path))


def test_nobody_but_the_row_filters_makes_what_the_guard_lets_through():
    assert {path for path in python_files("casework") if _asks(path)} == {SCOPE}


def test_the_law_finds_the_options_where_they_are_set():
    assert all(_options(path) for path in OPTIONS)
    assert _options(SCOPE) == {"scope"}
