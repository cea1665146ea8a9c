"""An answer that says "none" or "not known" stands alone; each list of several answers declares which do."""

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from casework.cases.sections import SECTIONS
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, SHARING, fills, sends, wrongs
from tests.stories import dao

SEVERAL = {
    (section, name): question.codelist or ""
    for section, data in SECTIONS.items()
    for name, question in data.questions().items()
    if question.kind == "codes"
}
_DENIES = re.compile(r"(Chắc |)(Không|Chưa|Chẳng)\b", re.IGNORECASE)
# Where each list is asked of whoever edits a section.
EDITED = {
    (section, name, code.code)
    for (section, name), listed in SEVERAL.items()
    if SECTIONS[section].questions()[name].asked
    for code in codelist(listed)
    if code.exclusive
}


def rows(listed: str) -> dict[str, dict[str, Any]]:
    toml = files("casework.codelists").joinpath(f"{listed}.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = tomllib.loads(toml)["codes"]
    return found


@pytest.mark.parametrize("listed", sorted(set(SEVERAL.values())))
def test_a_list_of_several_answers_declares_of_each_denial_whether_it_stands_alone(listed: str):
    denials = {
        code
        for code, row in rows(listed).items()
        if row.get("unknown") or any(_DENIES.match(row.get(words, "")) for words in ("vi", "plain"))
    }
    assert {code for code in denials if "exclusive" not in rows(listed)[code]} == set()
    assert [code for code, row in rows(listed).items() if row.get("unknown") and not row["exclusive"]] == []


def test_the_rule_is_that_of_the_list_and_an_answer_alone_is_none_of_its_business():
    weapon = codelist("weapon")
    assert [code.code for code in weapon.excluding(["knife", "none"])] == ["none"]
    assert weapon.excluding(["none"]) == weapon.excluding(["none", "none"]) == weapon.excluding(["knife", "rope"]) == ()


@only_sqlite
def test_no_edit_form_takes_such_an_answer_beside_others_and_what_was_chosen_comes_back(lan, browser):
    case_id = lan.opens_a_case(dao(danger="no"))
    client, taken = browser("lan"), []
    for section, name, code in sorted(EDITED, key=str):
        other = next(one.code for one in codelist(SEVERAL[section, name]) if not one.exclusive and one.active())
        url = f"/vu-viec/{case_id}/{section.code}/sua"
        answer = client.post(url, data={"base": "1", name: [code, other]})
        kept = all(f'value="{one}" checked' in answer.text for one in (code, other))
        if answer.status_code != 422 or "không đi cùng câu trả lời khác" not in answer.text or not kept:
            taken.append((section, name, code, answer.status_code))
    assert EDITED
    assert taken == []
    assert lan.does(desk.read_section, case_id, Section.INJURIES)[0].data == dao().injuries


@only_sqlite
@pytest.mark.parametrize(
    ("number", "page"),
    [
        (5, {**EVENT, "weapon": ["none", "knife"]}),
        (5, {**EVENT, "injuries": ["none", "neck"]}),
        (5, {**EVENT, "unclear": ["unknown"]}),
        (5, {"other": ["DANH_DAP"], "unclear": ["unknown"]}),
        (6, {**SHARING, "past": ["none", "drinks"]}),
    ],
)
def test_the_intake_asks_which_is_right_and_keeps_both(browser, number, page):
    client = browser("lan")
    draft_id = fills(client)
    answer = sends(client, draft_id, number, {**page, "place": "home"} if number == 5 else page)
    assert answer.status_code == 422
    assert "không đi cùng câu trả lời khác" in " ".join(wrongs(answer))
    again = client.get(f"/ghi-nhan/{draft_id}/{number}").text
    for values in page.values():
        for value in values if isinstance(values, list) else ():
            assert f'value="{value}" checked' in again
