"""Every error is a calm page in Vietnamese and a line in the log that tells nothing."""

import logging
import re

import pytest

from casework import errors as named
from casework.web.errors import PAGES

ALL = sorted(PAGES)
NAMED = [kind for kind in named.CaseworkError.__subclasses__() if kind.__module__ == named.__name__]


@pytest.mark.parametrize("status", ALL)
def test_every_status_has_a_page_that_says_what_to_do(client, status):
    page = client.get(f"/status/{status}")
    assert page.status_code == status
    assert page.text.count("<h1>") == 1
    assert str(PAGES[status].advice) in page.text
    assert str(status) not in re.sub(r"<[^>]+>", "", page.text)


@pytest.mark.parametrize("status", [418, 451, 501, 502, 504])
def test_a_status_without_a_page_of_its_own_has_one_too(client, status):
    page = client.get(f"/status/{status}")
    assert page.status_code == status
    assert "<h1>" in page.text


def test_forbidden_and_missing_look_alike(client):
    forbidden = client.get("/status/403").data
    assert forbidden == client.get("/status/404").data == client.get("/case/5").data


@pytest.mark.parametrize("kind", NAMED)
def test_every_named_error_answers_with_its_status(client, kind):
    page = client.get(f"/raise/{kind.__name__}")
    assert page.status_code == kind.status
    told = "0912345678" in page.text
    assert told == (kind in {named.BadInput, named.Conflict})


def test_a_fault_tells_nothing_to_the_browser_nor_to_the_log(client, caplog):
    with caplog.at_level(logging.DEBUG):
        page = client.get("/raise/Other?q=bi-mat")
    assert page.status_code == 500
    for secret in ("0912345678", "bi-mat", "Bí mật", "/raise/Other"):
        assert secret not in page.text + caplog.text
    assert "fault=ZeroDivisionError at=fail:" in caplog.text


def test_the_log_names_the_route_and_never_the_address(client, caplog):
    with caplog.at_level(logging.DEBUG):
        client.get("/raise/Refused?q=bi-mat")
        client.get("/tran-thi-sen")
        client.post("/everything", data={"story": "x" * 2_000_000})
    lines = [record.getMessage() for record in caplog.records if record.name == "casework.web"]
    assert lines == [
        "status=403 method=GET route=/raise/<name>",
        "status=404 method=GET route=-",
        "status=413 method=POST route=/everything",
    ]


def test_a_wrong_method_says_which_are_right(client):
    page = client.delete("/everything")
    assert page.status_code == 405
    assert "POST" in page.headers["Allow"]
    assert page.headers["Content-Security-Policy"]


def test_a_redirect_is_no_error(client):
    client.application.add_url_rule("/slash/", "slash", lambda: "x")
    assert client.get("/slash").status_code == 308


def test_a_page_is_drawn_even_when_its_surroundings_are_broken(app, caplog):
    def broken():
        raise OSError("0912345678")

    app.context_processor(broken)
    page = app.test_client().get("/status/404")
    assert page.status_code == 404
    assert "Xin thử lại" in page.text
    assert "fault=OSError" in caplog.text
    assert "0912345678" not in caplog.text


def test_a_fault_passes_through_where_developers_ask_for_it(app):
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/raise/Other")
