"""Whatever is typed, a page has the parts that it has for plain words (ASVS 1.2.1): nothing typed becomes markup."""

import dataclasses
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

from casework import clock
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.browsing import browser_of
from tests.faults.numbers import times
from tests.house import House, Someone, only_sqlite

pytestmark = only_sqlite
DAY = 24 * 3600 * clock.MICROSECOND
ENDS = (
    "</script>",
    "</textarea>",
    "</title>",
    "</style>",
    "--></p>",
    "]]>",
    "</noscript>",
    "</template>",
    "</select>",
    "</a>",
)
DOES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\"' autofocus onfocus=alert(1) x=",
    "<b>đậm</b>",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<p>'></iframe>",
    "<form action=//evil><input name=x>",
    "&lt;b&gt; &#60;i&#62; &amp;lt;",
    "<math><mi//xlink:href='data:x'>",
    "\u202e<u>trái</u>\u2066",
    "<a href='javascript:alert(1)'>bấm</a>",
    "{{ 7*7 }} {% raw %} ${7}",
    "<!--",
    "<plaintext>",
    "<?php echo 1 ?>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<details open ontoggle=alert(1)>",
    "＜script＞ \u2028 \u00a0<p>",
    "<<script>script>",
    "<x:y z='>'>",
    "`<object data=x>`",
    "<link rel=stylesheet href=//evil>",
    "<video><source onerror=alert(1)>",
    "<table><tr><td>",
    "<br/><hr/>",
    "</p></div></main></body></html>",
    "<ăâđ>chị nói <im đi> rồi đánh</ăâđ>",
    "' or '1'='1\" --",
)
STRINGS = (*ENDS, *DOES)
WORDS = ("story", "identity", "perpetrator", "safety_plan", "assessment", "children", "contact", "counselling", "label")


def told(words: str, section: Any) -> Any:
    """Put the same words into every free text of a section."""
    return dataclasses.replace(
        section, **{field.name: words for field in dataclasses.fields(section) if field.name in FREE}
    )


FREE = {
    "name",
    "address",
    "words",
    "never_say",
    "who",
    "plan",
    "code_word",
    "reasons",
    "call_her",
    "who_must_not_know",
    "nickname",
}


def planted(lan: Someone) -> UUID:
    """Open a case with a note."""
    case_id = lan.opens_a_case()
    lan.does(desk.add_note, case_id, "ghi", once=uuid4())
    return case_id


def told_again(lan: Someone, case_id: UUID, words: str) -> None:
    """Write the words into every free text, without any form that would clean them first."""
    lan.does(desk.add_note, case_id, words)
    for section in (section for section in Section if section.code in set(WORDS) - {"counselling"}):
        [now] = lan.does(desk.read_section, case_id, section)
        lan.does(desk.write_section, case_id, told(words, now.data), base=now.revision)


def parts(app: Flask, lan: Someone, case_id: UUID, words: str) -> dict[str, tuple[int, int]]:
    """Count the elements of every page on which the words stand; where they are shown at all."""
    client, counted = browser_of(app, lan), {}
    paths = [f"/vu-viec/{case_id}", *(f"/vu-viec/{case_id}/{word}" for word in WORDS)]
    paths += [f"/vu-viec/{case_id}/{word}/sua" for word in WORDS if word != "counselling"]
    for path in (*paths, f"/vu-viec/{case_id}/story/cu", "/"):
        counted[path.replace(str(case_id), "ID")] = elements(client.get(path))
    counted["name"] = elements(client.post(f"/vu-viec/{case_id}/ten"))
    counted["search"] = elements(client.post("/tim", data={"query": words[:40] + " không có ai"}))
    return counted


def elements(answer: TestResponse) -> tuple[int, int]:
    """Return the status and how many elements the page has."""
    return answer.status_code, sum(1 for _ in html5lib.parse(answer.text).iter())


def test_no_page_has_a_part_more_whatever_was_told(house: House, app):
    lan, many, start = house["lan"], times("MARKUP", short=2, long=10), clock.micros()
    plain, marked = planted(lan), planted(lan)
    for number in range(many):
        text = " ".join(STRINGS[number::many])
        words = ("chữ thường " * len(text))[: len(text)]
        # A day for each round, with a sign-in of its own: nobody may open so much at once.
        with clock.use_clock(partial(int, start + number * DAY)):
            lan.leaves()
            told_again(lan, plain, words)
            told_again(lan, marked, text)
            assert parts(app, lan, marked, text) == parts(app, lan, plain, words), text
