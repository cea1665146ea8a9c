"""Laws of the questions: each is declared once, and every page that asks or prints it reads it there."""

import ast
from collections.abc import Iterator
from typing import Any, TypeVar

from flask import Flask
from lxml import html
from wtforms.fields.core import UnboundField

from casework import clock
from casework.cases.fields import Source
from casework.cases.questions import LIMITS, Question, SectionData
from casework.cases.sections import LEDGERS, SECTIONS, Contact, GroundEntry, Identity, SafetyPlan
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.desk import presenters, section_forms, section_presenters
from casework.intake.page_flow import FORMS, SHARING
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from casework.referrals.ground_forms import ground_form, parts_form
from casework.web.forms import Form
from tests.house import only_sqlite
from tests.intake.filling import begins, sends
from tests.laws.test_templates import EXPRESSION, STRING, TEMPLATES
from tests.source import ROOT, python_files, syntax_tree

S = TypeVar("S", bound=SectionData)
KINDS = tuple(dict.fromkeys(SECTIONS.values()))
QUESTIONS = {Source(kind, name): question for kind in KINDS for name, question in kind.questions().items()}
EDITED = [section for section in SECTIONS if section not in LEDGERS | {Section.FACTS, Section.ERASURE, Section.ADVICE}]
# What an intake asks that no section keeps as it is answered: it decides who reads, what is asked, how it is counted.
OWN = {"mode", "pronoun", "readers", "unclear", "at_once", "detailed", "received_on", "received_hour"}
# Asked with words of its own for yes, no and unknown, before there is a case.
ANSWERS_OF_ITS_OWN = {Source(SafetyPlan, "somebody")}
# Stands on the page only while there is danger.
IN_DANGER = "at_once"
DECLARED_IN = (
    "casework/cases/sections.py",
    "casework/cases/advice.py",
    "casework/cases/task_entry.py",
    "casework/cases/erasure_entry.py",
)
# Where cases are asked about and shown; elsewhere the same words are about staff and addresses.
CASES = ("cases", "desk", "intake", "referrals", "retention", "staffing")
# What is also a heading, a tag, or the name of what stands in a column.
ALSO_ELSEWHERE = {
    "Lý do chia sẻ",
    "Chỉ tư vấn, chưa báo tin",
    "Lúc nào",
    "Lý do",
    "Mã vụ việc",
    "Người thứ hai",
    "Tên gọi tạm",
}


def _asks_a_question(field: Any) -> bool:
    return isinstance(field, UnboundField) and bool(field.kwargs.get("source"))


def intake_fields() -> dict[str, Any]:
    """The fields of all intake pages by page and name, as they are declared."""
    return {
        f"{kind.__name__}.{name}": field
        for kind in FORMS.values()
        for name in dir(kind)
        if isinstance(field := getattr(kind, name), UnboundField)
    }


def sources() -> dict[Source, Any]:
    """The fields of the intake by the question that they ask."""
    return {field.kwargs["source"]: field for field in intake_fields().values() if field.kwargs.get("source")}


def edit_fields() -> dict[Source, Any]:
    """The fields of the edit forms by the question that they ask."""
    classes = [section_forms._form_class(section) for section in EDITED]
    fields = [getattr(kind, name) for kind in classes for name in dir(kind)]
    return {field.kwargs["source"]: field for field in fields if _asks_a_question(field)}


def parser(field: Any) -> tuple[Any, ...]:
    """All that decides what a field takes: its class, its list, its limit, whether a day may be one to come."""
    options = {name: field.kwargs[name] for name in ("limit", "most", "future", "plain") if name in field.kwargs}
    return field.field_class, field.args[1:], options


def test_the_intake_asks_only_declared_questions_and_a_few_of_its_own():
    own = {name.partition(".")[2] for name, field in intake_fields().items() if not field.kwargs.get("source")}
    assert {name for name in own if name not in OWN and not name.startswith("consent_")} == set()
    assert set(sources()) <= set(QUESTIONS)
    assert len(sources()) > 40


def test_the_edit_forms_ask_every_question_that_is_asked():
    asked = {
        Source(SECTIONS[section], name)
        for section in EDITED
        for name, question in SECTIONS[section].questions().items()
        if question.asked
    }
    assert set(edit_fields()) == asked


