"""A commune gets an agency that it was founded without: its sheets are on paper before it is there."""

import json
from pathlib import Path
from typing import Any

import pytest

from casework.administration import setup_answers
from casework.audit import freshness
from casework.errors import BadInput
from casework.maintenance.system_actors import commune_ids
from casework.vault.integrity.signed_rows import attach_keys
from tests.administration.new_installation import CODE, founded_without, used, write_answers
from tests.commands import call

CODE_OF = "legal_aid"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "sổ"
    founded_without(folder, CODE_OF)
    return folder


def adding(office: Path, code: str = CODE_OF, username: str = "phuc.vp") -> list[str]:
    def first_people(raw: dict[str, Any]) -> None:
        role = {"legal_aid": "legal_officer", "police": "officer"}[code]
        raw["people"] = [{"name": "Hoàng Văn Phúc", "username": username, "agency": code, "roles": [role]}]

    answers = write_answers(office.parent, first_people)
    words = ["agency", "add", "--data", str(office), "--agency", code, "--answers", str(answers)]
    return [*words, "--papers", str(papers_of(office))]


def papers_of(office: Path) -> Path:
    return office.with_name("tờ.html")


def state_of(office: Path) -> str | None:
    with used(office) as installation:
        [commune_id] = commune_ids(installation.gate)
        with installation.gate.database.read_only() as session:
            attach_keys(session, installation.gate.server_keys(commune_id))
            agencies = freshness.agencies(session, commune_id)
    return next((agency.state for agency in agencies if agency.kind == CODE_OF), None)


def test_it_has_good_papers_and_receives_nothing_before_a_second_person_has_confirmed_it(office: Path):
    assert state_of(office) is None
    done = call(*adding(office))
    assert done.exit_code == 0, done.output
    assert state_of(office) == "new"
    codes = CODE.findall(papers_of(office).read_text(encoding="utf-8"))
    assert len(codes) == 3
    drill = ("drill", "--data", str(office), "--agency", CODE_OF, "--seat")
    assert [call(*drill, str(seat), typed=codes[seat - 1] + "\n").exit_code for seat in (1, 2)] == [0, 0]
    assert call("verify", "--data", str(office)).exit_code == 0
    listed = json.loads(call("commune", "list", "--data", str(office), "--json").output)
    assert [commune["agencies"] for commune in listed["communes"]] == [9]
    again = call(*adding(office, username="khac.vp"))
    assert (again.exit_code, "đã có" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("code", "username", "words"), [("police", "cuong.hai", "đã có"), (CODE_OF, "hoa.hoi", "đã có người dùng")]
)
def test_what_is_there_already_is_refused_before_printing(office: Path, code: str, username: str, words: str):
    done = call(*adding(office, code, username))
    assert (done.exit_code, words in done.output) == (1, True), done.output
    assert not papers_of(office).exists()
    assert state_of(office) is None


def test_papers_that_are_not_confirmed_found_no_agency(office: Path):
    done = call(*adding(office), typed="0000\n")
    assert (done.exit_code, "sổ vẫn như trước" in done.output) == (1, True), done.output
    assert state_of(office) is None
    assert call("verify", "--data", str(office)).exit_code == 0


def test_an_agency_that_no_list_knows_is_refused(office: Path):
    done = call("agency", "add", "--data", str(office), "--agency", "bank")
    assert (done.exit_code, "Cơ quan phải là một trong" in done.output) == (1, True)


@pytest.mark.parametrize("roles", [("host", "counsellor"), ("counsellor", "host")])
def test_nobody_of_another_agency_becomes_a_counsellor_by_being_a_host_too(roles: tuple[str, str]):
    assert setup_answers.roles(roles, "womens_union") == roles
    with pytest.raises(BadInput, match="không thuộc"):
        setup_answers.roles(roles, "reporters")
