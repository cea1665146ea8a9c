"""A browser without a screen: somebody of the house before the pages of the application."""

from flask import Flask
from flask.testing import FlaskClient

from casework.app import create_app
from casework.web.session_loading import COOKIE
from tests.house import House, Someone


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
