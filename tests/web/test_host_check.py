"""One address with TLS, one proxy that is believed, and nothing else."""

from dataclasses import replace

import pytest
from flask import request

from casework.app import create_app
from casework.config import Config, ConfigurationError
from casework.web.host_check import origin_of
from tests.house import House, only_sqlite

pytestmark = only_sqlite
PUBLIC = "https://soca.xa.example"


def settings(house: House, **changes) -> Config:
    return replace(house.config, **{"public_url": PUBLIC} | changes)


def seen_by(house: House, config: Config, headers: dict[str, str]) -> dict[str, str]:
    """Ask for a page as a proxy on this machine would, and tell what the program believes."""
    app = create_app(config)
    seen: dict[str, str] = {}

    @app.after_request
    def note(response):
        seen.update(address=request.remote_addr or "", scheme=request.scheme)
        return response

    answer = app.test_client().get("/dang-nhap", headers={"Host": "soca.xa.example", **headers})
    return {"status": str(answer.status_code), **seen}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://soca.xa.example",
        "soca.xa.example",
        "https://",
        "https://127.0.0.1",
        "http://127.0.0.1:8000",
        "https://soca.xa.example/so",
        "ftp://soca.xa.example",
    ],
)
def test_a_real_installation_without_tls_does_not_start(house: House, url: str):
    with pytest.raises(ConfigurationError, match="public_url"):
        create_app(settings(house, public_url=url))


def test_the_demo_may_do_without_tls_on_this_machine_alone(house: House):
    assert origin_of(settings(house, demo=True, public_url="http://127.0.0.1:8123")) == "http://127.0.0.1:8123"
    with pytest.raises(ConfigurationError, match="public_url"):
        origin_of(settings(house, demo=True, public_url="http://192.168.1.7:8123"))


@pytest.mark.parametrize("host", ["soca.xa.example", "SOCA.xa.example", "soca.xa.example:443"])
def test_the_own_name_is_answered(house: House, host: str):
    client = create_app(settings(house)).test_client()
    assert client.get("/dang-nhap", headers={"Host": host}, base_url=PUBLIC).status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8000", "evil.example", "soca.xa.example.evil.example", "soca.xa.example:8443", ""]
)
def test_any_other_name_is_misdirected_and_not_repeated(house: House, host: str):
    answer = create_app(settings(house)).test_client().get("/dang-nhap", headers={"Host": host})
    assert answer.status_code == 421
    assert "evil" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_sign_of_life_needs_no_name(house: House):
    assert create_app(settings(house)).test_client().get("/healthz", headers={"Host": "127.0.0.1"}).status_code == 200


def test_without_a_proxy_nobody_says_where_a_visitor_comes_from(house: House):
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert seen_by(house, settings(house), forged) == {"status": "200", "address": "127.0.0.1", "scheme": "http"}


def test_of_a_chain_only_the_last_word_of_the_one_proxy_is_believed(house: House):
    told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"}
    seen = seen_by(house, settings(house, proxy_hops=1), told)
    assert seen == {"status": "200", "address": "203.0.113.9", "scheme": "https"}


@pytest.mark.parametrize("told", [{"X-Forwarded-Proto": "http"}, {}])
def test_what_the_proxy_took_without_tls_is_refused(house: House, told: dict[str, str]):
    assert seen_by(house, settings(house, proxy_hops=1), told)["status"] == "421"


def test_two_proxies_are_one_too_many(house: House):
    with pytest.raises(ConfigurationError, match="proxy_hops"):
        settings(house, proxy_hops=2)


@pytest.mark.parametrize(
    ("origin", "status"), [(PUBLIC, 400), ("https://evil.example", 403), ("http://soca.xa.example", 403)]
)
def test_the_origin_of_a_form_is_the_public_address(house: House, origin: str, status: int):
    client = create_app(settings(house)).test_client()
    sent = client.post("/dang-nhap", headers={"Host": "soca.xa.example", "Origin": origin})
    assert sent.status_code == status
