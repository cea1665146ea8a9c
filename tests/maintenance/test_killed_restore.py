"""A restore that is killed at any step leaves one whole database, the old or the new; running it again ends it."""

import signal
import subprocess
import sys
from uuid import UUID

import pytest

from casework.audit.checkpoint import CheckpointStore, compare
from casework.audit.revocation_log import RevocationLog, newest
from casework.desk import actions as desk
from casework.maintenance import checkpoints, startup
from casework.oversight.actions import verify_all
from tests.house import both_databases
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.referrals.scenes import referred
from tests.tampering import stolen

BEFORE = ("filled", "replayed", "checked", "remarked", "settled")
AFTER = ("swapped", "noted")
_FEW = {"checked", "swapped"}
STEPS = [pytest.param(one, marks=() if one in _FEW else pytest.mark.prove) for one in (*BEFORE, *AFTER)]


def _restored_until(book: BackedUpHouse, file: object, step: str) -> int:
    words = ["-m", "tests.maintenance.killed_restore", str(book.config.data), str(file), book.seed.hex(), step]
    return subprocess.run([sys.executable, *words], check=False, timeout=120).returncode


@both_databases
@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_is_killed_leaves_one_whole_database(book: BackedUpHouse, step: str):
    made = referred(book.house).goes("open")
    checkpoints.write_all(book.config, book.house.gate)
    file = book.backs_up()
    made.goes("decline")
    later = book.house["lan"].opens_a_case()
    book.writes_settings()
    book.house.gate.database.engine.dispose()
    assert _restored_until(book, file, step) == -signal.SIGKILL
    startup.make_ready(book.config)
    book.reopens()
    assert _ledger_agrees(book, made.case_id)
    assert made.state == "declined"
    assert all(verdict.holds for _, verdict in verify_all(book.house.gate))
    lan = book.house["lan"]
    assert lan.does(desk.read_case, made.case_id)
    if step in BEFORE:
        assert lan.does(desk.read_case, later)
    book.house.gate.database.engine.dispose()
    assert _restored_until(book, file, "none") == 0
    book.reopens()
    assert _ledger_agrees(book, made.case_id)
    assert made.state == "declined"
    assert book.house["lan"].does(desk.read_case, made.case_id)
    with book.house.crypto() as crypto:
        assert compare(crypto, _shelf(book), checkpoints.publics(book.config)).holds
    assert list(book.config.data.glob("*.set_aside*")) == list(book.config.data.glob("*.restoring")) == []


def _ledger_agrees(book: BackedUpHouse, case_id: UUID) -> bool:
    """Tell whether the ledger of removals says of a case what the database says, and struck nothing."""
    lines = RevocationLog(book.config.revocation_log_file).lines()
    with stolen(book.house) as thief:
        [head] = thief.rows("head", id=case_id)
    return newest(lines, THANH_SON)[case_id].v == head["v"] and not any("void" in one.body for one in lines)


def _shelf(book: BackedUpHouse) -> CheckpointStore:
    return CheckpointStore.of(book.config.checkpoints_folder, THANH_SON)