def test_intake_and_edit_form_take_the_same_answers():
    edited = edit_fields()
    both = (set(sources()) & set(edited)) - ANSWERS_OF_ITS_OWN
    assert len(both) > 35
    assert {
        name: (parser(sources()[name]), parser(edited[name]))
        for name in both
        if parser(sources()[name]) != parser(edited[name])
    } == {}


def test_intake_and_edit_form_add_no_hint_of_their_own():
    asked = [*sources().items(), *edit_fields().items()]
    assert [one for one, field in asked if str(field.kwargs.get("hint", "")) != QUESTIONS[one].hint] == []


def test_no_limit_is_shorter_than_its_kind_has_been():
    short = [one for one, question in QUESTIONS.items() if question.limit < LIMITS.get(question.kind, 0)]
    assert short == [], "what somebody has typed is refused when it is changed"


def test_what_a_role_may_not_read_in_a_case_of_its_own_is_not_asked():
    table, wrong = policy(), []
    for role in table.rows[Act.CASE_OPEN].who:
        readable = table.sections[role] | table.own.get(role, frozenset())
        wrong += [
            (role, name)
            for name in sources()
            if name.section.section not in readable and not QUESTIONS[name].readers_only
        ]
    assert wrong == []


def said() -> Iterator[tuple[str, str]]:
    """Every text of the code and the templates that are about cases, with the file in which it stands."""
    for path in python_files(*(f"casework/{part}" for part in CASES)):
        tree = syntax_tree(path)
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        yield from ((str(path), text) for text in texts if isinstance(text, str) and str(path) not in DECLARED_IN)
    for file in [template for template in TEMPLATES if template.parent.name in {*CASES, "macros"}]:
        for part in EXPRESSION.findall(file.read_text(encoding="utf-8")):
            yield from ((str(file.relative_to(ROOT)), text) for _, _, text in STRING.findall(part))


def test_the_words_of_a_question_stand_in_one_place():
    texts = {
        text
        for question in QUESTIONS.values()
        for text in (question.label, question.short, question.spoken, question.hint)
    }
    words = {text.rstrip("?") for text in texts if text} - ALSO_ELSEWHERE
    assert [(where, text) for where, text in said() if text.rstrip("?") in words] == []


def every_form(kind: type[Form] = Form) -> Iterator[type[Form]]:
    """Every form of the program."""
    mine = [section for section in kind.__subclasses__() if section.__module__.startswith("casework.")]
    for form in mine:
        yield form
        yield from every_form(form)


@only_sqlite
def test_whoever_asks_a_declared_question_asks_it_in_its_words_and_keeps_its_limit(app: Flask):
    with app.test_request_context():
        grounds = [type(ground_form(kind, ["police"], "womens_union")) for kind in ("consent", "duty", "danger")]
        grounds.append(type(parts_form(GroundEntry("consent", "police", "granted"), answered=False)))
    forms = dict.fromkeys([*every_form(), *grounds])
    asked = [
        (kind, field, field.kwargs["source"].question)
        for kind in forms
        for field in (getattr(kind, name) for name in dir(kind))
        if _asks_a_question(field)
    ]
    assert len({question for _, _, question in asked}) > 60
    wrong = [
        (kind.__module__, question)
        for kind, field, question in asked
        if str(field.args[0]) != question.label
        or field.kwargs.get("limit", field.kwargs.get("most", 0)) != question.limit
    ]
    assert wrong == []


def test_no_two_questions_have_the_same_words_and_the_same_list():
    asked = [(one, question) for one, question in QUESTIONS.items() if question.label not in ALSO_ELSEWHERE]
    twice = [
        (first, second)
        for at, (first, question) in enumerate(asked)
        for second, other in asked[at + 1 :]
        if other is not question and other.label == question.label and other.codelist == question.codelist
    ]
    assert twice == []


def filled(kind: type[S]) -> S:
    """A section with something in every place."""
    return kind(**{name: _something(question, name) for name, question in kind.questions().items()})


