"""What every test may ask for: an empty database of each kind, and a browser."""

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from playwright.sync_api import Browser

from tests import chromium as browsers
from tests import compiled_statements, postgres, stretched_passphrases
from tests import house as houses
from tests.browsing import application, browser_of
from tests.compiled_templates import CompiledRule, CompiledTemplates
from tests.coverage_pause import pytest_runtest_protocol, pytest_sessionfinish
from tests.demonstration import built
from tests.house import House, Someone
from tests.temporary_place import quick_place

__all__ = ["built", "pytest_runtest_protocol", "pytest_sessionfinish"]
# Those who share the demo wait for it, so that whoever builds it comes first. A worker without tests takes the last
# ones of another; what needs a browser stands before what may be taken, for a second Chromium costs more than it gains.
_LONGEST = (
    "tests/demo/",
    "tests/canaries/",
    "tests/browser/",
    "referrals/test_matrix",
    "laws/test_circles",
    "laws/test_ids",
)
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("prove", deadline=None, max_examples=2000)
settings.load_profile("default")
Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
Flask.url_rule_class = CompiledRule
compiled_statements.share()
stretched_passphrases.remember()


def pytest_configure() -> None:
    """Open the run: nothing is started before a test needs it."""
    postgres.prepare_run()
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(quick_place()))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what lasts longest, so that no worker is left alone with it when the others have ended."""
    items.sort(key=lambda item: next((n for n, part in enumerate(_LONGEST) if part in item.nodeid), len(_LONGEST)))


def pytest_collection_finish() -> None:
    """Leave what was imported and collected, which lasts as long as the run, out of every collection of garbage."""
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="session")
def built_houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Build a house the first time that a kind of database asks for one; copies are made of it."""
    with contextlib.ExitStack() as stack:

        @cache
        def built(kind: str) -> str:
            return stack.enter_context(houses.built(kind, tmp_path_factory.mktemp(f"house-{kind}")))

        yield built


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.prove)])
def house(request: pytest.FixtureRequest, built_houses: Callable[[str], str], tmp_path: Path) -> Iterator[House]:
    """A house with two communes, agencies and people of its own: on SQLite, and in `make prove` on PostgreSQL too.

    `tests.house.both_databases` marks what is run on both always, `only_sqlite` what is about SQLite or about pages.
    """
    with houses.copied(built_houses(request.param), tmp_path) as copy:
        yield copy


@pytest.fixture
def lan(house: House) -> Someone:
    """A counsellor."""
    return house["lan"]


@pytest.fixture
def mai(house: House) -> Someone:
    """The other counsellor."""
    return house["mai"]


@pytest.fixture
def hoa(house: House) -> Someone:
    """The lead of the Women's Union."""
    return house["hoa"]


@pytest.fixture
def binh(house: House) -> Someone:
    """The deputy of the lead."""
    return house["binh"]


@pytest.fixture
def cuong(house: House) -> Someone:
    """An officer of the police."""
    return house["cuong"]


@pytest.fixture
def chinh(house: House) -> Someone:
    """The chair of the commune."""
    return house["chinh"]


@pytest.fixture
def luu(house: House) -> Someone:
    """A counsellor of the commune beside ours."""
    return house["luu"]


@pytest.fixture
def app(house: House) -> Iterator[Flask]:
    """The application of this house; forms need no token."""
    flask_app = application(house)
    yield flask_app
    flask_app.extensions["casework.gate"].database.engine.dispose()


@pytest.fixture
def browser(app: Flask, house: House) -> Callable[[str], FlaskClient]:
    """Return a function from a username to their browser, without a screen; an empty name is a visitor."""
    return lambda username: browser_of(app, house[username] if username else None)
