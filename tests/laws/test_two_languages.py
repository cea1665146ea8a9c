"""Every page is heard in both languages: no Vietnamese is left in English, and no English in Vietnamese."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from casework import clock
from casework.addresses import actions as addresses
from casework.cases.sections import Plan
from casework.cases.trusted_addresses import AddressEntry
from casework.codelists import codelist
from casework.codelists.words import nicknames
from casework.desk import actions as desk
from casework.intake import actions as intake
from casework.web.translation import COOKIE
from tests.browsing import browser_of
from tests.canaries.crawl import paths
from tests.house import HAMLETS, House, only_sqlite
from tests.laws.test_catalogue import VIETNAMESE
from tests.people import COMMUNES, STAFF
from tests.statistics.timeline import Timeline, first_of
from tests.stories import dao

# No Vietnamese word is written like one of these.
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|with|this|that|you|your|not|for|from|who|when|case|cases|save|search|error|page|please|"
    r"name|names|password|sign|home|log|account|day|month|year|required|field|invalid|choice|none|true|false|"
    r"undefined|null|danger|police|draft|person|read|write|yes)\b",
    re.IGNORECASE,
)
# Typed by people, drawn at random, or meant for the reader of the other language.
OTHERS = "//*[@lang][not(self::html)] | //textarea | //datalist | //*[contains(concat(' ', @class, ' '), ' typed ')]"
OTHERS += " | //*[contains(concat(' ', @class, ' '), ' paper-code ')]"
SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-label")
HALL = AddressEntry(
    "Nhà văn hóa thôn Đoài", "Đinh Văn Khoát", "Thôn Đoài", "culture_house", 4, "ngày và đêm", "0900000106"
)
CODE = re.compile(r"[^\W\d]+(?:-[^\W\d]+){1,3}-\d+")
# Forms that may be sent empty: each comes back with everything that can be said about it.
EMPTY = {
    "accounts.sign_in",
    "addresses.add",
    "desk.add_note",
    "desk.close",
    "desk.find",
    "desk.show_name",
    "intake.readers",
    "intake.save",
    "intake.start",
    "intake.told",
    "oversight.verify",
}


def texts(value: object) -> Iterator[str]:
    """Every text inside the answers of a story."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


@cache
def names() -> list[str]:
    """What is written as people wrote it in either language: names, places, agencies, nicknames and stories."""
    found = {"Sổ ca", *HAMLETS, *COMMUNES.values(), *(member.name for member in STAFF.values()), *nicknames()}
    found |= {agency.vi for agency in codelist("agency")} | {pronoun.en for pronoun in codelist("pronoun")}
    found |= {text for text in texts([asdict(dao()), asdict(HALL)]) if VIETNAMESE.search(text)}
    return sorted(found, key=len, reverse=True)


def heard(page: str) -> Iterator[str]:
    """What a page says in its own voice: texts and spoken attributes without names and what people typed."""
    root = html.document_fromstring(page)
    for element in root.xpath(OTHERS):
        element.drop_tree()
    for element in root.iter():
        texts_of_element = [element.text, element.tail, *(element.get(attribute) for attribute in SPOKEN)]
        yield from (_without_names(text) for text in texts_of_element if text and text.strip())


@cache
def _without_names(text: str) -> str:
    """Most words stand on every page: each is looked at once."""
    for name in names():
        text = text.replace(name, " ")
    return CODE.sub(" ", text)


def pages(app: Flask, client: FlaskClient, ids: Mapping[str, UUID]) -> Iterator[tuple[str, str]]:
    """Ask every route that shows something, those about something in particular only with ids: (address, page)."""
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        if rule.endpoint == "static" or (rule.arguments and not ids):
            continue
        about = [ids[name] for name in rule.arguments if name in ids] or list(ids.values())
        for path in paths(app, rule, about, about, astray=1):
            answers = [client.get(path)] if "GET" in methods else []
            answers += [client.post(path)] if rule.endpoint in EMPTY and "POST" in methods else []
            for answer in answers:
                if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
                    yield path, answer.get_data(as_text=True)


def wrong(pages: Iterable[tuple[str, str]], lang: str) -> list[tuple[str, str]]:
    """What is said in the other language: (address, words)."""
    other = VIETNAMESE if lang == "en" else ENGLISH
    return [(path, text.strip()) for path, page in pages for text in heard(page) if other.search(text)]


def speaking(app: Flask, house: House, username: str, lang: str) -> FlaskClient:
    """The browser of somebody, or of a visitor, in a language."""
    client = browser_of(app, house[username] if username else None)
    client.set_cookie(COOKIE, lang, secure=True)
    return client


@pytest.fixture
def timeline(house: House) -> Timeline:
    """A house with a released quarter, and one that waits."""
    timeline = Timeline(house, first_of(house))
    timeline.record(timeline.first, 2)
    timeline.close(timeline.first)
    timeline.record(timeline.after(1), 2)
    return timeline


def furnished(house: House) -> dict[str, UUID]:
    """A restricted case with danger, notes and an old version; a draft, an address and, beside them, a closed case."""
    lan, words = house["lan"], dao().story.words
    case_id = lan.opens_a_case(dao(danger="yes"), circle=[house["hoa"]])
    lan.does(desk.add_note, case_id, words)
    lan.does(desk.write_section, case_id, Plan(actions=words), base=0)
    lan.does(desk.write_section, case_id, Plan(actions=f"{words}!"), base=1)
    lan.does(desk.close_case, lan.opens_a_case(), outcome="needs_met", words="")
    draft = lan.does(intake.start_draft, {1: {"danger": ["yes"]}})
    place_id = house["hoa"].does(addresses.add_address, HALL)
    return {"case_id": case_id, "draft_id": draft, "place_id": place_id}


@only_sqlite
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_whoever_is_there_every_page_speaks_one_language(timeline: Timeline, app: Flask, lang: str):
    with timeline.on(timeline.after(1).next_day) as house:
        ids = furnished(house)
        for username in ("lan", "hoa", "cuong", "thu", "quang", "son", ""):
            client = speaking(app, house, username, lang)
            found = list(pages(app, client, ids if username == "lan" else {}))
            assert all(f'<html lang="{lang}">' in page for _, page in found)
            assert username != "lan" or any(dao().story.words in page for _, page in found)
            assert wrong(found, lang) == [], username


@only_sqlite
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_locked_screen_speaks_one_language(house: House, app: Flask, lang: str):
    client, later = speaking(app, house, "lan", lang), clock.micros() + 20 * 60 * clock.MICROSECOND
    with clock.use_clock(lambda: later):
        answer = client.get("/mo-khoa")
    assert answer.status_code == 200
    assert wrong([("/mo-khoa", answer.text)], lang) == []


def test_words_of_the_other_language_are_found():
    page = "<p title='Search'>Trần Thị Lan <b>Đã đóng</b><i lang='en'>English and more</i><i class='typed'>the</i></p>"
    assert wrong([("/", page)], "en") == [("/", "Đã đóng")]
    assert wrong([("/", page)], "vi") == [("/", "Search")]
