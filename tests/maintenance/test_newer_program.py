"""A newer program with other columns in signed rows, by command: it goes up whole, or kill -9 leaves what was there."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from casework import unguarded_database
from casework.administration import data_folder_lock
from casework.desk import actions as desk
from casework.maintenance import backups, database_upgrade
from casework.policy.vocabulary import Section
from casework.vault.keys import kek
from tests.faults.numbers import times
from tests.house import only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.maintenance.newer_migrations import add_migration
from tests.maintenance.test_database_upgrade import as_it_is
from tests.processes import run_module

Run = Callable[..., subprocess.CompletedProcess[str]]
_FEW = {"swap"}
STEPS = [pytest.param(one, marks=() if one in _FEW else pytest.mark.prove) for one in database_upgrade.STEPS]


@pytest.fixture
def newer_program(installation: BackedUpHouse, tmp_path: Path) -> Run:
    """Run a command of the newer program on the installation, until it dies at a moment."""
    folder = add_migration(tmp_path / "newer", "columns")
    installation.writes_settings()

    def run(*words: str, moment: str = "never") -> subprocess.CompletedProcess[str]:
        return run_module("tests.maintenance.newer_program", str(folder), moment, *words)

    return run


def upgraded(
    installation: BackedUpHouse, newer_program: Run, moment: str = "never", *more: str
) -> subprocess.CompletedProcess[str]:
    installation.house.gate.database.engine.dispose()
    return newer_program("upgrade", "--data", str(installation.config.data), *more, moment=moment)


def opens(installation: BackedUpHouse, newer_program: Run, case_id: UUID) -> bool:
    """Tell whether the newer program opens a case as its people would."""
    return (
        newer_program("read", str(installation.config.data), installation.config.database_url, str(case_id)).returncode
        == 0
    )


def older(installation: BackedUpHouse, *command: str) -> subprocess.CompletedProcess[str]:
    return run_module("casework", *command, "--data", str(installation.config.data))


@only_sqlite
def test_a_database_goes_up_by_command_and_the_old_program_refuses_it(installation: BackedUpHouse, newer_program: Run):
    case_id = installation.house["lan"].opens_a_case()
    installation.house.gate.database.engine.dispose()
    unready = newer_program("serve", "--data", str(installation.config.data), "--port", "8391")
    assert unready.returncode == 1
    assert "Hãy chạy: casework upgrade" in unready.stderr
    done = upgraded(installation, newer_program)
    assert done.returncode == 0, done.stderr
    assert [f"[{number}/10]" in done.stderr for number in range(1, 11)] == [True] * 10
    assert str(backups.list_backups(installation.config)[-1]) in done.stdout
    assert opens(installation, newer_program, case_id)
    before = as_it_is(installation)[1]
    for command in (("serve", "--port", "8392"), ("backup",)):
        refused = older(installation, *command)
        assert refused.returncode == 1
        assert "bản chương trình mới hơn" in refused.stderr
    assert as_it_is(installation)[1] == before


@pytest.mark.prove
def test_a_rehearsal_by_command_goes_beside_a_server_and_an_upgrade_does_not(
    installation: BackedUpHouse, newer_program: Run
):
    case_id = installation.house["lan"].opens_a_case()
    with data_folder_lock.shared(installation.config.data):
        assert "Hãy dừng máy chủ" in upgraded(installation, newer_program).stderr
        rehearsed = upgraded(installation, newer_program, "never", "--rehearse")
        assert rehearsed.returncode == 0, rehearsed.stderr
    done = upgraded(installation, newer_program)
    assert done.returncode == 0, done.stderr
    assert ("grants.sql" in done.stdout) == (not installation.config.database_url.startswith("sqlite"))
    verified = newer_program("verify", "--data", str(installation.config.data))
    assert verified.returncode == 0, verified.stdout
    assert opens(installation, newer_program, case_id)
    assert "up to date" in upgraded(installation, newer_program).stdout
    for command in ("verify", "tick"):
        assert "bản chương trình mới hơn" in older(installation, command).stderr


@only_sqlite
def test_an_upgrade_that_fails_says_so_and_the_old_program_goes_on(installation: BackedUpHouse, newer_program: Run):
    case_id = installation.house["lan"].opens_a_case()
    before = as_it_is(installation)
    failed = upgraded(installation, newer_program, "!verify")
    assert failed.returncode == 1
    assert "sổ vẫn như trước" in failed.stderr
    assert as_it_is(installation) == before
    installation.reopens()
    assert installation.house["lan"].does(desk.read_section, case_id, Section.STORY)


def killed(installation: BackedUpHouse, newer_program: Run, moment: str, case_id: UUID) -> bool:
    """Kill an upgrade at a moment, check that one whole database is left, and tell whether it was killed at all."""
    before = as_it_is(installation)
    done = upgraded(installation, newer_program, moment)
    if done.returncode == 0:
        return False
    assert done.returncode == -signal.SIGKILL, done.stderr
    with unguarded_database.snapshot(installation.config.database_url) as connection:
        columns = unguarded_database.reflected(connection).tables["envelope"].columns.keys()
    if "given" in columns:
        assert opens(installation, newer_program, case_id)
    else:
        installation.reopens()
        assert installation.house["lan"].does(desk.read_section, case_id, Section.STORY)
        # Reading wrote lines to the log: all rows but those are what they were.
        rows, _ = as_it_is(installation)
        assert all(rows[name] == before[0][name] for name in ("document", "envelope", "case_file", "agency", "slot"))
    return True


@pytest.mark.parametrize("step", STEPS)
@only_sqlite
def test_killed_at_any_step_one_whole_database_is_left_and_it_is_run_again(
    installation: BackedUpHouse, newer_program: Run, step: str
):
    case_id = installation.house["lan"].opens_a_case()
    assert killed(installation, newer_program, step, case_id)
    again = upgraded(installation, newer_program)
    assert again.returncode == 0, again.stderr
    assert unguarded_database.has_no_leftovers(installation.config.database_url)
    assert opens(installation, newer_program, case_id)


@pytest.mark.prove
def test_killed_at_any_statement_one_whole_database_is_left(installation: BackedUpHouse, newer_program: Run):
    """On PostgreSQL too: every statement from the copy to the exchange of the two may be the last."""
    case_id = installation.house["lan"].opens_a_case()
    last, step = 2, max(1, 400 // times("UPGRADES", short=3, long=12))
    while killed(installation, newer_program, str(last), case_id):
        last += step
    assert last > 2 * step
    assert kek.load(installation.config.kek_file, demo=False)
    assert opens(installation, newer_program, case_id)
