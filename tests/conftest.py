"""What every test may ask for: an empty database of each kind, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests import chromium as browsers
from tests import postgres

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("prove", deadline=None, max_examples=2000)
settings.load_profile("default")


def pytest_configure() -> None:
    """Open the run: nothing is started before a test needs it."""
    postgres.prepare_run()


def pytest_unconfigure() -> None:
    """Close the run: what it started ends with it."""
    postgres.end_run()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'casework.sqlite3'}"
        return
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run of this worker; each test opens a context of its own."""
    with browsers.running_chromium() as browser:
        yield browser
