"""Pauses coverage during tests of pages, stories, laws, faults and commands.

They run through the same lines of the five packages of pyproject.toml by the thousand and add none; measuring them too
would make the run longer by a third. What is read once and remembered needs a test of its own, for a test that is not
measured may have been the first to ask.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from coverage import Coverage

# Folders, and single files of others, that together run through every branch of those packages.
_MEASURED = (
    "accounts",
    "administration/test_after_recovery.py",
    "administration/test_kek_rotation.py",
    "administration/test_recovery_commands.py",
    "administration/test_setup.py",
    "audit",
    "cases",
    "codelists",
    "deploy/test_roles.py",
    "gate",
    "maintenance/test_alarms.py",
    "maintenance/test_commands.py",
    "maintenance/test_damaged_backup.py",
    "maintenance/test_restore.py",
    "maintenance/test_verify_database.py",
    "oversight",
    "policy",
    "staffing",
    "statistics",
    "vault",
)
# By this a process that a test starts measures itself too.
_CHILDREN = "COVERAGE_PROCESS_CONFIG"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Pause the measuring during a test that adds nothing to it."""
    path = item.path.relative_to(item.config.rootpath / "tests").as_posix()
    current = Coverage.current()
    with nullcontext() if current is None or path.startswith(_MEASURED) else _paused(current):
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
