"""A restore that is killed at any step leaves one whole database, the old or the new; running it again ends it."""

import signal
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
from tests.processes import run_module
from tests.referrals.scenes import referred
from tests.tampering import stolen

BEFORE = ("filled", "replayed", "checked", "remarked", "settled")
AFTER = ("swapped", "noted")
_FEW = {"checked", "swapped"}
STEPS = [pytest.param(one, marks=() if one in _FEW else pytest.mark.prove) for one in (*BEFORE, *AFTER)]


def _restored_until(installation: BackedUpHouse, file: object, step: str) -> int:
    words = [str(installation.config.data), str(file), installation.seed.hex(), step]
    return run_module("tests.maintenance.killed_restore", *words).returncode


@both_databases
@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_is_killed_leaves_one_whole_database(installation: BackedUpHouse, step: str):
    referral = referred(installation.house).goes("open")
    checkpoints.write_all(installation.config, installation.house.gate)
    file = installation.backs_up()
    referral.goes("decline")
    later = installation.house["lan"].opens_a_case()
    installation.writes_settings()
    installation.house.gate.database.engine.dispose()
    assert _restored_until(installation, file, step) == -signal.SIGKILL
    startup.make_ready(installation.config)
    installation.reopens()
    assert _revocation_log_agrees(installation, referral.case_id)
    assert referral.state == "declined"
    assert all(verdict.holds for _, verdict in verify_all(installation.house.gate))
    lan = installation.house["lan"]
    assert lan.does(desk.read_case, referral.case_id)
    if step in BEFORE:
        assert lan.does(desk.read_case, later)
    installation.house.gate.database.engine.dispose()
    assert _restored_until(installation, file, "none") == 0
    installation.reopens()
    assert _revocation_log_agrees(installation, referral.case_id)
    assert referral.state == "declined"
    assert installation.house["lan"].does(desk.read_case, referral.case_id)
    with installation.house.crypto() as crypto:
        store = _store(installation)
        assert compare(crypto, store, list(store.valid(checkpoints.publics(installation.config)))).holds
    assert (
        list(installation.config.data.glob("*.set_aside*")) == list(installation.config.data.glob("*.restoring")) == []
    )


def _revocation_log_agrees(installation: BackedUpHouse, case_id: UUID) -> bool:
    """Tell whether the revocation log has the version of a case that the database has, and voided no entry."""
    lines = RevocationLog(installation.config.revocation_log_file).lines()
    with stolen(installation.house) as thief:
        [head] = thief.rows("head", id=case_id)
    return newest(lines, THANH_SON)[case_id].v == head["v"] and not any("void" in line.body for line in lines)


def _store(installation: BackedUpHouse) -> CheckpointStore:
    return CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON)
