"""The recipe "Add an act with its page": six files, and the act answers on its page."""

from pathlib import Path

from tests.recipes import recipe

STEPS = recipe.steps("Add an act with its page")


def test_an_act_with_its_page_takes_six_files_and_answers(tmp_path: Path):
    assert len(recipe.edited(STEPS)) == 6
    tree = recipe.followed(STEPS, tmp_path / "tree")
    found = recipe.told(tree, "act_there.py", str(tmp_path))
    assert found["gaps"] == []
    assert found["status"] == {"lan": 200, "chinh": 200, "thu": 403, "": 303}
    assert found["titled"]
    assert found["route"] == "address.room"
    assert found["acts"]


def test_a_step_that_is_left_out_is_told_in_one_sentence(tmp_path: Path):
    without_row = [step for step in STEPS if "policy.toml" not in step.path]
    said = recipe.refused(without_row, tmp_path / "tree", ["-m", "casework", "policy"])
    assert said == (
        "Error: casework/policy/policy.toml: the act 'address.room' (casework/policy/words.py) has no row under [acts]"
    )
