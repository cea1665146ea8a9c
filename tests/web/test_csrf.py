"""Nothing that another site makes a browser send is obeyed."""

import re

import pytest


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
    ],
)
@pytest.mark.parametrize("path", ["/everything", "/thoat", "/ngon-ngu", "/none"])
def test_a_post_from_elsewhere_is_refused(client, path, headers):
    assert client.post(path, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "http://localhost"},
        {},
    ],
)
def test_a_post_of_our_own_passes(client, headers):
    assert client.post("/everything", headers=headers).status_code == 422


def test_a_link_from_elsewhere_may_be_followed(client):
    assert client.get("/everything", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_form_needs_its_token(client):
    client.application.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/everything").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    assert client.post("/everything").status_code == 400
    assert client.post("/everything", data={"csrf_token": "x" + token[1]}).status_code == 400
    assert client.post("/everything", data={"csrf_token": token[1]}).status_code == 422


def test_a_token_is_good_on_https_without_a_referer(client):
    client.application.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/everything", base_url="https://localhost").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    sent = client.post("/everything", data={"csrf_token": token[1]}, base_url="https://localhost")
    assert sent.status_code == 422


def test_the_way_out_and_the_language_need_no_token(client):
    client.application.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/thoat").status_code == 200
    assert client.post("/ngon-ngu", data={"lang": "en"}).status_code == 303
