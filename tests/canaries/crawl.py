"""Crawls every route as one person, with every id and word that somebody curious could try."""

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

from casework.cases import opening_rate_limit
from casework.policy.vocabulary import Section
from casework.web.session_loading import COOKIE
from tests.browsing import words_of
from tests.house import Someone
from tests.laws.acts_of_routes import ACTS, may

SITE = "https://localhost"
# These end the session of whoever crawls; leaving is tried by tests of its own.
LEFT_OUT = frozenset({"static", "exit.leave", "accounts.sign_out", "accounts.sign_in", "accounts.unlock"})


@dataclass(frozen=True)
class Seen:
    """One answer: which address, which status, and all that it carried (headers and body)."""

    method: str
    path: str
    status: int
    text: str


def answers(
    app: Flask,
    who: Someone,
    ids: Sequence[UUID],
    *,
    posts: dict[str, dict[str, str]],
    every: bool,
    inner: Sequence[UUID] = (),
    astray: int | None = None,
) -> Iterator[Seen]:
    """Ask every GET route, and those POST routes that only show something, as one person.

    `ids` are those of cases, `inner` those of what lies in them. Whoever reaches no case asks not for
    `every` section and page of one: whether it is there at all is decided before they are looked at. So many of
    `inner` and of an unknown id are tried in the place of a case as `astray` says, other ones on another route, or all.
    """
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": f"{COOKIE}={who.cookie}", "Sec-Fetch-Site": "same-origin"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT:
            continue
        sent: dict[str, dict[str, str] | None] = {"GET": None} if "GET" in (rule.methods or ()) else {}
        if rule.endpoint in posts:
            sent["POST"] = posts[rule.endpoint]
        for path in paths(app, rule, ids, inner, every=every, astray=astray):
            for method, data in list(sent.items()):
                with _without_rate_limit():
                    answer = client.open(path, method=method, base_url=SITE, headers=headers, data=data)
                yield _seen(method, path, answer)
                if answer.status_code == 403 and not may(who.card.roles, ACTS.get((method, rule.endpoint))):
                    # Refused by the policy, which looks at no id (tests/laws/test_routes.py): once shows that.
                    del sent[method]


@contextmanager
def _without_rate_limit() -> Iterator[None]:
    """Let somebody open and search without end: a page that is refused for that alone was not looked at."""
    with pytest.MonkeyPatch.context() as patch:
        for most in ("MAX_OPENINGS", "MAX_SEARCHES"):
            patch.setattr(opening_rate_limit, most, sys.maxsize)
        yield


def paths(
    app: Flask, rule: Rule, ids: Sequence[UUID], inner: Sequence[UUID], *, every: bool = True, astray: int | None = None
) -> Iterator[str]:
    """Fill the first gap of a route with every id; behind that of a case each further one with all it takes, or one."""
    adapter = app.url_map.bind("localhost")
    for values in _values(rule, ids, inner, every=every, astray=astray):
        yield adapter.build(rule.endpoint, {**(rule.defaults or {}), **values}, method=_method(rule))


def _values(
    rule: Rule, ids: Sequence[UUID], inner: Sequence[UUID], *, every: bool, astray: int | None
) -> Iterator[dict[str, Any]]:
    names = [part for dynamic, part in rule._trace if dynamic]
    if not names:
        yield {}
        return
    tries = {name: _tries(rule, name, inner) for name in names}
    if isinstance(rule._converters[names[0]], UUIDConverter):
        others = tries[names[0]]
        turn = len(rule.rule) % len(others)
        tries[names[0]] = list(dict.fromkeys([*ids, *(others[turn:] + others[:turn])[:astray]]))
    for first in tries[names[0]]:
        # Nothing lies behind an id that is no case's: one try for each is enough.
        behind = [tries[name] if every and first in ids else tries[name][:1] for name in names[1:]]
        for rest in itertools.product(*behind):
            yield dict(zip(names, (first, *rest), strict=True))


def _tries(rule: Rule, name: str, inner: Sequence[UUID]) -> list[Any]:
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return [*inner, uuid4()]
    if isinstance(converter, IntegerConverter):
        return list(range(1, 8))
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    return [section.code for section in Section]


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


def _seen(method: str, path: str, response: Any) -> Seen:
    assert response.status_code != 429, path
    text = f"{response.headers}\n{words_of(response)}"
    return Seen(method, path, response.status_code, text)
