"""Every answer of the whole application, whatever its status, is hardened and tells nothing of the machine."""

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from casework.web.headers import SECURITY_HEADERS
from tests.browsing import browser_of, words_of
from tests.house import House, only_sqlite
from tests.laws.test_routes import Route, routes

pytestmark = only_sqlite
# What ends the session or begins another would leave nobody to ask the rest.
ENDING = {"exit.leave", "accounts.sign_out", "accounts.mine.paper", "accounts.mine.end"}
SECRET = "0912345678 anh ta"
CROOKED = (
    ("GET", "/khong-co-trang-nay", 404),
    ("GET", "/dang-nhap?q=%00", 400),
    ("PUT", "/dang-nhap", 405),
    ("TRACE", "/dang-nhap", 405),
    ("OPTIONS", "/dang-nhap", 200),
    ("GET", "/static/app.css", 200),
    ("GET", "/static/khong-co.css", 404),
    ("GET", "/static//app.css", 308),
)


def hardened(answer: TestResponse) -> list[str]:
    """Name what an answer lacks (ASVS 3.4.1 to 3.4.8, 4.1.1, 14.3.2)."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    lacks = [name for name, value in SECURITY_HEADERS.items() if headers.get(name) != value]
    lacks += [
        part for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'") if part not in policy
    ]
    lacks += ["unsafe"] if "unsafe" in policy or "*" in policy else []
    lacks += ["sandbox"] if answer.mimetype != "text/html" and "sandbox" not in policy else []
    lacks += ["no-store"] if headers.get("Cache-Control") != "no-store" else []
    lacks += (
        ["charset"]
        if str(answer.mimetype).startswith("text/") and answer.mimetype_params.get("charset") != "utf-8"
        else []
    )
    return lacks


def asked(app: Flask, house: House, username: str) -> Iterator[tuple[str, TestResponse]]:
    """Ask every route as somebody, or as a visitor, and then what is crooked."""
    case_id, client = house["lan"].opens_a_case(), browser_of(app, house[username] if username else None)
    for route in routes(app):
        if route.rule.endpoint not in ENDING:
            yield f"{route.method} {route.rule}", route.asked_by(client, app, case_id)
    for method, path, status in CROOKED:
        answer = client.open(path, method=method, buffered=True)
        assert answer.status_code == status, (method, path, answer.status_code)
        yield f"{method} {path}", answer
    yield "too large", client.post("/ngon-ngu", data={"lang": "x" * 2_000_000})
    yield "another name", client.get("/", headers={"Host": "evil.example"})
    yield "from elsewhere", client.post("/dang-nhap", headers={"Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize("username", ["", "lan", "hoa", "son", "thu"])
def test_every_answer_is_hardened_and_no_token_stands_in_one(app, house: House, username, caplog):
    caplog.set_level(logging.DEBUG)
    token = house[username].cookie if username else "no token"
    wrong = []
    for name, answer in asked(app, house, username):
        lacks = hardened(answer)
        lacks += ["token"] if token in words_of(answer) + str(answer.headers) else []
        lacks += ["cookie"] * any(
            not set_cookie.startswith("__Host-") for set_cookie in answer.headers.getlist("Set-Cookie")
        )
        wrong += [(name, answer.status_code, lacks)] * bool(lacks)
    assert wrong == []
    assert token not in caplog.text


def test_a_fault_in_any_view_is_a_calm_page_that_tells_nothing(app, house: House, lan, caplog):
    caplog.set_level(logging.DEBUG)
    case_id, client = lan.opens_a_case(), browser_of(app, lan)
    wrong = []
    for route in [route for route in routes(app) if route.rule.endpoint != "static"]:
        own = app.view_functions[route.rule.endpoint]
        app.view_functions[route.rule.endpoint] = broken(own)
        answer = route.asked_by(client, app, case_id)
        app.view_functions[route.rule.endpoint] = own
        told = [
            word for word in (SECRET, "Traceback", "sqlite", "casework/", "ZeroDivisionError") if word in answer.text
        ]
        if answer.status_code != 500 or told or hardened(answer) or "Máy đang gặp trục trặc" not in answer.text:
            wrong.append((route.key, answer.status_code, told))
    assert wrong == []
    assert SECRET not in caplog.text


def broken(view):
    """Give a view of the same marks that fails with words that nobody may read."""

    def fail(**_: object) -> object:
        raise ZeroDivisionError(SECRET)

    fail.__dict__.update(view.__dict__ | {"works": frozenset({"open", "pending"})})
    return fail


def test_a_head_says_what_a_get_would_and_no_word_more(app, house: House, lan):
    client, case_id = browser_of(app, lan), lan.opens_a_case()
    for route in routes(app):
        if route.method == "GET" and route.rule.endpoint not in ENDING:
            head = client.head(path := Route.path(route, app, case_id))
            assert (head.data, head.status_code) == (b"", client.get(path, buffered=True).status_code), path
    assert client.head(f"/vu-viec/{uuid4()}").status_code == 404
