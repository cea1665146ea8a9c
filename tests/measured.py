"""Coverage is measured where it is demanded: while the tests run that prove the five packages of pyproject.toml.

The other tests run through the same lines by the thousand and add none; measuring them too costs two fifths of the run.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from coverage import Coverage

_PROVING = {"accounts", "audit", "cases", "endings", "gate", "keeping", "oversight", "policy", "statistics", "vault"}
# By this a process that a test starts measures itself too.
_CHILDREN = "COVERAGE_PROCESS_CONFIG"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Pause the measuring during a test that adds nothing to it."""
    folder = item.path.relative_to(item.config.rootpath / "tests").parts[0]
    current = Coverage.current()
    with nullcontext() if current is None or folder in _PROVING else _paused(current):
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
