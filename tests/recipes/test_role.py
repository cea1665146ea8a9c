"""The recipe "Add a role / an agency": eight files, and somebody of the role comes in and gets their pages."""

from pathlib import Path

from tests.recipes import recipe

STEPS = recipe.steps("Add a role / an agency")


def test_an_agency_with_its_role_takes_eight_files_and_works(tmp_path: Path):
    assert len(recipe.edited(STEPS)) == 8
    tree = recipe.followed(STEPS, tmp_path / "tree")
    found = recipe.told(tree, "role_there.py", str(tmp_path))
    assert found["gaps"] == []
    assert found["known"]
    assert found["signed_in"] == 303
    assert found["status"] == {"/": 200, "/chuyen-gui": 200, "/tim": 200, "/nhat-ky": 403}
    assert found["home"]
    assert found["table"]
    assert found["asked"]
    assert found["kept"]


def test_a_step_that_is_left_out_is_told_in_one_sentence(tmp_path: Path):
    without_agency = [step for step in STEPS if "agency.toml" not in step.path]
    said = recipe.refused(without_agency, tmp_path / "tree", ["-m", "casework", "policy"])
    assert said == (
        "Error: casework/codelists/role.toml: the role 'border_officer' names the agency 'border_guard', "
        "which has no row in casework/codelists/agency.toml"
    )
