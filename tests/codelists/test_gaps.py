"""What is missing between the lists is named in one sentence that begins with the file to open."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import list_consistency
from casework.codelists import BadCodeList, agencies, codelist, parsing
from casework.config import ConfigurationError
from casework.gate import ACTIONS
from casework.policy import table
from casework.policy.vocabulary import Act
from tests.laws.test_acts import _every_module

ROLE = "casework/codelists/role.toml"
GAPS = {
    "a bundle of no agency": (
        "bundle",
        ("[codes]\n", '[codes]\nharbour = { vi = "Cảng", en = "Harbour", sections = ["contact"] }\n'),
        "casework/codelists/bundle.toml: the bundle 'harbour' names the agency 'harbour', which has no row in "
        "casework/codelists/agency.toml",
    ),
    "a bundle of no section": (
        "bundle",
        ('sections = ["contact", "identity", "perpetrator"] }', 'sections = ["contact", "diary"] }'),
        "casework/codelists/bundle.toml: the bundle 'legal_aid' names the section 'diary', which has no row in "
        "casework/codelists/section.toml",
    ),
    "a bundle on no ground": (
        "bundle",
        ('at_once = "duty"', 'at_once = "whim"'),
        "casework/codelists/bundle.toml: the bundle 'child_protection' names the ground_kind 'whim'",
    ),
    "a need of no agency": (
        "need",
        ('agency = "legal_aid"', 'agency = "lawyers"'),
        "casework/codelists/need.toml: the need 'legal' names the agency 'lawyers'",
    ),
    "an agency without short words": (
        "agency",
        ('short = "Công an", ', ""),
        "casework/codelists/agency.toml: the agency 'police' has no words for 'short'",
    ),
    "an agency without a number to call": (
        "agency",
        (', hotline = "police", two_holders = true }', ", two_holders = true }"),
        "casework/codelists/agency.toml: the agency 'police' has no words for 'hotline'",
    ),
    "an agency with what nothing reads": (
        "agency",
        ("two_holders = true }", "two_holder = true }"),
        "casework/codelists/agency.toml: the agency 'police' has 'two_holder', which nothing reads",
    ),
    "an agency that nobody works in": (
        "role",
        ('agencies = ["oversight"]', "agencies = []"),
        f"{ROLE}: no role is held in the agency 'oversight' (casework/codelists/agency.toml)",
    ),
    "no agency that coordinates": (
        "agency",
        (", coordinates = true", ""),
        "casework/codelists/agency.toml: one agency must have 'coordinates', and 0 have it",
    ),
    "a role of no agency": (
        "role",
        ('agencies = ["oversight"]', 'agencies = ["overview"]'),
        f"{ROLE}: the role 'observer' names the agency 'overview'",
    ),
    "a role without a row": (
        "role",
        ("[codes.deputy]", "[codes.guest]"),
        f"{ROLE}: the role 'deputy' (casework/policy/vocabulary.py) has no row",
    ),
    "a row without a role": (
        "role",
        (
            "[codes.counsellor]",
            '[codes.guest]\nvi = "Khách"\nen = "Guest"\nagencies = []\nperson = false\n\n[codes.counsellor]',
        ),
        f"casework/policy/vocabulary.py: the role 'guest' ({ROLE}) is missing among the words",
    ),
    "a role without a first page": (
        "role",
        ('home = "Chưa có vụ việc nào ở đây', "# "),
        f"{ROLE}: the role 'counsellor' signs in and has no words for 'home'",
    ),
    "a role without English": ("role", ('en = "Observer"\n', ""), f"{ROLE}: the role 'observer' has no words for 'en'"),
    "a section without a row": (
        "section",
        ("legal = {", "lawful = {"),
        "casework/codelists/section.toml: the section 'legal' (casework/policy/vocabulary.py) has no row",
    ),
    "a section of another number": (
        "section",
        ("number = 16,", "number = 61,"),
        "casework/codelists/section.toml: the section 'legal' has another number in casework/policy/vocabulary.py: 16",
    ),
    "a reach without words": (
        "reach",
        ("lapsed = {", "lasting = {"),
        "casework/codelists/reach.toml: the reach 'lapsed' (casework/policy/vocabulary.py) has no row",
    ),
}


@pytest.fixture
def text_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of lists in the place of the program's own; whatever was read before is read anew, and again after."""
    for file in parsing.FILES.iterdir():
        if file.name.endswith(".toml"):
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(parsing, "FILES", tmp_path)
    _forget()
    yield tmp_path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    of_agencies = (agencies.coordinating, agencies.with_two_holders, agencies.first_role)
    for kept in (codelist, parsing._read, parsing.tables, *of_agencies):
        kept.cache_clear()
    table.policy.cache_clear()


@pytest.mark.parametrize(("name", "change", "said"), GAPS.values(), ids=GAPS)
def test_a_gap_is_told_in_one_sentence(text_of: Path, name: str, change: tuple[str, str], said: str):
    file = text_of / f"{name}.toml"
    before = file.read_text(encoding="utf-8")
    assert change[0] in before
    file.write_text(before.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=re.escape(said)) as gap:
        list_consistency.require_complete(set(Act))
    assert "\n" not in str(gap.value)


def test_an_act_without_a_function_is_told():
    with pytest.raises(
        ConfigurationError, match=r"casework/policy/vocabulary\.py: the act 'note\.add' has no function"
    ):
        list_consistency.require_complete(set(Act) - {Act.NOTE_ADD})


def test_a_role_that_signs_in_and_is_no_staff_is_told(monkeypatch: pytest.MonkeyPatch):
    text = table._TEXT.read_text(encoding="utf-8").replace(', "observer", "administrator"]', ', "administrator"]')
    short = table.read(text)
    monkeypatch.setattr(list_consistency, "policy", lambda: short)
    said = r"casework/policy/policy\.toml: the role 'observer' signs in and stands in no group of 'staff'"
    with pytest.raises(ConfigurationError, match=said):
        list_consistency.require_complete(set(Act))


def test_a_list_without_a_file_is_told():
    with pytest.raises(BadCodeList, match=r"casework/codelists/harbour\.toml: there is no such code list"):
        codelist("harbour")


def test_nothing_is_missing():
    _every_module()
    assert list(list_consistency.gaps(ACTIONS)) == []
