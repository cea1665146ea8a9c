"""A newer program with other columns in signed rows, by command: it goes up whole, or kill -9 leaves what was there."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from casework import unguarded
from casework.administration import data_folder_lock
from casework.desk import actions as desk
from casework.maintenance import backups, database_upgrade
from casework.policy.words import Section
from casework.vault.keys import kek
from tests.faults.numbers import times
from tests.house import only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.maintenance.newer_migrations import add_migration
from tests.maintenance.test_database_upgrade import as_it_is
from tests.source import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
_FEW = {"swap"}
STEPS = [pytest.param(one, marks=() if one in _FEW else pytest.mark.prove) for one in database_upgrade.STEPS]


@pytest.fixture
def newer(book: BackedUpHouse, tmp_path: Path) -> Run:
    """Run a command of the newer program on the book, until it dies at a moment."""
    folder = add_migration(tmp_path / "newer", "columns")
    book.writes_settings()

    def run(*words: str, moment: str = "never") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.maintenance.newer_program", str(folder), moment, *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    return run


def upgraded(book: BackedUpHouse, newer: Run, moment: str = "never", *more: str) -> subprocess.CompletedProcess[str]:
    book.house.gate.database.engine.dispose()
    return newer("upgrade", "--data", str(book.config.data), *more, moment=moment)


def opens(book: BackedUpHouse, newer: Run, case_id: UUID) -> bool:
    """Tell whether the newer program opens a case as its people would."""
    return newer("read", str(book.config.data), book.config.database_url, str(case_id)).returncode == 0


def older(book: BackedUpHouse, command: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "casework", command, "--data", str(book.config.data)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@only_sqlite
def test_a_book_goes_up_by_command_and_the_old_program_keeps_its_hands_off(book: BackedUpHouse, newer: Run):
    case_id = book.house["lan"].opens_a_case()
    book.house.gate.database.engine.dispose()
    unready = newer("serve", "--data", str(book.config.data), "--port", "8391")
    assert unready.returncode == 1
    assert "Hãy chạy: casework upgrade" in unready.stderr
    done = upgraded(book, newer)
    assert done.returncode == 0, done.stderr
    assert [f"[{number}/10]" in done.stderr for number in range(1, 11)] == [True] * 10
    assert str(backups.kept(book.config)[-1]) in done.stdout
    assert opens(book, newer, case_id)
    before = as_it_is(book)[1]
    for command in ("serve", "backup"):
        refused = older(book, command)
        assert refused.returncode == 1
        assert "bản chương trình mới hơn" in refused.stderr
    assert as_it_is(book)[1] == before


@pytest.mark.prove
def test_a_rehearsal_by_command_goes_beside_a_server_and_an_upgrade_does_not(book: BackedUpHouse, newer: Run):
    case_id = book.house["lan"].opens_a_case()
    with data_folder_lock.shared(book.config.data):
        assert "Hãy dừng máy chủ" in upgraded(book, newer).stderr
        rehearsed = upgraded(book, newer, "never", "--rehearse")
        assert rehearsed.returncode == 0, rehearsed.stderr
    done = upgraded(book, newer)
    assert done.returncode == 0, done.stderr
    assert ("grants.sql" in done.stdout) == (not book.config.database_url.startswith("sqlite"))
    verified = newer("verify", "--data", str(book.config.data))
    assert verified.returncode == 0, verified.stdout
    assert opens(book, newer, case_id)
    assert "up to date" in upgraded(book, newer).stdout
    for command in ("verify", "tick"):
        assert "bản chương trình mới hơn" in older(book, command).stderr


@only_sqlite
def test_an_upgrade_that_fails_says_so_and_the_old_program_goes_on(book: BackedUpHouse, newer: Run):
    case_id = book.house["lan"].opens_a_case()
    before = as_it_is(book)
    failed = upgraded(book, newer, "!verify")
    assert failed.returncode == 1
    assert "sổ vẫn như trước" in failed.stderr
    assert as_it_is(book) == before
    book.reopens()
    assert book.house["lan"].does(desk.read_section, case_id, Section.STORY)


def killed(book: BackedUpHouse, newer: Run, moment: str, case_id: UUID) -> bool:
    """Kill an upgrade at a moment, check that one whole book is left, and tell whether it was killed at all."""
    before = as_it_is(book)
    done = upgraded(book, newer, moment)
    if done.returncode == 0:
        return False
    assert done.returncode == -signal.SIGKILL, done.stderr
    with unguarded.snapshot(book.config.database_url) as connection:
        columns = unguarded.reflected(connection).tables["envelope"].columns.keys()
    if "given" in columns:
        assert opens(book, newer, case_id)
    else:
        book.reopens()
        assert book.house["lan"].does(desk.read_section, case_id, Section.STORY)
        # Reading wrote lines to the log: all rows but those are what they were.
        rows, _ = as_it_is(book)
        assert all(rows[name] == before[0][name] for name in ("document", "envelope", "case_file", "agency", "slot"))
    return True


@pytest.mark.parametrize("step", STEPS)
@only_sqlite
def test_killed_at_any_step_one_whole_book_is_left_and_it_is_run_again(book: BackedUpHouse, newer: Run, step: str):
    case_id = book.house["lan"].opens_a_case()
    assert killed(book, newer, step, case_id)
    again = upgraded(book, newer)
    assert again.returncode == 0, again.stderr
    assert unguarded.is_tidy(book.config.database_url)
    assert opens(book, newer, case_id)


@pytest.mark.prove
def test_killed_at_any_statement_one_whole_book_is_left(book: BackedUpHouse, newer: Run):
    """On PostgreSQL too: every statement from the copy to the exchange of the two may be the last."""
    case_id = book.house["lan"].opens_a_case()
    last, step = 2, max(1, 400 // times("UPGRADES", short=3, long=12))
    while killed(book, newer, str(last), case_id):
        last += step
    assert last > 2 * step
    assert kek.load(book.config.kek_file, demo=False)
    assert opens(book, newer, case_id)
