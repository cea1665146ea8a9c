"""The periodic jobs, and what a clock that jumped must not do."""

from pathlib import Path

import pytest
from filelock import FileLock

from casework import clock
from casework.audit.checkpoint import CheckpointStore
from casework.clock import MICROSECOND
from casework.desk import actions as desk
from casework.maintenance import backups, checkpoints, clock_check, revocation_log_copy, tick
from casework.maintenance.alarms import Alarms
from casework.maintenance.tick import TickReport
from casework.policy.vocabulary import Section
from casework.retention import actions as retention
from tests.house import House, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.referrals.scenes import referred
from tests.retention.scenes import CASE_TABLES, OWN, asked
from tests.tampering import stolen

DAY = 86_400 * MICROSECOND
pytestmark = only_sqlite


def _tick(installation: BackedUpHouse) -> TickReport:
    done = tick.tick(installation.config, installation.house.gate)
    assert done is not None
    return done


def _tick_after(installation: BackedUpHouse, micros: int) -> TickReport:
    moment = clock.micros() + micros
    with clock.use_clock(lambda: moment):
        return _tick(installation)


def test_a_run_writes_a_checkpoint_a_backup_and_a_copy_of_the_revocation_log(installation: BackedUpHouse):
    referred(installation.house).goes("open", "decline")
    done = _tick(installation)
    assert done.done == [
        *(
            "evidence",
            "checkpoint",
            "backup",
            "verify",
            "rows",
            "write-ahead log",
            "expiry",
            "idle",
            "retention",
            "clock",
        )
    ]
    assert (done.failed, done.doubtful) == ([], False)
    [file] = backups.list_backups(installation.config)
    assert backups.is_valid(installation.config, file)
    assert CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON).numbers() == [1]
    copied = (installation.config.checkpoints_folder / "removals").read_bytes()
    assert copied == installation.config.revocation_log_file.read_bytes()
    assert {"backup", "verify"}.isdisjoint(_tick_after(installation, 2 * tick.HOUR).done)
    assert {"backup", "verify"} <= set(_tick_after(installation, DAY).done)


def test_a_run_is_due_once_an_hour(installation: BackedUpHouse):
    assert tick.due(installation.config)
    _tick(installation)
    assert not tick.due(installation.config)
    later = clock.micros() + tick.HOUR
    with clock.use_clock(lambda: later):
        assert tick.due(installation.config)


def test_two_runs_are_never_under_way(installation: BackedUpHouse):
    with FileLock(installation.config.data / "tick.lock"):
        assert tick.tick(installation.config, installation.house.gate) is None
    assert _tick(installation).done


