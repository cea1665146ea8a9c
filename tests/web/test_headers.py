"""Every response takes nothing from elsewhere and leaves nothing behind."""

import re

import pytest

PATHS = ["/everything", "/status/404", "/status/500", "/healthz", "/thoat", "/static/app.css", "/no"]


@pytest.mark.parametrize("path", PATHS)
def test_every_response_is_hardened(client, path):
    headers = client.get(path, buffered=True).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";") if " " in part.strip()
    )
    assert policy["default-src"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    for source in ("script-src", "style-src", "font-src", "img-src", "form-action", "connect-src"):
        assert policy[source] == "'self'"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_no_response_trusts_inline_code(client):
    for path in PATHS:
        assert "unsafe" not in client.get(path, buffered=True).headers["Content-Security-Policy"]


def test_what_is_no_page_may_not_run_as_one(client):
    assert client.get("/healthz").headers["Content-Security-Policy"].endswith("sandbox")
    assert "sandbox" not in client.get("/everything").headers["Content-Security-Policy"]


def test_static_files_are_kept_under_an_address_that_names_their_content(client):
    address = re.search(r'href="(/static/app.css\?v=[0-9a-f]{8})"', client.get("/everything").text)
    assert address
    assert "immutable" in client.get(address[1], buffered=True).headers["Cache-Control"]
    assert client.get("/static/none.css?v=1").headers["Cache-Control"] == "no-store"
    assert client.get("/everything?v=1").headers["Cache-Control"] == "no-store"


def test_every_cookie_is_locked_to_this_site(client):
    client.application.config["WTF_CSRF_ENABLED"] = True
    cookies = client.get("/everything").headers.getlist("Set-Cookie")
    cookies += client.post("/ngon-ngu", data={"lang": "en"}).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
