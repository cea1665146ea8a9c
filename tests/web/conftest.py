"""The sample app and its client."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.sample import sample_app


@pytest.fixture
def app() -> Flask:
    """The web layer alone, asking for no form token."""
    app = sample_app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a name."""
    return app.test_client()