def test_a_ground_that_runs_out_takes_its_referral_along(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open")
    _tick(installation)
    with stolen(installation.house) as thief:
        [row] = thief.rows("ground", id=referral.ground_id)
    over = row["until"] - clock.micros() + MICROSECOND if row["until"] else None
    if over is None:
        referral.goes("withdraw")
        return
    days = 0
    while days * DAY < over:
        days += 6
        _tick_after(installation, min(days * DAY, over))
    assert referral.state == "expired"


@pytest.mark.parametrize("jump", [-DAY, -365 * DAY, 8 * DAY, 400 * DAY])
def test_a_clock_that_jumped_removes_nothing_until_a_person_confirms(installation: BackedUpHouse, jump: int):
    lan = installation.house["lan"]
    lan.opens_a_case()
    _tick(installation)
    for _ in range(2):
        done = _tick_after(installation, jump)
        assert done.doubtful
        assert not {"expiry", "idle", "retention"} & set(done.done)
    with stolen(installation.house) as thief:
        assert {row["state"] for row in thief.rows("member")} == {"active"}
    moment = clock.micros() + jump
    with clock.use_clock(lambda: moment):
        clock_check.confirm(installation.config, installation.house.gate)
        done = _tick(installation)
    assert not done.doubtful
    assert "expiry" in done.done


def test_who_was_not_there_for_45_days_is_locked_but_for_the_last_of_each_agency(installation: BackedUpHouse):
    house = installation.house
    house["lan"].opens_a_case()
    with stolen(house) as thief:
        agency = {row["username"]: row["agency_id"] for row in thief.rows("member")}
    later = clock.micros() + 46 * DAY
    with clock.use_clock(lambda: later):
        clock_check.confirm(installation.config, house.gate)
        house["hoa"].leaves()
        house["hoa"].sign_in()
        done = _tick(installation)
    assert "idle" in done.done
    with stolen(house) as thief:
        state = {row["username"]: row["state"] for row in thief.rows("member")}
    assert state["hoa"] == "active"
    assert state["lan"] == "away"
    for home in set(agency.values()):
        assert "active" in {state[username] for username in agency if agency[username] == home}


def test_backups_are_kept_35_days_but_never_the_last_good_one_is_removed(installation: BackedUpHouse):
    old = installation.backs_up()
    moment = clock.micros() + 36 * DAY
    (installation.config.backups_folder / "casework-20200101T000000Z.casework").write_bytes(b"torn")
    (installation.config.backups_folder / "x.casework.unfinished").touch()
    with clock.use_clock(lambda: moment):
        deleted = backups.delete_expired(installation.config)
        assert old not in deleted
        assert len(deleted) == 1
        assert backups.newest_valid_at(installation.config) == backups.made_at(installation.config, old)
        newer_program = installation.backs_up()
        assert backups.delete_expired(installation.config) == [old]
    assert backups.list_backups(installation.config) == [newer_program]


def test_without_keys_nothing_is_signed_and_nobody_is_alarmed(house: House):
    done = tick.tick(house.config, house.gate)
    assert done is not None
    assert done.done == ["evidence", "verify", "rows", "write-ahead log", "expiry", "idle", "clock"]
    assert not checkpoints.missing(house.config, THANH_SON, at=clock.micros())


def test_a_checkpoint_folder_that_is_gone_is_named_and_the_rest_is_done(installation: BackedUpHouse):
    Path(installation.config.checkpoint_dir).write_text("no folder", encoding="utf-8")
    done = _tick(installation)
    assert done.failed == ["checkpoint"]
    assert "backup" in done.done
    assert checkpoints.missing(installation.config, THANH_SON, at=clock.micros())


def test_a_checkpoint_is_missed_after_26_hours(installation: BackedUpHouse):
    assert checkpoints.missing(installation.config, THANH_SON, at=clock.micros())
    _tick(installation)
    now = clock.micros()
    assert not checkpoints.missing(installation.config, THANH_SON, at=now + 25 * tick.HOUR)
    assert checkpoints.missing(installation.config, THANH_SON, at=now + 27 * tick.HOUR)


def test_a_lost_revocation_log_comes_back_from_its_copy(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open")
    file = installation.backs_up()
    referral.goes("decline")
    _tick(installation)
    installation.config.revocation_log_file.unlink()
    assert installation.restores(file).revoked == 1
    assert referral.state == "declined"
    assert installation.config.revocation_log_file.exists()
    revocation_log_copy.copy(installation.config)


def test_without_any_revocation_log_a_restore_asks_for_it(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open")
    file = installation.backs_up()
    referral.goes("decline")
    _tick(installation)
    installation.config.revocation_log_file.unlink()
    (installation.config.checkpoints_folder / "removals").unlink()
    with pytest.raises(Exception, match="removals"):
        installation.restores(file)
    installation.reopens()
    assert referral.state == "declined"
    assert installation.restores(file, without_revocation_log=True).revoked == 0


def test_a_forged_revocation_log_is_refused(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open")
    file = installation.backs_up()
    referral.goes("decline")
    _tick(installation)
    lines = installation.config.revocation_log_file.read_bytes().splitlines(keepends=True)
    installation.config.revocation_log_file.write_bytes(
        b"".join(lines[:-1]) + lines[-1].replace(b"declined", b"accepted")
    )
    with pytest.raises(Exception, match="unopened"):
        installation.restores(file)


def test_a_line_of_verification_that_is_none_stops_no_run(installation: BackedUpHouse):
    _tick(installation)
    with stolen(installation.house) as thief:
        thief.connection.exec_driver_sql("UPDATE audit_line SET body = 'x' WHERE act = 'audit.verify'")
    done = _tick_after(installation, DAY)
    assert {"verify", "clock"} <= {*done.done, *done.failed}


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("case_file", {"state": "void"}),
        ("member", {"name": "Ai đó"}),
        ("wrap", None),
        ("audit_line", {"outcome": "denied"}),
        ("audit_line", {"about": None}),
    ],
)
def test_what_nobody_opens_is_found_by_the_next_run_within_the_hour(
    installation: BackedUpHouse, table: str, values: dict[str, str | None] | None
):
    house = installation.house
    case_id = house["lan"].opens_a_case()
    house["binh"].does(desk.read_case, case_id)
    assert _tick(installation).failed == []
    with stolen(house) as thief:
        if values is None:
            assert thief.delete(table, member_id=house["lan"].id)
        else:
            where = {"act": "case.read", "about": case_id} if table == "audit_line" else {"commune_id": THANH_SON}
            assert thief.change(table, where, **values)
    report = _tick_after(installation, tick.HOUR)
    assert ("verify" not in report.done, "rows" in report.failed) == (True, True)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)


def test_a_case_that_is_gone_with_its_head_is_missed_within_the_hour_and_an_erased_one_is_not(
    installation: BackedUpHouse,
):
    """Rows and heads agree where both are gone: only the log knows that there was a case."""
    house = installation.house
    erased, taken = house["lan"].opens_a_case(), house["lan"].opens_a_case()
    asked(house["lan"], erased, house["hoa"])
    house["hoa"].does(retention.erase_case, erased)
    assert _tick(installation).failed == []
    with stolen(house) as thief:
        for table, column in reversed((OWN | CASE_TABLES).items()):
            thief.delete(table, **{column: taken})
    report = _tick_after(installation, tick.HOUR)
    assert ("verify" not in report.done, "rows" in report.failed) == (True, True)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)


def test_documents_are_compared_once_a_day(installation: BackedUpHouse):
    house = installation.house
    house["lan"].opens_a_case()
    assert _tick(installation).failed == []
    with stolen(house) as thief:
        assert thief.change("document", {"revision": 1, "section": int(Section.STORY)}, commit_tag=b"x")
    assert _tick_after(installation, tick.HOUR).failed == []
    assert "rows" in _tick_after(installation, DAY).failed