def _something(question: Question, name: str) -> Any:
    if name == "recorded_at":
        return "2026-01-03 08:00"
    if name == "age_group":
        return "GE18"  # of the year of birth that the other sections hold
    if question.codelist:
        code = next(code.code for code in codelist(question.codelist) if code.active())
        return (code,) if question.kind == "codes" else code
    texts = {"year": 1987, "number": 2, "date": "2026-01-02", "phone": "0912345678"}
    return texts.get(question.kind, f"chữ của {name}")


@only_sqlite
def test_what_is_printed_has_the_words_of_the_question(app: Flask):
    with app.test_request_context():
        for kind in KINDS:
            asked = [question for question in kind.questions().values() if question.printed]
            printed = section_presenters.rows(filled(kind), {})
            assert [words for words, _ in printed][: len(asked)] == [question.label for question in asked]
            assert all(answer for _, answer in printed[: len(asked)])


def worded(page: str, name: str) -> str:
    """The words above a box of a page, as they are read."""
    root = html.fromstring(page)
    [box] = root.xpath(f"//main//*[@id='{name}']") or root.xpath(f"//main//fieldset[.//input[@name='{name}']]")
    [words] = box.xpath("./legend") if box.tag == "fieldset" else root.xpath(f"//main//label[@for='{name}']")
    return " ".join("".join(words.xpath("./text()")).split())


@only_sqlite
def test_what_is_read_on_the_pages_is_what_was_declared(lan, browser):
    client, case_id = browser("lan"), lan.opens_a_case()
    draft_id = begins(client)
    sends(client, draft_id, SHARING, {"consent_police": "granted"})
    pages = {number: client.get(f"/ghi-nhan/{draft_id}/{number}").text for number in FORMS}
    for number, form in FORMS.items():
        asked = {name: field.kwargs["source"] for name, field in vars(form).items() if _asks_a_question(field)}
        read = {name: worded(pages[number], name) for name in asked if not name.startswith(IN_DANGER)}
        assert read == {name: asked[name].question.label for name in read}
    for section in EDITED:
        questions, at = SECTIONS[section].questions(), f"/vu-viec/{case_id}/{section.code}"
        (before,) = lan.does(desk.read_section, case_id, section, may_be_missing=True)
        lan.does(desk.write_section, case_id, filled(SECTIONS[section]), base=before.revision)
        page, edit = client.get(at).text, client.get(f"{at}/sua").text
        printed = [" ".join(element.text_content().split()) for element in html.fromstring(page).xpath("//dl/div/dt")]
        labels = [question.label for question in questions.values() if question.printed]
        assert len(labels) == 1 or printed[: len(labels)] == labels
        assert all(worded(edit, name) == one.label for name, one in questions.items() if one.asked)


@only_sqlite
def test_the_card_shows_every_answer_under_the_short_words_of_its_question(lan, browser):
    case_id = lan.opens_a_case()
    (before,) = lan.does(desk.read_section, case_id, Section.CONTACT)
    lan.does(desk.write_section, case_id, filled(Contact), base=before.revision)
    card = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}").text).xpath("//section[@class='safe']//dl/div")
    words = [(row.xpath("string(./dt)").strip(), row.xpath("string(./dd)").strip()) for row in card]
    questions = Contact.questions()
    with browser("lan").application.test_request_context():
        shown = presenters.safe_contact(filled(Contact))
    assert shown is not None
    lines = shown.lines
    assert {name for name, _, _ in lines} == set(questions)
    assert words == [(questions[name].short or questions[name].label, answer) for name, _, answer in lines]
    assert [name for name, _, _ in lines][-2:] == ["never_say", "phone"]


@only_sqlite
def test_an_age_is_taken_on_the_edit_page_as_at_the_intake(lan, browser):
    case_id = lan.opens_a_case()
    sent = {"base": "1", "birth_year": "39", "name": "Đào", "sex": "NU"}
    assert browser("lan").post(f"/vu-viec/{case_id}/identity/sua", data=sent).status_code == 303
    (after,) = lan.does(desk.read_section, case_id, Section.IDENTITY)
    assert isinstance(after.data, Identity)
    assert after.data.birth_year == clock.today().year - 39
