"""Laws of what pages say: links lead somewhere, optional answers can be taken back, an answer is no question."""

from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from casework.cases.sections import SECTIONS
from casework.codelists import codelist
from casework.desk import section_presenters
from tests.browsing import browser_of
from tests.house import only_sqlite
from tests.laws.every_form import WHO, Scene, scene

__all__ = ["scene"]
# A page that leads further: it is there, sends on to another, or asks once more who one is.
LEADS = {200, 303}
# Reads cases of others and holds cases alike, so that no two pages of a section need have the same links.
RECEIVER = "cuong"


def kind_of(app: Flask, path: str, *, each_case: bool) -> tuple[str, ...]:
    """What makes two pages the same: their route, their words, and where that matters the case that they are about."""
    try:
        endpoint, values = app.url_map.bind("localhost").match(path, "GET")
    except HTTPException:
        return ("nowhere", path)
    told = (
        str(value)
        for name, value in sorted(values.items())
        if not isinstance(value, UUID) or (each_case and name == "case_id")
    )
    return (endpoint, *told)


def walked(app: Flask, client: FlaskClient, *, each_case: bool) -> Iterator[tuple[str, str, TestResponse]]:
    """Every page that somebody comes to by links from the first one, each with the page that leads there."""
    waiting, seen = deque([("", "/")]), {kind_of(app, "/", each_case=each_case)}
    while waiting:
        before, path = waiting.popleft()
        answer = client.get(path)
        yield before, path, answer
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for link in html.fromstring(answer.text).xpath("//a[starts-with(@href, '/')]/@href"):
            kind = kind_of(app, urlsplit(link).path, each_case=each_case)
            if kind not in seen:
                seen.add(kind)
                waiting.append((path, link))


def bare_questions(page: TestResponse) -> list[str]:
    """The optional questions with one answer of several, whose answer cannot be taken back, or in two ways."""
    groups = html.fromstring(page.text).xpath("//main//fieldset[.//input[@type='radio']][./legend//small]")
    return [group.get("id") for group in groups if len(group.xpath(".//input[@type='radio'][@value='']")) != 1]


def typed_into(page: TestResponse) -> int:
    """Return how many forms of a page somebody can type or choose in."""
    boxes = ".//textarea|.//select|.//input[not(@type='hidden')]"
    return sum(bool(form.xpath(boxes)) for form in html.fromstring(page.text).xpath("//form[@method='post']"))


@only_sqlite
def test_every_link_leads_somewhere_and_every_optional_answer_can_be_taken_back(scene: Scene):
    dead: list[tuple[str, str, str, int]] = []
    final: list[tuple[str, str, str]] = []
    several: list[tuple[str, str]] = []
    for who in WHO:
        client, pages = browser_of(scene.app, scene.house[who]), 0
        for before, path, answer in walked(scene.app, client, each_case=who == RECEIVER):
            pages += 1
            if answer.status_code not in LEADS:
                dead.append((who, before, path, answer.status_code))
            elif answer.mimetype == "text/html" and answer.status_code == 200:
                final += [(who, path, name) for name in bare_questions(answer)]
                several += [(who, path)] if typed_into(answer) > 1 else []
        assert pages > 5, who
    assert dead == []
    assert final == []
    # Without a script a button beside a form sends that form and no other: what stands in a second one would be lost.
    assert several == []


@only_sqlite
def test_an_answer_of_a_section_is_read_as_a_statement(app: Flask):
    asked: list[tuple[str, str]] = []
    with app.test_request_context():
        for section in dict.fromkeys(SECTIONS.values()):
            for name, question in section.questions().items():
                for code in codelist(question.codelist) if question.codelist else ():
                    value = (code.code,) if question.kind == "codes" else code.code
                    words = section_presenters.answer(question, value)
                    asked += [(name, one) for one in ([words] if isinstance(words, str) else words) if "?" in one]
    assert asked == []
