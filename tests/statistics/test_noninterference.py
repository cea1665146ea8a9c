"""Two books that released the same numbers cannot be told apart by the statistician, byte for byte."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from casework.app import create_app
from casework.intake import actions as intake
from casework.statistics.published_tables import Published
from tests import house as houses
from tests.browsing import browser_of, without_minute
from tests.laws.acts_of_routes import ACTS
from tests.laws.test_ids import filled
from tests.laws.test_routes import IDS
from tests.statistics.timeline import Timeline, first_of

# The pages of a statistician and of a stranger, those refused and those that do not exist among them.
PAGES = [
    "/",
    "/so-lieu",
    "/dia-chi",
    "/quy-tac",
    "/chot-ky",
    "/nhat-ky",
    "/tai-khoan",
    "/tim",
    "/vu-viec/00000000-0000-4000-8000-000000000000",
    "/khong-co-trang-nay",
    "/dang-nhap",
    "/static/app.css",
]
FORMS = ["/chot-ky/cong-bo", "/kiem-tra", "/dang-nhap", "/so-lieu"]
# Each offers a passphrase or a phone drawn by chance, in any book.
NEVER_ALIKE = {"accounts.mine.passphrase", "accounts.mine.phone", "accounts.mine.passkeys.add"}
TOKEN = re.compile(rb'name="(?:csrf|form)_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"')


def released(url: str, folder: Path, cases: int, stack: list) -> tuple[Timeline, Published]:
    """Make a copy of the house, record so many cases in it, and close their quarter."""
    folder.mkdir()
    copy = houses.copied(url, folder)
    stack.append(copy)
    house = copy.__enter__()
    timeline = Timeline(house, first_of(house))
    timeline.record(timeline.first, cases)
    with timeline.on(timeline.first.last):
        for _ in range(cases):
            house["mai"].does(intake.start_draft, {1: {"danger": "yes"}})
    return timeline, timeline.close(timeline.first)


@pytest.fixture
def twins(built_houses, tmp_path):
    """Two books of different truth that have released the same: 0 and 1 cases, or 2 and 3, as their key has it."""
    stack: list = []
    made = [released(built_houses("sqlite"), tmp_path / str(cases), cases, stack) for cases in range(4)]
    pairs = [(made[0], made[1]), (made[2], made[3])]
    yield next((first[0], second[0]) for first, second in pairs if first[1].body() == second[1].body())
    for copy in stack:
        copy.__exit__(None, None, None)


def every_route(app: Flask) -> list[tuple[str, str]]:
    """Return each route of the program with ids that nothing bears, but for what is drawn by chance."""
    missing = dict.fromkeys(IDS, UUID(int=0))
    return [
        (method, filled(app, rule, method, missing))
        for rule in app.url_map.iter_rules()
        for method in ("GET", "POST")
        if (method, rule.endpoint) in ACTS and rule.endpoint not in NEVER_ALIKE and method in (rule.methods or ())
    ]


def answers_of(timeline: Timeline, username: str | None) -> dict[str, tuple[int, bytes, tuple]]:
    """Ask for every page as somebody, and return what came back with tokens masked."""
    with timeline.on(timeline.after(1).first) as house:
        app = create_app(house.config)
        browser = browser_of(app, house[username] if username else None)
        answers = {}
        for method, paths in (
            ("GET", PAGES),
            ("POST", FORMS),
            *((method, [path]) for method, path in every_route(app)),
        ):
            for path in paths:
                with browser.open(path, method=method) as answer:
                    body = TOKEN.sub(b"", without_minute(answer.get_data()))
                headers = tuple(h for h in answer.headers if h[0] not in ("Set-Cookie", "Date", "Vary"))
                answers[f"{method} {path}"] = (answer.status_code, body, headers)
    return answers


@pytest.mark.parametrize("username", ["thu", None])
def test_equal_releases_give_equal_bytes(twins, username):
    first, second = (answers_of(timeline, username) for timeline in twins)
    assert first.keys() == second.keys()
    assert [asked for asked in first if first[asked] != second[asked]] == []
    assert len(first) > 100
    assert first["GET /so-lieu"][0] == (200 if username else 303)


def test_the_lead_sees_that_the_books_differ(twins):
    """The comparison would find a difference if there were one to see."""
    first, second = (answers_of(timeline, "hoa") for timeline in twins)
    assert first["GET /"] != second["GET /"]
