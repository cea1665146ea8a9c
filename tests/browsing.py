"""A browser without a screen: somebody of the house before the pages of the application."""

import re

from flask import Flask
from flask.testing import FlaskClient

from casework.app import create_app
from casework.web.session_loading import COOKIE
from tests.house import House, Someone

# The foot of a printed sheet says the minute; two answers may lie on both sides of its end.
_PRINTED = re.compile(rb'<p class="printed">.*?</p>', re.DOTALL)


def without_minute(body: bytes) -> bytes:
    """Return a page without the minute at which it would be printed."""
    return _PRINTED.sub(b"", body)


def application(house: House) -> Flask:
    """The application of a house; forms need no token, because tests send what no page has drawn."""
    app = create_app(house.config)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def browser_of(app: Flask, somebody: Someone | None) -> FlaskClient:
    """Give the browser of somebody who is signed in, or of a visitor."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    if somebody is not None:
        client.set_cookie(COOKIE, somebody.cookie, secure=True)
    return client
