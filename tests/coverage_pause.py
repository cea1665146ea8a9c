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
# Long files and single tests of these folders that run through no branch which the others leave out. To measure a test
# makes it half as long again.
_LEFT_OUT = {
    "accounts/test_authentication.py::test_nobody_fails_a_hundred_times_in_a_day_and_the_member_still_signs_in",
    "accounts/test_own_account.py",
    "accounts/test_session_cookies.py",
    "accounts/test_sign_in_refused.py",
    "accounts/test_step_up.py",
    "cases/test_circle_recovery.py",
    "cases/test_every_case.py::test_a_case_that_is_gone_with_its_head_is_missed_by_the_next_list_and_an_erased_one_is_not",
    "cases/test_every_case.py::test_a_case_whose_row_was_changed_leaves_no_list_in_silence",
    "cases/test_every_case.py::test_a_receiver_is_told_when_what_routes_to_them_is_changed",
    "cases/test_every_case.py::test_a_receiver_is_told_when_what_routes_to_them_is_gone",
    "cases/test_killed.py",
    "cases/test_nicknames.py",
    "cases/test_restriction.py",
    "cases/test_whole_case.py::test_a_case_with_a_row_that_was_changed_or_deleted_is_not_opened",
    "cases/test_whole_case.py::test_a_case_with_a_row_that_was_put_back_is_not_opened_although_nothing_was_revoked",
    "cases/test_whole_case.py::test_a_value_of_another_kind_where_a_mac_or_an_id_stands_is_refused",
    "cases/test_whole_case.py::test_nobody_outside_a_circle_learns_that_a_case_of_it_does_not_open",
    "gate/test_at_once.py",
    "gate/test_foreign_schema.py::test_a_table_or_column_that_was_taken_away_is_no_busy_machine",
    "gate/test_put_back.py::test_old_rows_whose_newer_line_no_longer_names_their_head_are_refused",
    "gate/test_reach.py",
    "maintenance/test_outside_evidence.py::test_a_log_that_was_cut_is_not_signed_and_rings_until_the_operator_decides",
    "maintenance/test_outside_evidence.py::test_a_watermark_that_is_gone_stops_the_next_start_until_the_operator_decides",
    "oversight/test_altered_lines.py::test_who_opened_a_case_is_not_believed_of_a_changed_line",
    "oversight/test_log_export.py",
    "oversight/test_unusual_access.py",
    "statistics/test_attacker.py",
    "statistics/test_closing_evidence.py::test_a_database_that_published_something_else_gets_none_of_the_copy",
    "statistics/test_closing_evidence.py::test_a_period_that_was_closed_after_the_backup_is_not_published_again",
    "statistics/test_closing_evidence.py::test_no_case_is_left_out_of_a_count_by_a_row_that_was_changed",
    "statistics/test_integer_program.py",
    "statistics/test_noninterference.py",
    "statistics/test_release_draft.py::test_every_quarter_lies_within_the_bounds_of_both_its_ends",
    "statistics/test_release_draft.py::test_nothing_has_to_be_left_out_of_simulated_communes",
    "statistics/test_rounding.py::test_rounding_has_no_bias",
    "statistics/test_rounding.py::test_the_year_to_date_never_falls_and_stays_within_five",
    "statistics/test_second_source.py",
}
# By this a process that a test starts measures itself too.
_CHILDREN = "COVERAGE_PROCESS_CONFIG"
# Whether the last test of this process was a measured one.
_MEASURING = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Pause the measuring during a test that adds nothing to it."""
    path = item.path.relative_to(item.config.rootpath / "tests").as_posix()
    test = f"{path}::{getattr(item, 'originalname', item.name)}"
    current, measured = Coverage.current(), path.startswith(_MEASURED) and not {path, test} & _LEFT_OUT
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
