"""What is read aloud is what happens: each sentence has an act that keeps it and a test that shows it, or says why not.

`tests/laws/spoken.toml` holds them. A script is short, and says the right word to whoever listens.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from casework.codelists import codelist, said_to
from casework.codelists.model import Code
from casework.policy.table import policy
from casework.policy.vocabulary import Act
from casework.web import spoken_text
from tests.house import only_sqlite
from tests.people import STAFF, THANH_SON
from tests.source import ROOT

FILE = Path(__file__).with_name("spoken.toml")
MOST_WORDS = 150
RECORDING = [agency.code for agency in codelist("agency") if agency.flag("holds_keys")]
OTHERS = [role.code for role in codelist("role") if role.flag("person")]
PRONOUNS = [pronoun.code for pronoun in codelist("pronoun")]
_END = re.compile(r"(?<=[.?!])\s+")


def sentences(text: str) -> list[str]:
    return [sentence for sentence in _END.split(text.strip()) if sentence]


def wordings(part: Code) -> Iterator[str]:
    """Every wording of a part of a script: its own, those of single agencies, in danger and to a child."""
    yield part.vi
    others = ("by_", "in_danger", "to_child")
    yield from (part.text(name) for name in part.extra if name.startswith(others) and not name.endswith("_en"))


def read_aloud() -> set[str]:
    parts = [part for name in spoken_text.SCRIPTS for part in codelist(name).active()]
    return {sentence for part in parts for words in wordings(part) for sentence in sentences(words)}


@cache
def kept() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["sentence"]
    return found


def gaps(entry: dict[str, Any]) -> list[str]:
    """What an entry lacks: an act of the policy and a test that is there, or the reason why nothing keeps it."""
    if "because" in entry:
        alone = set(entry) == {"says", "because"} and entry["because"].endswith(".")
        return [] if alone else ["a reason stands alone"]
    acts, tests = entry.get("acts", []), entry.get("tests", [])
    missing = [] if acts and tests else ["no act or no test"]
    missing += [act for act in acts if act not in set(Act) or not policy().rows[Act(act)].who]
    return missing + [test for test in tests if not _is_there(test)]


@cache
def _tests_of(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return frozenset(name for name in names if name.startswith("test_"))


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return name in _tests_of(path)


def test_each_sentence_that_is_read_aloud_stands_in_the_list_of_promises_once_and_word_for_word():
    listed = Counter(entry["says"] for entry in kept())
    assert sorted(read_aloud() - set(listed)) == [], f"say in {FILE.name} which act and which test keep these"
    assert sorted(set(listed) - read_aloud()) == [], "nobody reads these aloud any more"
    assert [sentence for sentence, times in listed.items() if times > 1] == []


def test_each_promise_has_an_act_of_the_policy_and_a_test_or_a_reason():
    assert {entry["says"]: gaps(entry) for entry in kept() if gaps(entry)} == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"says": "A."},
        {"says": "A.", "acts": ["case.open"]},
        {"says": "A.", "acts": ["case.opened"], "tests": ["tests/laws/test_spoken.py::test_the_law_sees_a_gap"]},
        {"says": "A.", "acts": ["case.open"], "tests": ["tests/laws/test_spoken.py::test_that_is_not_there"]},
        {"says": "A.", "acts": ["case.open"], "tests": ["tests/laws/not_there.py::test_the_law_sees_a_gap"]},
        {"says": "A.", "acts": ["case.open"], "because": "It promises nothing."},
    ],
)
def test_the_law_sees_a_gap(entry):
    assert gaps(entry) != []


def test_no_title_and_no_english_is_missing():
    parts = [(name, part) for name in spoken_text.SCRIPTS for part in codelist(name)]
    assert [part.code for _, part in parts if not (part.text("title") and part.text("title", "en") and part.en)] == []


@pytest.mark.parametrize("name", spoken_text.SCRIPTS)
@pytest.mark.parametrize("pronoun", PRONOUNS)
def test_a_script_is_at_most_150_words_whoever_reads_it_and_whoever_listens(name, pronoun):
    for agency in ["", *RECORDING]:
        for role in OTHERS:
            parts = spoken_text.script(name, agency, role)
            for case in ("", "in_danger", "to_child"):
                words = [said_to(part.text(f"by_{agency}") or part.text(case) or part.vi, pronoun) for part in parts]
                assert sum(len(text.split()) for text in words) <= MOST_WORDS, (agency, role, case)


@pytest.mark.parametrize("name", spoken_text.SCRIPTS)
@pytest.mark.parametrize("pronoun", PRONOUNS)
def test_nobody_but_a_woman_is_called_chi_and_a_sentence_begins_with_a_capital(name, pronoun):
    said = [said_to(words, pronoun) for part in codelist(name) for words in (*wordings(part), part.text("title"))]
    word = codelist("pronoun").get(pronoun).text("word")
    own = re.compile(rf"\b{word}\b", re.IGNORECASE)
    assert any(own.search(text) for text in said)
    assert [text for text in said if word != "chị" and re.search(r"\bchị\b", text, re.IGNORECASE)] == []
    assert [text for text in said for sentence in sentences(text) if not sentence[0].isupper()] == []


def test_advice_alone_is_offered_aloud_by_exactly_those_who_may_give_it():
    advisers = policy().rows[Act.ADVICE_RECORD].who
    for agency in RECORDING:
        roles = [role.code for role in codelist("role") if agency in role.texts("agencies")]
        offered = "counselling_only" in {part.code for part in spoken_text.script("told", agency)}
        assert offered == any(role in advisers for role in roles), agency


@only_sqlite
@pytest.mark.parametrize("pronoun", ["chi", "anh", "bac", "chau"])
def test_each_page_that_reads_aloud_shows_its_script_in_the_right_words(lan, browser, pronoun):
    client, case_id = browser("lan"), lan.opens_a_case()
    pages = {
        "told": f"/ghi-nhan?goi={pronoun}",
        "told_in_danger": f"/ghi-nhan/nguy-hiem?goi={pronoun}",
        "told_at_consent": f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y?goi={pronoun}",
        "told_at_closing": f"/vu-viec/{case_id}/dong?goi={pronoun}",
    }
    for name, path in pages.items():
        shown = " ".join(html.fromstring(client.get(path).text).xpath("string(//main)").split())
        parts = spoken_text.script(name, "womens_union")
        to_child = "to_child" if pronoun == "chau" else ""
        said = [said_to(part.text("by_womens_union") or part.text(to_child) or part.vi, pronoun) for part in parts]
        assert [words for words in said if words not in shown] == [], name


@only_sqlite
@pytest.mark.parametrize("username", [name for name, one in STAFF.items() if one.commune_id == THANH_SON])
def test_each_role_has_one_page_of_what_to_say_at_the_door_in_danger_and_never(browser, username):
    page = html.fromstring(browser(username).get("/noi-the-nao").text)
    headings = [" ".join(heading.text_content().split()) for heading in page.xpath("//section/h2")]
    assert {"Khi có người tìm đến", "Khi có nguy hiểm", "Điều không ai nói"} <= set(headings)
    assert all(section.xpath(".//p[@class='lead'] | .//li") for section in page.xpath("//div[@class='speech']/section"))
