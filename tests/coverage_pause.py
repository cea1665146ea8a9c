"""Pauses coverage during tests of pages, stories and laws.

They run through the same lines of the five packages of pyproject.toml by the thousand and add none; measuring them too
would make the run longer by a quarter.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from coverage import Coverage

_ADDING_NONE = {"attack", "browser", "canaries", "demo", "desk", "intake", "laws", "referrals", "web"}
# By this a process that a test starts measures itself too.
_CHILDREN = "COVERAGE_PROCESS_CONFIG"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Pause the measuring during a test that adds nothing to it."""
    folder = item.path.relative_to(item.config.rootpath / "tests").parts[0]
    current = Coverage.current()
    with _paused(current) if current is not None and folder in _ADDING_NONE else nullcontext():
        return (yield)


@contextmanager
def _paused(measuring: Coverage) -> Iterator[None]:
    children = os.environ.pop(_CHILDREN, None)
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
        if children is not None:
            os.environ[_CHILDREN] = children
