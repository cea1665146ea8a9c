"""Pauses coverage during tests of pages, stories, laws, faults and commands.

They run through the same lines of the five packages of pyproject.toml by the thousand and add none; measuring them too
would make the run longer by a third. What those packages remember is forgotten whenever a measured test follows one
that is not, for that one may have been the first to ask.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import cast

import pytest
from coverage import Coverage

from casework.vault.integrity import signed_rows

# Folders, and single files of others, that together run through every branch of those packages.
_MEASURED = (
    "accounts",
    "administration/test_after_recovery.py",
    "administration/test_kek_rotation.py",
    "attack/test_foreign_values.py",
    "attack/test_rows_gone.py",
    "audit",
    "cases",
    "codelists",
    "deploy/test_roles.py",
    "gate",
    "maintenance/test_damaged_backup.py",
    "maintenance/test_outside_evidence.py",
    "oversight",
    "policy",
    "retention/test_purging.py",
    "retention/test_shredding.py",
    "staffing/test_leaving.py",
    "statistics",
    "vault",
)
# Long files of these folders that run through no branch which the others leave out.
_LEFT_OUT = (
    "accounts/test_own_account.py",
    "accounts/test_session_cookies.py",
    "accounts/test_sign_in_refused.py",
    "accounts/test_step_up.py",
    "cases/test_circle_recovery.py",
    "cases/test_killed.py",
    "cases/test_nicknames.py",
    "cases/test_restriction.py",
    "gate/test_at_once.py",
    "gate/test_reach.py",
    "oversight/test_log_export.py",
    "oversight/test_unusual_access.py",
    "statistics/test_attacker.py",
    "statistics/test_integer_program.py",
    "statistics/test_noninterference.py",
    "statistics/test_second_source.py",
)
# By this a process that a test starts measures itself too.
_CHILDREN = "COVERAGE_PROCESS_CONFIG"
# Whether the last test of this process was a measured one.
_MEASURING = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Pause the measuring during a test that adds nothing to it."""
    path = item.path.relative_to(item.config.rootpath / "tests").as_posix()
    current, measured = Coverage.current(), path.startswith(_MEASURED) and path not in _LEFT_OUT
    if current is not None and measured and not item.session.stash.get(_MEASURING, False):
        _forget(current)
    item.session.stash[_MEASURING] = measured
    with nullcontext() if current is None or measured else _paused(current):
        return (yield)


def pytest_sessionfinish() -> None:
    """Write what was measured before the worker ends: one that needs longer than ten seconds for it is killed."""
    current = Coverage.current()
    if current is not None:
        current.save()


def _forget(measuring: Coverage) -> None:
    """Clear every memory of a measured module."""
    packages = tuple(cast("list[str]", measuring.get_option("run:source")))
    for name, module in list(sys.modules.items()):
        for value in list(vars(module).values()) if name.startswith(packages) else ():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    for remembered in (signed_rows._encodings, signed_rows._plain_rows):
        remembered.clear()


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
