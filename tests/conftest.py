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

from casework.codelists import overrides, working_days
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
# What lasts longest, in a column for each of three workers. A worker begins with a third of the tests in their order,
# and one that has none left takes the last ones of another; so these stand first in each third, and short ones last.
# What needs a browser stays together, for a second Chromium costs more than it gains; so does what shares the demo,
# which is built there before a browser comes to it.
_LONGEST = (
    ("browser/test_nothing_typed_is_lost", "browser/test_first_days", "browser/test_referral_story", "tests/browser/"),
    ("tests/demo/", "tests/canaries/", "laws/test_ids", "laws/test_circles", "laws/test_page_weights", "test_machine"),
    (
        "referrals/test_matrix",
        "laws/test_nothing_typed_is_lost",
        "laws/test_routes",
        "laws/test_two_languages",
        "tests/attack/",
        "desk/test_due_machine",
        "staffing/test_state_machine",
        "tests/recipes/",
        "tests/test_cli",
        "statistics/test_release_draft",
        "tests/test_workers",
        "tests/faults/",
        "tests/test_bench",
        "maintenance/test_tick",
    ),
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
    """Let each worker begin with long tests, so that none is left alone with them when the others have ended."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    columns = [[part for column in _LONGEST[n::workers] for part in column] for n in range(workers)]
    first: list[list[pytest.Item]] = []
    others = list(items)
    for column in columns:
        taken = dict.fromkeys(item for part in column for item in others if part in item.nodeid)
        first.append(list(taken))
        others = [item for item in others if item not in taken]
    total, items[:] = len(items), []
    for left, long in zip(range(workers, 0, -1), first, strict=True):
        # As pytest-xdist cuts them: of what is left, the share of those that have none yet.
        short = max(0, (total - len(items)) // left - len(long))
        items += [*long, *others[:short]]
        del others[:short]


def pytest_collection_finish() -> None:
    """Leave what was imported and collected, which lasts as long as the run, out of every collection of garbage.

    What a test leaves behind goes with its house; to look for circles in it less often saves a thirtieth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


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


@pytest.fixture(autouse=True)
def _shipped_lists() -> Iterator[None]:
    """Let no calendar and no words of one installation reach the next test."""
    yield
    working_days.forget()
    overrides.deactivate()


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
