"""Each recipe of CONTRIBUTING.md, followed to the letter in a copy of the tree, gives what it promises."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.recipes.recipe import Step, copy_tree, recipe

QUESTION, ACT, ROLE = (recipe(title) for title in ("Add a question", "Add an act", "Add a role"))
PROOFS = ("tests/recipes/followed.py", "tests/laws/test_codelists.py")
COMPLETE = (
    "from casework.list_consistency import require_complete; "
    "from casework.policy.vocabulary import Act; require_complete(set(Act))"
)


def python(tree: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run Python in a tree, with the program that stands there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env=kept | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("steps", "most"), [(QUESTION, 4), (ACT, 6), (ROLE, 8)], ids=["question", "act", "role"])
def test_a_recipe_takes_few_files_each_of_them_once(steps: Sequence[Step], most: int):
    files = [step.path for step in steps]
    assert 2 <= len(files) <= most
    assert len(set(files)) == len(files)


def test_whoever_follows_the_recipes_gets_what_they_promise(tmp_path: Path):
    tree = copy_tree(tmp_path)
    for step in [*QUESTION, *ACT, *ROLE]:
        step.apply(tree)
    compiling = python(tree, ["-m", "babel.messages.frontend", "-q", "compile", "-d", "casework/translations"])
    assert compiling.returncode == 0, compiling.stderr
    done = python(tree, ["-m", "pytest", "-n", "0", "-q", "--noconftest", "-p", "no:cacheprovider", *PROOFS])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("steps", "forgotten", "said"),
    [
        (
            ACT,
            "casework/policy/policy.toml",
            "casework/policy/policy.toml: the act 'address.room' (casework/policy/vocabulary.py) "
            "has no row under [acts]",
        ),
        (
            ROLE,
            "casework/codelists/agency.toml",
            "casework/codelists/bundle.toml: the bundle 'border_guard' names the agency 'border_guard', "
            "which has no row in casework/codelists/agency.toml",
        ),
    ],
    ids=["act", "role"],
)
def test_a_step_that_was_forgotten_is_told_in_one_sentence(
    tmp_path: Path, steps: Sequence[Step], forgotten: str, said: str
):
    tree = copy_tree(tmp_path, ("casework",))
    for step in steps:
        if step.path.startswith("casework/") and step.path != forgotten:
            step.apply(tree)
    done = python(tree, ["-c", COMPLETE])
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].partition(": ")[2] == said
