"""A browser without a screen: somebody of the house before the pages of the application."""

import io
import re
import zipfile

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.app import create_app
from casework.web.session_loading import COOKIE
from casework.web.workbook_writer import MIMETYPE
from tests.house import House, Someone

# The foot of a printed sheet says the minute; two answers may lie on both sides of its end.
_PRINTED = re.compile(rb'<p class="printed">.*?</p>', re.DOTALL)


def without_minute(body: bytes) -> bytes:
    """Return a page without the minute at which it would be printed."""
    return _PRINTED.sub(b"", body)


def words_of(answer: TestResponse) -> str:
    """Return what an answer says: of a workbook the text of every part of its archive."""
    if answer.mimetype != MIMETYPE:
        return answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


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
