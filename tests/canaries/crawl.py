"""Crawls every route as one person, with every id and word that somebody curious could try."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

from casework.policy.words import Section
from casework.web.people import COOKIE
from tests.house import Someone

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


def answers(app: Flask, who: Someone, ids: Sequence[UUID], *, posts: dict[str, dict[str, str]]) -> Iterator[Seen]:
    """Ask every GET route, and those POST routes that only show something, as one person."""
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": f"{COOKIE}={who.cookie}", "Sec-Fetch-Site": "same-origin"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT:
            continue
        for path in paths(app, rule, ids):
            if "GET" in (rule.methods or ()):
                yield _seen("GET", path, client.get(path, base_url=SITE, headers=headers))
            if rule.endpoint in posts:
                yield _seen("POST", path, client.post(path, base_url=SITE, headers=headers, data=posts[rule.endpoint]))


def paths(app: Flask, rule: Rule, ids: Sequence[UUID]) -> Iterator[str]:
    """Fill the gaps of a route with every id, every section and every page number."""
    names = sorted(rule._converters)
    adapter = app.url_map.bind("localhost")
    for values in itertools.product(*(_tries(rule, name, ids) for name in names)):
        yield adapter.build(
            rule.endpoint, {**(rule.defaults or {}), **dict(zip(names, values, strict=True))}, method=_method(rule)
        )


def _tries(rule: Rule, name: str, ids: Sequence[UUID]) -> list[Any]:
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return [*ids, uuid4()]
    if isinstance(converter, IntegerConverter):
        return list(range(1, 8))
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    return [section.code for section in Section]


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


def _seen(method: str, path: str, response: Any) -> Seen:
    text = f"{response.headers}\n{response.get_data(as_text=True)}"
    return Seen(method, path, response.status_code, text)
