"""The recipe "Add a question" of CONTRIBUTING.md, followed in a copy."""

from pathlib import Path

from tests.recipes.following import copy_to, follow, recipe, run_tests
from tests.source import ROOT

MOST_FILES = 4


def test_a_question_costs_four_files_at_most_and_each_of_them_is_there():
    files = {step.file for step in recipe("Add a question")}
    assert 2 <= len(files) <= MOST_FILES
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_whoever_follows_the_recipe_has_a_question_that_is_asked_and_printed(tmp_path: Path):
    copy_to(tmp_path)
    steps = recipe("Add a question")
    follow(steps[:2], tmp_path)
    found = run_tests(tmp_path, "tests/recipes/question_asked.py", "-k", "edit_form or not_ask")
    assert found.returncode == 0, found.stdout
    follow(steps[2:], tmp_path)
    laws = ("tests/laws/test_questions.py", "tests/laws/test_catalogue.py")
    found = run_tests(tmp_path, "tests/recipes/question_asked.py", *laws, "-k", "not not_ask")
    assert found.returncode == 0, found.stdout
